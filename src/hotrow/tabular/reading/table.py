"""A table: named columns, read batch by batch."""

from collections.abc import Iterator, Sequence
from typing import Any

from hotrow.tabular.advice import argument
from hotrow.tabular.errors import TableError
from hotrow.tabular.values.characters import trimmed


class Table:
    """Named columns that are read batch by batch, from files or from memory.

    Attributes:
        names: The names of the columns, each once.
        title: Name of the table in messages: a file's name, or the type of a frame.
        delimiter: Delimiter of a CSV file; `None` for others.
    """

    names: list[str]
    title: str
    delimiter: str | None = None

    @property
    def notes(self) -> list[str]:
        """Sentences on what a user might not expect; some only after all rows."""
        return []

    def batches(self, names: Sequence[str] | None = None) -> Iterator[Any]:
        """Yields the rows as Arrow record batches, in bounded memory.

        Args:
            names: The columns to read, in this order. Defaults to `None`, all.
        """
        raise NotImplementedError

    def place(self, row: int) -> str:
        """Returns in words where a row is.

        Args:
            row: Number of the row, from 0. Of files, of rows that have been
                read.
        """
        raise NotImplementedError

    def column(self, name: Any, what: str = "column") -> str:
        """Returns the name of a column as the table has it, without blanks around it.

        Raises:
            TableError: If there is no such column.
        """
        text = joined_name(name)
        for wanted in (text, trimmed(text)):
            if wanted in self.names:
                return wanted
        from hotrow.tabular.choices import closest

        no_header = argument(header=False)
        hint = "".join(f" {note}" for note in self.notes if no_header in note)
        raise TableError(
            f"{self.title} has no {what} {text!r}.{closest(text, self.names)}{hint}"
        )

    def require(self, name: str, what: str = "column") -> None:
        """Raises `TableError` if there is no such column."""
        self.column(name, what)


def joined_name(name: Any) -> str:
    """Returns the name of a column as text; the levels of several joined by `_`."""
    if isinstance(name, tuple):
        return "_".join(str(level) for level in name if str(level).strip())
    return str(name)
