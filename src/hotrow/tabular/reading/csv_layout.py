"""The layout of a CSV file: its encoding, its dialect, its header."""

import codecs
import io
import re
from dataclasses import dataclass, replace
from pathlib import Path

from hotrow.tabular.advice import argument
from hotrow.tabular.errors import TableError
from hotrow.tabular.reading.dialect import Dialect
from hotrow.tabular.reading.encodings import (
    bad_line,
    find_encoding,
    is_utf8,
    utf8_stream,
)
from hotrow.tabular.reading.find_dialect import find_dialect
from hotrow.tabular.reading.first_records import first_records
from hotrow.tabular.reading.header import Header, find_header
from hotrow.tabular.reading.options import ReadingOptions
from hotrow.tabular.reading.plain import plain_delimiter, to_plain
from hotrow.tabular.reading.streams import plain_name, unreadable

# How much of a file's start is looked at. A header that is longer is no header.
MOST = 1 << 20
_SEPARATOR = re.compile(r'"?sep=(.|\\t)"?[ ,;\t]*(?:\r\n|\n|\r|$)', re.IGNORECASE)
_BY_NAME = {".tsv": "\t", ".tab": "\t", ".psv": "|"}


@dataclass(frozen=True)
class CsvLayout:
    """Encoding, dialect and header of a CSV file.

    Attributes:
        encoding: Name of the encoding in Python.
        dialect: Delimiter, quote and escape characters.
        columns: The names of all columns, each once.
        names: Names of the columns of the table.
        lines: Number of lines above the data.
        skipped: Number of bytes that they take in UTF-8.
        header: The lines of the header, in the plain form, or nothing.
        check_escapes: Whether escaped quotes below the start are an error: nobody has
            said that there are none.
        check_quotes: Whether fields that hold what looks like rows are an error: nobody
            has said what quotes are.
        notes: Sentences on what a user might not expect.
    """

    encoding: str
    dialect: Dialect
    columns: list[str]
    names: list[str]
    lines: int
    skipped: int
    header: bytes
    check_escapes: bool
    check_quotes: bool
    notes: tuple[str, ...]


def read_layout(path: Path, options: ReadingOptions) -> CsvLayout:
    """Reads how a file starts, or raises `TableError`."""
    encoding = find_encoding(path, options.encoding)
    text, whole = _start(path, encoding)
    mark = text.startswith("\ufeff")
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise TableError(
            f"The file {str(path)!r} is blank: it has no header and no rows. Check "
            "that it was written to its end."
        )
    _check_zeros(path, text)
    start = 0
    said = _SEPARATOR.match(text)
    if said:
        # Excel's own line, which says what stands between fields.
        start = said.end()
        if options.delimiter is None:
            letter = "\t" if said[1] == "\\t" else said[1]
            options = replace(options, delimiter=letter)
    body = text[start:]
    if not whole:
        body = body[: max(body.rfind("\n"), body.rfind("\r")) + 1] or body
    dialect = find_dialect(body, options, _delimiter_of(path))
    header, lines, skipped, names = _find_rows(
        path, text, start, body, dialect, options
    )
    rest = text[skipped:]
    if not rest.strip("\r\n") and whole:
        raise no_rows(path.name)
    notes = [*header.notes, *_about(path, dialect, encoding, options, header)]
    above = text[:skipped]
    return CsvLayout(
        encoding,
        dialect,
        header.columns,
        header.columns[: header.kept],
        lines,
        len(("\ufeff" * mark + above).encode("utf-8", "surrogatepass")),
        _header_line(names, dialect),
        options.escape is None and not dialect.escape,
        options.quote is None,
        tuple(notes),
    )


def no_rows(title: str) -> TableError:
    """Returns the error for a table that has names and nothing below them."""
    return TableError(
        f"{title} has a header and no rows. Check that it was written to its end."
    )


def _start(path: Path, encoding: str) -> tuple[str, bool]:
    """Returns the text that a file starts with, and whether that is all of it."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    data = b""
    try:
        with utf8_stream(path, encoding) as file:
            while len(data) < MOST:
                part = file.read(MOST)
                if not part:
                    break
                data += part
    except UnicodeError:
        raise bad_line(path, encoding) from None
    except (OSError, EOFError, ValueError) as error:
        raise unreadable(path, error) from error
    whole = len(data) < MOST
    if whole:
        data = data.removesuffix(b"\x1a")
    try:
        return decoder.decode(data, final=whole), whole
    except UnicodeError as error:
        # What is wrong below the header is found, with its line, by who reads it.
        good = data[: error.start].decode() if hasattr(error, "start") else ""
        if "\n" not in good.strip() and "\r" not in good.strip():
            raise bad_line(path, encoding) from None
        return good + "\ufffd", False


def _check_zeros(path: Path, text: str) -> None:
    place = text.find("\0")
    if place < 0:
        return
    line = max(text.count("\n", 0, place), text.count("\r", 0, place)) + 1
    if line == 1:
        raise TableError(
            f"The file {str(path)!r} is no text: its first line holds zero bytes. "
            "Check that it is a CSV file; if it is text in UTF-16 or UTF-32, name "
            "its encoding, for example by `encoding='utf-16-le'`."
        )
    raise zero_bytes(path, line)


def zero_bytes(path: Path, line: int) -> TableError:
    """Returns the error for a line with zero bytes in it."""
    return TableError(
        f"Line {line} of {path.name} holds zero bytes: it was not written to its end, "
        "or is no text. Write it again, or take them out, for example by "
        f"`tr -d '\\000' < {path.name} > clean.csv`."
    )


def _delimiter_of(path: Path) -> str | None:
    return _BY_NAME.get(Path(plain_name(path)).suffix)


def _find_rows(
    path: Path,
    text: str,
    start: int,
    body: str,
    dialect: Dialect,
    options: ReadingOptions,
) -> tuple[Header, int, int, str]:
    """Returns the header, lines and letters above the data, the text of the header."""
    plain = Dialect(plain_delimiter(dialect), dialect.quote)
    lines = list(io.StringIO(body, newline=""))
    offset = len(list(io.StringIO(text[:start], newline="")))
    first = 0
    if options.header:
        first = options.header - 1 - offset
        if not 0 <= first < len(lines):
            raise TableError(
                f"The header is to be line {options.header} of {path.name}, which has "
                f"{offset + len(lines)} lines to look at. Pass the number of the line "
                "that holds the names of the columns, counted from 1."
            )
    rewritten = to_plain("".join(lines[first:]).encode(), dialect).decode()
    rows, ends = first_records(list(io.StringIO(rewritten, newline="")), plain)
    given = 0 if options.header else None
    if not rows:
        raise no_rows(path.name)
    header = find_header(rows, path.name, options, given)
    # The lines of the header, and those above it.
    begin, end = ([0, 0, *ends] if header.first else [0, 0])[header.first :][:2]
    used = first + end
    names = "".join(lines[first + begin : used])
    return header, offset + used, start + sum(map(len, lines[:used])), names


def _header_line(names: str, dialect: Dialect) -> bytes:
    """Returns the header, which may take several lines, if it names several columns."""
    plain = to_plain(names.encode(), dialect).strip(b"\r\n")
    delimiter = plain_delimiter(dialect).encode()
    return plain if delimiter in plain else b""


def _about(
    path: Path,
    dialect: Dialect,
    encoding: str,
    options: ReadingOptions,
    header: Header,
) -> list[str]:
    """Returns notes on what was found out of a file that is no usual CSV file."""
    notes = []
    if options.encoding is None and not is_utf8(encoding):
        notes.append(f"{path.name} is read as {encoding.upper()}.")
    if options.quote is None and dialect.quote == "":
        notes.append(
            f"Quotes in {path.name} are read as text, as they enclose no fields; pass "
            f"{argument(quote='double')} if they do."
        )
    if options.quote is None and dialect.quote == "'":
        notes.append(f"Fields of {path.name} stand in single quotes.")
    if options.escape is None and dialect.escape:
        notes.append(
            f"Quotes within fields of {path.name} have a {dialect.escape!r} ahead of "
            f"them, as Spark writes them; pass {argument(escape='none')} if they are "
            "doubled."
        )
    if options.escape is None and dialect.escapes_delimiter:
        notes.append(
            f"A {dialect.delimiter!r} with a backslash ahead of it is text in "
            f"{path.name}, as MySQL and Hadoop write it; pass "
            f"{argument(escape='none')} if it ends a field."
        )
    if options.delimiter is None and len(header.columns) == 1:
        notes.append(
            f"{path.name} has one column: no delimiter was found in it. If it has "
            "more, pass what stands between them as `delimiter` ('whitespace' for "
            "blanks); columns of a fixed width are made a CSV file by pandas.read_fwf."
        )
    elif options.delimiter is None and dialect.delimiter not in (",", ";", "\t", "|"):
        notes.append(
            f"The columns of {path.name} are told apart by {dialect.delimiter!r}; pass "
            "another `delimiter` if that is not right."
        )
    return notes
