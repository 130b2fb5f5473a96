"""Dialects of delimited text: delimiters, quotes, and how quotes are escaped."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hotrow.tabular.reading.options import WHITESPACE

_MANY = 100


@dataclass(frozen=True)
class Dialect:
    """Delimiter, quote and escape characters of delimited text.

    Attributes:
        delimiter: Text between fields, or `"whitespace"`.
        quote: Character around fields that hold a delimiter; `""` for none.
        escape: Character ahead of a quote within a quoted field; `""` where it is
            doubled.
        escapes_itself: True if an escape character in text is escaped, too.
        blanks: True if blanks may stand between a delimiter and a quote.
        escapes_delimiter: True if a delimiter with a backslash ahead of it is text in
            a field without quotes.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    escapes_itself: bool = False
    blanks: bool = False
    escapes_delimiter: bool = False

    @property
    def is_plain(self) -> bool:
        """True if Arrow reads it: one ASCII character, and doubled quotes."""
        return (
            len(self.delimiter) == 1
            and self.delimiter.isascii()
            and not self.escape
            and not self.blanks
            and not self.escapes_delimiter
        )

    def records(self, lines: list[str]) -> Iterator[list[str]]:
        """Yields the fields of each record; blank lines are records without fields."""
        reader = csv.reader(iter(lines), **self._settings())
        try:
            for record in reader:
                yield record if self.delimiter != WHITESPACE else _trimmed(record)
        except csv.Error:
            # A field that is too long: a quote that is never closed.
            return

    def first_record(self, lines: list[str]) -> tuple[list[str], int]:
        """Returns the fields of the first record, and how many lines it takes."""
        reader = csv.reader(iter(lines), **self._settings())
        try:
            record = next(reader, [])
        except csv.Error:
            return [], 1
        if self.delimiter == WHITESPACE:
            record = _trimmed(record)
        return record, max(1, reader.line_num)

    def _settings(self) -> dict[str, Any]:
        white = self.delimiter == WHITESPACE
        delimiter = " " if white else self.delimiter
        return {
            "delimiter": delimiter if len(delimiter) == 1 else "\x1f",
            "quotechar": self.quote or None,
            "quoting": csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            "doublequote": True,
            "escapechar": self.escape or None,
            "skipinitialspace": self.blanks or white,
        }

    def lines_of(self, text: str) -> list[str]:
        """Returns the lines of a text with their ends, as `records` takes them."""
        if len(self.delimiter) > 1 and self.delimiter != WHITESPACE:
            text = text.replace(self.delimiter, "\x1f")
        elif self.delimiter == WHITESPACE:
            text = text.replace("\t", " ")
        # Other ends of lines that Python knows, such as a form feed, end none here.
        return list(io.StringIO(text, newline=""))


def width_of(records: list[list[str]]) -> int:
    """Returns the usual number of fields; of two as usual, the larger one."""
    if len(records) >= _MANY:
        # There may be more lines above a table than in it.
        records = records[len(records) // 2 :]
    counts = Counter(len(record) for record in records if is_filled(record))
    return max(counts, key=lambda width: (counts[width], width), default=0)


def is_filled(record: list[str]) -> bool:
    """Returns whether a record is more than a blank line."""
    return len(record) > 1 or any(field.strip() for field in record)


def _trimmed(record: list[str]) -> list[str]:
    while record and not record[0]:
        record = record[1:]
    while record and not record[-1]:
        record = record[:-1]
    return record
