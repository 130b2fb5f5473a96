"""A table in memory: a frame, an Arrow table, or a dict of columns."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hotrow.tabular.columns import as_array
from hotrow.tabular.errors import TableError
from hotrow.tabular.names import check_names
from hotrow.tabular.table import Table
from hotrow.vocabulary.arrow import pa

ROWS = 1 << 16


class FrameTable(Table):
    """A table in memory; columns have the types that they have there.

    A column of Python objects of several types is read as text.

    Args:
        frame: A pandas or polars frame, a pyarrow Table, or a dict from names to
            columns.
    """

    def __init__(self, frame: Any) -> None:
        kind = type(frame).__name__
        package = type(frame).__module__.partition(".")[0]
        of = "" if package in ("builtins", "hotrow") else f"{package} "
        self.title = f"the {of}{kind}"
        self._table = _as_arrow(frame, self.title)
        self.names = list(self._table.column_names)
        if not len(self._table):
            raise TableError(f"{self.title} has columns and no rows.")

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


def _as_arrow(frame: Any, title: str) -> Any:
    if isinstance(frame, (pa.Table, pa.RecordBatch)):
        check_names(list(frame.schema.names), title)
        if isinstance(frame, pa.RecordBatch):
            return pa.Table.from_batches([frame])
        return frame
    if isinstance(frame, Mapping):
        names, columns = list(frame), list(frame.values())
    else:
        names = list(frame.columns)
        check_names([str(name) for name in names], title)
        columns = [frame[name] for name in names]
    names = check_names([str(name) for name in names], title)
    arrays = [
        as_array(column, name) for name, column in zip(names, columns, strict=True)
    ]
    lengths = {name: len(array) for name, array in zip(names, arrays, strict=True)}
    for name, length in lengths.items():
        if length != len(arrays[0]):
            raise TableError(
                f"The columns of a table have one length. Received: {names[0]!r} with "
                f"{len(arrays[0])} rows and {name!r} with {length}."
            )
    return pa.table(arrays, names=names)
