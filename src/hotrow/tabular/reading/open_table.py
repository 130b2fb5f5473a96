"""Opens a table: a file of a kind that is known, or a frame."""

import os
from pathlib import Path
from typing import Any

from hotrow.tabular.errors import TableError
from hotrow.tabular.reading.csv_table import CsvTable
from hotrow.tabular.reading.excel_table import ExcelTable
from hotrow.tabular.reading.feather_table import FeatherTable
from hotrow.tabular.reading.file_kinds import check_file, kind_of_file
from hotrow.tabular.reading.frame_table import FrameTable
from hotrow.tabular.reading.frames import frame_table
from hotrow.tabular.reading.json_table import read_json
from hotrow.tabular.reading.options import ReadingOptions
from hotrow.tabular.reading.parquet_table import ParquetTable
from hotrow.tabular.reading.table import Table


def open_table(source: Any, **reading: Any) -> Table:
    """Opens a table; its rows are read later, batch by batch.

    Args:
        source: A path of a CSV, Excel, Parquet, Feather or JSON file, which may be
            compressed (`.gz`, `.bz2`, `.xz`, `.zst`, `.zip`) where it is text; a list
            of such paths whose files have the same columns; a pandas or polars frame,
            a pyarrow Table, or a dict from names to columns.
        **reading: As for `ReadingOptions`: `encoding` (of CSV files; by default UTF-8,
            or UTF-16 where the file looks so), `delimiter` (by default the one that
            makes columns), `header`, `names`, `quote`, `escape`, `sheet` and
            `skip_bad_rows`.

    Returns:
        The table. Columns of CSV files are strings; others have their own types.

    Raises:
        TableError: If the source is no such table, or cannot be read.
    """
    if isinstance(source, Table):
        return source
    options = ReadingOptions.of(**reading)
    if isinstance(source, (str, os.PathLike)):
        return _open_files([Path(source)], options)
    are_paths = isinstance(source, (list, tuple)) and all(
        isinstance(one, (str, os.PathLike)) for one in source
    )
    if are_paths and source:
        return _open_files([Path(path) for path in source], options)

    return frame_table(source)


def _open_files(paths: list[Path], options: ReadingOptions) -> Table:
    kinds = {}
    for path in paths:
        check_file(path)
        kinds[path] = kind_of_file(path)
    kind = kinds[paths[0]]
    if len(set(kinds.values())) > 1 or (kind == "json" and len(paths) > 1):
        raise TableError(
            "The files of one table are all CSV or all Parquet. Received: "
            f"{', '.join(path.name for path in paths)}. Convert some of them."
        )
    options.check_kind(kind, paths[0].name)
    if kind == "excel":
        return ExcelTable(paths, options)
    if kind == "parquet":
        return ParquetTable(paths)
    if kind == "feather":
        return FeatherTable(paths)
    if kind == "json":
        return FrameTable(read_json(paths[0]), title=paths[0].name)
    return CsvTable(paths, options)
