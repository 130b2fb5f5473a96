"""Rows of a CSV file that have too few or too many fields."""

from pathlib import Path
from typing import Any

from hotrow.tabular.advice import argument
from hotrow.tabular.errors import TableError
from hotrow.tabular.reading.csv_stream import REPEATED
from hotrow.tabular.reading.dialect import Dialect
from hotrow.tabular.reading.options import ReadingOptions

# So many places are remembered, to say where rows are.
_MOST_PLACES = 100_000


class BadRows:
    """Counts the rows that Arrow cannot use, as one pass over a file meets them.

    Each pass has its own: Arrow reads ahead in a thread, also of a pass that is left.

    Args:
        path: Path of the file.
        options: Reading options, which say if such rows are skipped.

    Attributes:
        rows: Number of rows that can be used.
        places: The numbers of those that were skipped, from 1, among all of the pass.
    """

    def __init__(self, path: Path, options: ReadingOptions) -> None:
        self._path, self._skip = path, options.skip_bad_rows
        self._count = self._headers = self.rows = 0
        self._first: tuple[int, int, str] | None = None
        self.places: list[int] = []

    @property
    def is_error(self) -> bool:
        """True once a row was met that must not be skipped."""
        return bool(self._count) and not self._skip

    def add(self, row: Any) -> str:
        """Notes a row; Arrow's `invalid_row_handler`."""
        if len(self.places) < _MOST_PLACES:
            self.places.append(row.number)
        if row.text == REPEATED.decode():
            self._headers += 1
        elif row.text.strip():
            self._count += 1
            if self._first is None:
                self._first = (row.number, row.actual_columns, row.text)
        return "skip"

    def notes(self) -> list[str]:
        """Returns sentences on rows that the last pass skipped."""
        notes = []
        if self._headers:
            notes.append(
                f"{_rows(self._headers)} of {self._path.name} "
                f"{'repeats' if self._headers == 1 else 'repeat'} the header and "
                f"{_are(self._headers)} not read."
            )
        if self._count:
            share = self._count / (self._count + self.rows)
            notes.append(
                f"{_rows(self._count)} of {self._path.name} ({share:.2g}) "
                f"{_are(self._count)} left out for the number of fields."
            )
        return notes

    def error(self, expected: int, dialect: Dialect, above: int = 0) -> TableError:
        """Returns the error for the rows of the last pass.

        Args:
            expected: Number of fields of a row.
            dialect: Dialect of the file.
            above: Number of lines above the data.
        """
        assert self._first is not None
        number, received, text = self._first
        quotes = more = ""
        if dialect.quote and dialect.quote in text:
            quotes = f", or {argument(quote='none')} where quotes are text"
        if self._count > 1:
            total = self._count + self.rows + self._headers
            more = f", and {self._count - 1:,} more of {total:,} rows differ from it"
        return TableError(
            f"Row {number + above} of {self._path.name} has {received} "
            f"field{'s' * (received != 1)}, and the header has {expected}{more}. The "
            f"row starts: {text[:80]!r}. The delimiter is {dialect.delimiter!r}; a "
            "field that holds it must stand in double quotes. Mend the row"
            f"{'s' * (self._count > 1)}, pass another `delimiter`"
            f"{quotes}, or leave such rows out with {argument(skip_bad_rows=True)}."
        )


def _rows(count: int) -> str:
    return f"{count:,} row{'s' * (count != 1)}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
