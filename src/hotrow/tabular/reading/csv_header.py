"""How a CSV file starts: its encoding, its delimiter, its header."""

import codecs
import csv
import gzip
import io
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hotrow.tabular.errors import TableError
from hotrow.tabular.reading.names import check_names

DELIMITERS = (",", ";", "\t", "|")

# A header that is longer than this is no header.
_MOST = 1 << 20


@dataclass(frozen=True)
class CsvHeader:
    """How a CSV file starts.

    Attributes:
        names: Of the columns, without blanks around them.
        delimiter: What stands between fields.
        encoding: As Python names it.
        blank: How many blank lines stand before the header.
    """

    names: list[str]
    delimiter: str
    encoding: str
    blank: int = 0


def read_header(path: Path, encoding: str | None, delimiter: str | None) -> CsvHeader:
    """Reads how a file starts, or raises `TableError`."""
    encoding = _encoding(path, encoding)
    with opened(path) as file:
        start = _decoded(path, file, encoding)
    # Blank lines only: a tab in the header's line would be an empty name.
    lead = start[: len(start) - len(start.lstrip())]
    lead = lead[: max(lead.rfind("\n"), lead.rfind("\r")) + 1]
    text = start[len(lead) :]
    record = _first_record(text)
    if not record.strip():
        raise TableError(
            f"The file {str(path)!r} is blank: it has no header and no rows. Check "
            "that it was written to its end."
        )
    if "\0" in record:
        raise TableError(
            f"The file {str(path)!r} is no text: its first line holds zero bytes. "
            "Check that it is a CSV file; if it is text in UTF-16 or UTF-32, name "
            "its encoding, for example by `--encoding utf-16-le`."
        )
    if delimiter is None:
        delimiter = _delimiter(path, record)
    elif len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n':
        raise TableError(
            "A delimiter is one ASCII character that is no quote. Received: "
            f"{delimiter!r}. Pass one such as ',' or ';'."
        )
    rows = csv.reader(io.StringIO(record, newline=""), delimiter=delimiter)
    names = [name.strip() for name in next(rows, [])]
    check_names(names, path.name)
    if not text[len(record) :].strip("\r\n") and len(start) < _MOST:
        raise no_rows(path.name)
    return CsvHeader(names, delimiter, encoding, len(lead.splitlines()))


def no_rows(title: str) -> TableError:
    """Returns the error for a table that has names and nothing below them."""
    return TableError(
        f"{title} has a header and no rows. Check that it was written to its end."
    )


def opened(path: Path) -> IO[bytes]:
    """Opens a file for reading bytes, decompressed if its name ends in `.gz`."""
    if path.name.lower().endswith(".gz"):
        return gzip.open(path, "rb")  # type: ignore[return-value]
    return open(path, "rb")


def _encoding(path: Path, encoding: str | None) -> str:
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
            start = file.read(4)
    except (OSError, EOFError) as error:
        raise TableError(
            f"The file {str(path)!r} cannot be read: {error}. It is not whole, or not "
            "what its name says."
        ) from error
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8"


def _decoded(path: Path, file: IO[bytes], encoding: str) -> str:
    """Returns the text that the file starts with."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        text = decoder.decode(file.read(_MOST))
    except (UnicodeError, ValueError) as error:
        # What is wrong far below the header is found, with its row, by who reads it.
        end = getattr(error, "start", 0)
        good = getattr(error, "object", b"")[:end]
        text = good.decode(encoding, "replace") if isinstance(good, bytes) else ""
        if "\n" not in text:
            raise not_encoded(path, encoding, 1, error) from None
        # There is more, or a bad first row would be no row.
        text += "\ufffd"
    except (OSError, EOFError) as error:
        raise TableError(
            f"The file {str(path)!r} cannot be read: {error}. It is not whole, or not "
            "what its name says."
        ) from error
    return text.removeprefix("\ufeff")


def not_encoded(
    path: Path, encoding: str, line: int, error: Exception | None = None
) -> TableError:
    """Returns the error for a file that is not in its encoding."""
    bad = getattr(error, "object", b"")
    start = getattr(error, "start", 0)
    byte = f" (byte 0x{bad[start]:02x})" if isinstance(bad, bytes) and bad else ""
    return TableError(
        f"Line {line} of {path.name} is not {encoding.upper()}{byte}. If the file "
        "comes from an older program, pass its encoding: `--encoding latin-1` or "
        '`--encoding cp1252` (in Python, encoding="latin-1").'
    )


def _first_record(text: str) -> str:
    """Returns the header, which may have newlines within quotes."""
    quoted = False
    for place, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif letter in "\r\n" and not quoted:
            return text[:place]
    return text


def _delimiter(path: Path, record: str) -> str:
    if path.name.lower().removesuffix(".gz").endswith(".tsv"):
        return "\t"
    outside = "".join(record.split('"')[::2])
    counts = {letter: outside.count(letter) for letter in DELIMITERS}
    # Of two that occur as often, the first in the list.
    return max(DELIMITERS, key=lambda letter: counts[letter])
