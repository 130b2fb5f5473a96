"""A table in memory."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hotrow.tabular.errors import TableError
from hotrow.tabular.reading.names import check_names
from hotrow.tabular.reading.table import Table
from hotrow.tabular.values.columns import as_array
from hotrow_common.arrow import pa

ROWS = 1 << 16


class FrameTable(Table):
    """A table in memory; columns have the types that they have there.

    A column of Python objects of several types is read as text.

    Args:
        columns: Columns by their names, as `as_array` takes them.
        title: Name of the table in messages. Defaults to `"the dict"`.
        index: The index of a pandas frame. Defaults to `None`.

    Attributes:
        index: Index of the frame, or None.
    """

    def __init__(
        self, columns: Mapping[str, Any], title: str = "the dict", index: Any = None
    ) -> None:
        self.title, self.index = title, index
        self.names = check_names(list(columns), title)
        arrays = [as_array(column, name) for name, column in columns.items()]
        for name, array in zip(self.names, arrays, strict=True):
            if len(array) != len(arrays[0]):
                raise TableError(
                    "The columns of a table have one length. Received: "
                    f"{self.names[0]!r} with {len(arrays[0])} rows and {name!r} with "
                    f"{len(array)}."
                )
        self._table = pa.table(arrays, names=self.names)
        if not len(self._table):
            raise TableError(f"{title} has columns and no rows.")

    def batches(self, names: Sequence[str] | None = None) -> Iterator[Any]:
        """Yields the rows as Arrow record batches."""
        table = self._table if names is None else self._table.select(list(names))
        if not table.num_columns:
            return
        # Chunks may lie differently in each column: batches would be tiny.
        for start in range(0, len(table), ROWS):
            part = table.slice(start, ROWS).combine_chunks()
            yield from part.to_batches()

    def place(self, row: int) -> str:
        """Returns in words where a row is."""
        return f"row {row} (counted from 0) of {self.title}"
