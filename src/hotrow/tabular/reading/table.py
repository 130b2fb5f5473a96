"""A table: named columns, read batch by batch."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hotrow.tabular.errors import TableError


class Table:
    """Named columns that are read batch by batch, from files or from memory.

    Attributes:
        names: The names of the columns, each once.
        title: What to call the table: a file's name, or what a frame is.
    """

    names: list[str]
    title: str

    def batches(self, names: Sequence[str] | None = None) -> Iterator[Any]:
        """Yields the rows as Arrow record batches, in bounded memory.

        Args:
            names: The columns to read, in this order. Defaults to `None`, all.
        """
        raise NotImplementedError

    def place(self, row: int) -> str:
        """Returns in words where a row is.

        Args:
            row: Its number among all rows, from 0. Of files, of rows that have been
                read.
        """
        raise NotImplementedError

    def require(self, name: str, what: str = "column") -> None:
        """Raises `TableError` if there is no such column."""
        if name not in self.names:
            from hotrow.tabular.choices import closest

            raise TableError(
                f"{self.title} has no {what} {name!r}.{closest(name, self.names)}"
            )


def open_table(
    source: Any, *, encoding: str | None = None, delimiter: str | None = None
) -> Table:
    """Opens a table; its rows are read later, batch by batch.

    Args:
        source: A path ending in `.csv`, `.tsv` or `.parquet` (`.csv.gz` and `.tsv.gz`
            too), a list of such paths whose files have the same columns, a pandas or
            polars frame, a pyarrow Table, or a dict from names to columns.
        encoding: Of CSV files. Defaults to `None`: UTF-8, or UTF-16 where the file
            starts with its byte order mark.
        delimiter: What stands between the fields of CSV files. Defaults to `None`: a
            tab for `.tsv`; otherwise the one of comma, semicolon, tab and `|` that
            occurs most in the header line, outside quotes; a comma if none does.

    Returns:
        The table. Columns of CSV files are strings; others have their own types.

    Raises:
        TableError: If the source is no such table, or cannot be read.
    """
    if isinstance(source, Table):
        return source
    if isinstance(source, (str, os.PathLike)):
        return _open_files([Path(source)], encoding, delimiter)
    if isinstance(source, (list, tuple)):
        if not source or not all(isinstance(s, (str, os.PathLike)) for s in source):
            raise TableError(
                "A list of files is a list of one path or more. Received: "
                f"{str(source)[:80]}. Of rows in memory, pass a frame or a dict from "
                "names to columns."
            )
        return _open_files([Path(path) for path in source], encoding, delimiter)
    if isinstance(source, Mapping) or hasattr(source, "columns"):
        from hotrow.tabular.reading.frame_table import FrameTable

        return FrameTable(source)
    raise TableError(
        "A table is a path of a CSV or Parquet file, a list of these, a pandas or "
        "polars frame, a pyarrow Table, or a dict from names to columns. Received: an "
        f"object of type {type(source).__name__}."
    )


def _open_files(
    paths: list[Path], encoding: str | None, delimiter: str | None
) -> Table:
    from hotrow.tabular.reading.csv_table import CsvTable
    from hotrow.tabular.reading.file_kinds import check_file, kind_of_file
    from hotrow.tabular.reading.parquet_table import ParquetTable

    kinds = {}
    for path in paths:
        check_file(path)
        kinds[path] = kind_of_file(path)
    if len(set(kinds.values())) > 1:
        raise TableError(
            "The files of one table are all CSV or all Parquet. Received: "
            f"{', '.join(path.name for path in paths)}. Convert some of them."
        )
    if kinds[paths[0]] == "parquet":
        for name, value in (("encoding", encoding), ("delimiter", delimiter)):
            if value is not None:
                raise TableError(
                    f"`{name}` is for CSV files. Received: {name}={value!r} for "
                    f"{paths[0].name}. Leave it out."
                )
        return ParquetTable(paths)
    return CsvTable(paths, encoding, delimiter)
