"""A table in Arrow files, which are Feather files, too."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hotrow.tabular.errors import TableError
from hotrow.tabular.reading.file_rows import FileRows
from hotrow.tabular.reading.names import check_names
from hotrow.tabular.reading.other_columns import other_columns
from hotrow.tabular.reading.streams import unreadable
from hotrow.tabular.reading.table import Table
from hotrow_common.arrow import pa


class FeatherTable(Table):
    """A table in Arrow files; columns have the types that they have there.

    Args:
        paths: Paths of the files, which have the same columns.
    """

    def __init__(self, paths: list[Path]) -> None:
        self._paths = paths
        self._rows = FileRows(paths)
        self.title = self._rows.title
        for path in paths:
            names = _opened(path).schema.names
            if path == paths[0]:
                self.names = check_names(names, path.name)
            elif names != self.names:
                raise other_columns(paths[0], self.names, path, names)
        if next(self.batches(), None) is None:
            raise TableError(
                f"{self.title} has columns and no rows. Check that it was written to "
                "its end."
            )

    def batches(self, names: Sequence[str] | None = None) -> Iterator[Any]:
        """Yields the rows as Arrow record batches, in bounded memory."""
        names = self.names if names is None else list(names)
        row = 0
        for path in self._paths:
            self._rows.starts(path, row)
            file = _opened(path)
            for number in range(file.num_record_batches):
                try:
                    batch = file.get_batch(number)
                except (pa.ArrowException, OSError) as error:
                    raise unreadable(path, error) from error
                if len(batch):
                    row += len(batch)
                    yield batch.select(names)

    def place(self, row: int) -> str:
        """Returns in words where a row is."""
        return self._rows.place(row)


def _opened(path: Path) -> Any:
    try:
        return pa.ipc.open_file(pa.memory_map(str(path)))
    except (pa.ArrowException, OSError) as error:
        raise unreadable(path, error) from error
