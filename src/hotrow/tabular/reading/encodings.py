"""Encodings of text files: how they are found, and errors that name others."""

import codecs
import io
from itertools import pairwise
from pathlib import Path
from typing import IO

from hotrow.tabular.advice import argument
from hotrow.tabular.errors import TableError
from hotrow.tabular.reading.streams import opened, unreadable

_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Encodings of older programs, the likelier ones first.
_GUESSES = ("cp1252", "cp1250", "cp1251", "mac-roman")
_WIDE_GUESSES = ("gb18030", "shift_jis", "euc-kr", "big5")


def find_encoding(path: Path, encoding: str | None) -> str:
    """Returns the encoding of a file: the one given, or that of its first bytes."""
    if encoding is not None:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise TableError(
                f"There is no encoding {encoding!r}. Pass one that Python knows, such "
                "as utf-8, latin-1, cp1252 or utf-16."
            ) from None
        return encoding
    try:
        with opened(path) as file:
            start = file.read(4096)
    except (OSError, EOFError, ValueError) as error:
        raise unreadable(path, error) from error
    for mark, name in _MARKS.items():
        if start.startswith(mark):
            return name
    return _without_mark(start)


def _without_mark(start: bytes) -> str:
    """Returns UTF-16 where every second byte of mostly Latin text is zero."""
    even, odd = start[::2], start[1::2]
    if len(start) >= 4 and even:
        if odd.count(0) > 0.4 * len(odd) and not even.count(0):
            return "utf-16-le"
        if even.count(0) > 0.4 * len(even) and not odd.count(0):
            return "utf-16-be"
    return "utf-8"


def is_utf8(encoding: str) -> bool:
    """Returns whether an encoding is UTF-8 under one of its names."""
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii")


def utf8_stream(path: Path, encoding: str) -> IO[bytes]:
    """Opens a file as a stream of UTF-8, without a byte order mark."""
    file = opened(path)
    if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig"):
        return file
    return _Recoded(file, encoding)  # type: ignore[return-value]


class _Recoded(io.RawIOBase):
    """A stream of text in UTF-8, out of one in another encoding."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)()

    def readable(self) -> bool:
        """Returns `True`."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Returns some bytes; none at the end only."""
        while True:
            part = self._file.read(size)
            text = self._decoder.decode(part, final=not part)
            if text or not part:
                return text.encode("utf-8", "surrogatepass")

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
        super().close()


def not_encoded(
    path: Path, encoding: str, line: int, data: bytes, start: int
) -> TableError:
    """Returns the error for a line that is not in its encoding.

    Args:
        path: Path of the file.
        encoding: The encoding.
        line: Number of the line, from 1.
        data: Bytes of the file.
        start: Place of the first bad one among them.
    """
    byte = f" (byte 0x{data[start]:02x})" if start < len(data) else ""
    around = data[max(0, start - 20) : start + 40].splitlines() or [b""]
    # The line of the bad byte, among those before it and after it.
    shown = max(around, key=lambda part: data[start : start + 1] in part)
    guesses: dict[str, str] = {}
    for name in _guesses(shown):
        text = shown.decode(name, "ignore").strip()
        if text.isprintable() and text not in guesses.values():
            guesses[name] = text
    seen = "; ".join(f"in {name} it reads {guesses[name]!r}" for name in guesses)
    option = next(iter(guesses), "cp1252")
    return TableError(
        f"Line {line} of {path.name} is not {encoding.upper()}{byte}"
        f"{': ' + seen if seen else ''}. Pass the encoding in which it reads right, "
        f"such as {argument(encoding=option)} or {argument(encoding='latin-1')}."
    )


def _guesses(data: bytes) -> list[str]:
    """Returns encodings in which some bytes may be text, the likelier ones first."""
    high = [byte for byte in data if byte >= 0x80]
    found = []
    pairs = sum(1 for a, b in pairwise(data) if a >= 0x80 <= b)
    wide = [name for name in _WIDE_GUESSES if _decodes(data, name)]
    # Accented letters stand alone; those of two bytes in runs.
    if pairs * 2 >= len(high):
        found += wide
    return found[:3] + [name for name in _GUESSES if _decodes(data, name)]


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeError as error:
        # The data may be cut within a letter.
        return int(getattr(error, "start", 0)) >= len(data) - 3
    return True


def bad_line(path: Path, encoding: str) -> TableError:
    """Returns the error for a file's first line that is not in its encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, before = 0, b""
    try:
        with opened(path) as file:
            while True:
                part = file.read(1 << 20)
                try:
                    text = decoder.decode(part, final=not part)
                    text.encode()  # UTF-7 may hold half of a surrogate pair.
                    lines += count_lines(text)
                except UnicodeEncodeError as error:
                    line = lines + count_lines(text[: error.start]) + 1
                    return not_encoded(path, encoding, line, b"", 0)
                except UnicodeError as error:
                    data = bytes(getattr(error, "object", b""))
                    start = int(getattr(error, "start", 0))
                    good = data[:start].decode(encoding, "ignore")
                    line = lines + count_lines(good) + 1
                    start += len(before)
                    return not_encoded(path, encoding, line, before + data, start)
                if not part:
                    return not_encoded(path, encoding, lines + 1, b"", 0)
                # What is decoded with the next part is in its error, too.
                pending = len(decoder.getstate()[0])
                before = part[: len(part) - pending][-20:]
    except (OSError, EOFError) as error:
        return unreadable(path, error)


def count_lines(text: str) -> int:
    """Returns how many lines end in a text, by whichever mark ends them."""
    return max(text.count("\n"), text.count("\r"))
