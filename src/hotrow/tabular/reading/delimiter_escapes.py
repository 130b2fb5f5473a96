"""Delimiters that a backslash stands ahead of, as MySQL and Hadoop write them."""

from dataclasses import replace

from hotrow.tabular.reading.dialect import Dialect, is_filled, width_of
from hotrow.tabular.reading.options import ReadingOptions
from hotrow.tabular.reading.plain import plain_delimiter, to_plain

ESCAPE = "\\"


def with_delimiter_escapes(
    text: str, dialect: Dialect, options: ReadingOptions
) -> Dialect:
    """Returns the dialect in which escaped delimiters are text, if rows fit it better.

    A path such as `C:\\dir\\` may end in a backslash: where all rows have the fields
    that the header has, it is text.
    """
    may_escape = options.escape in (None, ESCAPE) and dialect.quote
    one = len(dialect.delimiter) == 1 and dialect.delimiter.isascii()
    if not may_escape or not one or ESCAPE + dialect.delimiter not in text:
        return dialect
    escaped = replace(dialect, escapes_delimiter=True)
    return escaped if _uneven(text, escaped) < _uneven(text, dialect) else dialect


def _uneven(text: str, dialect: Dialect) -> int:
    """Returns how many rows have not the usual width, and names end in a backslash."""
    plain = Dialect(plain_delimiter(dialect), dialect.quote)
    lines = plain.lines_of(to_plain(text.encode(), dialect).decode())
    rows = [record for record in plain.records(lines) if is_filled(record)]
    width = width_of(rows)
    cut = sum(name.endswith(ESCAPE) for row in rows[:1] for name in row[:-1])
    return cut + sum(len(row) != width for row in rows)
