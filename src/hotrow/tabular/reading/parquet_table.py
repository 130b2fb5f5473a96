"""A table in Parquet files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hotrow.tabular.errors import TableError
from hotrow.tabular.reading.file_rows import FileRows
from hotrow.tabular.reading.names import check_names
from hotrow.tabular.reading.other_columns import other_columns
from hotrow.tabular.reading.table import Table
from hotrow_common.arrow import pa, parquet

ROWS = 1 << 16


class ParquetTable(Table):
    """A table in Parquet files; columns have the types that they have there.

    Args:
        paths: Paths of the files, which have the same columns.
    """

    def __init__(self, paths: list[Path]) -> None:
        self._paths = paths
        self._rows = FileRows(paths)
        self.title = self._rows.title
        total = 0
        for path in paths:
            with _opened(path) as file:
                names = [field.name for field in file.schema_arrow]
                total += file.metadata.num_rows
            if path == paths[0]:
                self.names = check_names(names, path.name)
            elif names != self.names:
                raise other_columns(paths[0], self.names, path, names)
        if not total:
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
            with _opened(path) as file:
                reader = file.iter_batches(ROWS, columns=names)
                while True:
                    try:
                        batch = next(reader, None)
                    except (pa.ArrowException, OSError) as error:
                        raise _broken(path, error) from error
                    if batch is None:
                        break
                    row += len(batch)
                    yield batch.select(names)

    def place(self, row: int) -> str:
        """Returns in words where a row is."""
        return self._rows.place(row)


def _opened(path: Path) -> Any:
    try:
        return parquet.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise _broken(path, error) from error


def _broken(path: Path, error: Exception) -> TableError:
    return TableError(
        f"The file {str(path)!r} cannot be read as Parquet: {error}. It is not whole, "
        "or not what its name says. Write it again, or rename it."
    )
