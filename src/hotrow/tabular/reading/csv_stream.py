"""The rows of a CSV file as a stream that Arrow parses, checked as it passes."""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hotrow.tabular.advice import argument
from hotrow.tabular.errors import TableError
from hotrow.tabular.reading.csv_layout import MOST, CsvLayout, zero_bytes
from hotrow.tabular.reading.encodings import bad_line, utf8_stream
from hotrow.tabular.reading.plain import plain_parts
from hotrow.tabular.reading.quote_faults import bad_quotes

PART = 1 << 20
# Stands for a header among the rows: a row of one field, which Arrow tells us of.
REPEATED = b"\x02header"
_END = b"\x1a"


class CsvStream(io.RawIOBase):
    """The bytes below the header of a CSV file, as UTF-8 in the plain form.

    A line that repeats the header, as files have that were joined, becomes `REPEATED`.

    Args:
        path: Path of the file.
        layout: Layout of the file.

    Attributes:
        has_quotes: True once a quote has passed.
    """

    def __init__(self, path: Path, layout: CsvLayout) -> None:
        self._path, self._layout = path, layout
        self._parts = self._checked()
        self._left = b""
        self._stopped = False
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        # Whether a quote is open; None while nobody has asked.
        self._odd: bool | None = None
        self.has_quotes = False

    def readable(self) -> bool:
        """Returns `True`."""
        return True

    def stop(self) -> None:
        """Has the stream end where it is."""
        self._stopped = True

    def read(self, size: int = -1) -> bytes:
        """Returns some bytes; none at the end only."""
        if self._stopped:
            return b""
        if not self._left:
            self._left = next(self._parts, b"")
        if size < 0 or size >= len(self._left):
            data, self._left = self._left, b""
        else:
            data, self._left = self._left[:size], self._left[size:]
        return data

    def _raw(self) -> Iterator[bytes]:
        """Yields the file's bytes below the header."""
        skip = self._layout.skipped
        with utf8_stream(self._path, self._layout.encoding) as file:
            while skip:
                part = file.read(min(skip, PART))
                if not part:
                    return
                skip -= len(part)
            last = b""
            while part := file.read(PART):
                # What marks the end of a file in DOS is no row.
                whole, last = last + part, b""
                if whole.endswith(_END):
                    whole, last = whole[:-1], _END
                if whole:
                    yield whole

    def _checked(self) -> Iterator[bytes]:
        dialect, header = self._layout.dialect, self._layout.header
        parts = self._raw()
        if not dialect.is_plain:
            parts = plain_parts(parts, dialect)
        seen = 0
        for part in _without_repeats(parts, header):
            if b"\0" in part:
                raise self._zeros()
            if not part.isascii():
                self._check_text(part)
            if dialect.quote and not self.has_quotes:
                self.has_quotes = dialect.quote.encode() in part
            if self.has_quotes and self._layout.check_escapes:
                # The start was looked at as a whole.
                if seen >= MOST and b"\\" in part:
                    self._check_escapes(part, seen)
                self._count_quotes(part)
            seen += len(part)
            yield part
        if not self._stopped:
            self._check_text(b"", final=True)

    def _check_text(self, part: bytes, final: bool = False) -> None:
        # Arrow itself would not say so of a row that has too many fields as well.
        try:
            self._decoder.decode(part, final)
        except UnicodeError:
            raise bad_line(self._path, self._layout.encoding) from None

    def _count_quotes(self, part: bytes) -> None:
        if self._odd is not None:
            quote = self._layout.dialect.quote.encode()
            self._odd ^= bool(part.count(quote) % 2)

    def _is_open(self, size: int) -> bool:
        """Returns whether a quote is open after so many bytes below the header.

        Quotes are counted only where a file has backslashes ahead of some.
        """
        if self._odd is None:
            self._odd = False
            for part in self._raw():
                self._count_quotes(part[:size])
                size -= len(part)
                if size <= 0:
                    break
        return self._odd

    def _check_escapes(self, part: bytes, seen: int) -> None:
        """Raises `TableError` if a backslash seems to escape a quote.

        The start of the file had none that does, or it would be read so.

        Args:
            part: Below the start of the file.
            seen: Number of bytes before it.
        """
        dialect = self._layout.dialect
        if b"\\" + dialect.quote.encode() not in part:
            return
        text = part.decode("utf-8", "ignore")
        odd, place = self._is_open(seen), 0
        while odd:
            end = text.find("\n", place)
            if end < 0:
                return
            odd ^= bool(text.count(dialect.quote, place, end) % 2)
            place = end + 1
        text = text[place:]
        bad = bad_quotes(text, dialect)[0]
        if bad and bad_quotes(text, replace(dialect, escape="\\"))[0] < bad:
            shown = text[max(0, text.find("\\" + dialect.quote) - 20) :][:60]
            backslash = argument(escape="\\")
            raise TableError(
                f"A field of {self._path.name} goes on after the quote that ends it: "
                f"{shown!r}. If a backslash stands ahead of quotes within fields, as "
                f"Spark writes them, pass {backslash}; if not, "
                f"{argument(escape='none')}."
            )

    def _zeros(self) -> TableError:
        line = 1
        with utf8_stream(self._path, self._layout.encoding) as file:
            while part := file.read(PART):
                place = part.find(b"\0")
                if place >= 0:
                    part = part[:place]
                line += max(part.count(b"\n"), part.count(b"\r"))
                if place >= 0:
                    break
        return zero_bytes(self._path, line)


def _end_of_lines(data: bytes, header: bytes) -> int:
    """Returns where whole lines end, none of which a header begins that goes on."""
    cut = end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
    # A header of one line has none that goes on.
    while end > 0 and len(data) - end < len(header):
        if header.startswith(data[end:]):
            cut = end
        end = max(data.rfind(b"\n", 0, end - 1), data.rfind(b"\r", 0, end - 1)) + 1
    return cut


def _without_repeats(parts: Iterator[bytes], header: bytes) -> Iterator[bytes]:
    """Yields parts with `REPEATED` in place of each line that is the header."""
    if not header:
        yield from parts
        return
    line = rb"(?:\xef\xbb\xbf)?" + re.escape(header) + rb"(?=[\r\n]|\Z)"
    anywhere, within = re.compile(rb"(?m)^" + line), re.compile(rb"(?<=[\r\n])" + line)
    held, starts_line = b"", True
    for part in parts:
        if len(part) < len(header):
            part, held = held + part, b""
        seam = held[-len(header) :] + part[: len(header)]
        if header in part or header in seam:
            # Rare, so that it may copy: whole lines, of which some are replaced.
            joined = held + part
            cut = _end_of_lines(joined, header)
            done = (anywhere if starts_line else within).sub(REPEATED, joined[:cut])
            held = joined[cut:]
        else:
            done, held = held, part
        if done:
            starts_line = done[-1:] in b"\r\n"
            yield done
    if held:
        yield (anywhere if starts_line else within).sub(REPEATED, held)
