"""Tables in memory: frames of several libraries as a `FrameTable`."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from hotrow.models.raw_inputs import columns_of
from hotrow.tabular.errors import TableError
from hotrow.tabular.reading.frame_table import FrameTable
from hotrow.tabular.reading.names import check_names
from hotrow.tabular.reading.table import Table, joined_name
from hotrow.tabular.values.characters import trimmed
from hotrow.tabular.values.columns import as_array
from hotrow_common.arrow import pa


def frame_table(source: Any) -> FrameTable:
    """Returns a table in memory.

    Args:
        source: A frame, as for `frame_columns`.

    Raises:
        TableError: If it is no table. The text says how to make it one.
    """
    columns = frame_columns(source)
    if columns is None:
        raise TableError(
            "A table is a path of a CSV, Excel, Parquet, Feather or JSON file, a list "
            "of these, a pandas or polars frame, a pyarrow Table, or a dict from names "
            f"to columns. Received: {_received(source)}"
        )
    index = source.index if hasattr(source, "iloc") else None
    return FrameTable(columns, _title(source), index)


def frame_columns(source: Any) -> dict[str, Any] | None:
    """Returns columns by their names, or None where the source is no table.

    Args:
        source: A pandas or polars frame, a lazy one, an Arrow table, batch or dataset,
            another object that gives an Arrow stream, a dict from names to columns, a
            list of dicts, or a structured array.

    Raises:
        TableError: If two columns have one name.
    """
    package = type(source).__module__.partition(".")[0]
    if package == "polars" and hasattr(source, "collect"):
        source = source.collect()
    if package == "pyarrow" and hasattr(source, "to_table"):
        source = source.to_table()
    if isinstance(source, Mapping):
        names, columns = list(source), list(source.values())
    elif hasattr(source, "iloc") and hasattr(source, "columns"):
        names = list(source.columns)
        # By place, as two columns may have one name.
        columns = [source.iloc[:, place] for place in range(len(names))]
    elif package == "polars" and hasattr(source, "get_columns"):
        # One by one, as of some types polars can only give its own objects.
        names, columns = list(source.columns), source.get_columns()
    elif isinstance(source, (pa.Table, pa.RecordBatch)):
        names, columns = source.schema.names, list(source.columns)
    elif hasattr(source, "columns") and hasattr(source, "__arrow_c_stream__"):
        table = pa.table(source)
        names, columns = table.schema.names, list(table.columns)
    else:
        found = columns_of(source)
        if found is None:
            return None
        names, columns = list(found), list(found.values())
    names = check_names([trimmed(joined_name(name)) for name in names], _title(source))
    return dict(zip(names, columns, strict=True))


def with_target(source: Any, target: Any) -> tuple[Any, Any]:
    """Returns a source that has the target in it, and the target's name.

    Args:
        source: A frame, as for `open_table`.
        target: The name of a column; or the values of the target, as a Series, an
            array, a list or a frame of one column, where the source is in memory.

    Raises:
        TableError: If values are given and the source is a file, or the values are not
            those of its rows.
    """
    if isinstance(target, (str, tuple)) or np.ndim(target) == 0:
        return source, target
    columns = None if isinstance(source, Table) else frame_columns(source)
    if columns is None:
        raise TableError(
            "The values of a target go with a frame in memory, such as a pandas "
            f"DataFrame. Received: a {type(source).__name__}, with a target of type "
            f"{type(target).__name__}. Put an array into a frame, or pass the name of "
            "the column."
        )
    if hasattr(target, "columns"):
        values = frame_columns(target) or {}
        if len(values) != 1:
            raise TableError(
                f"The target is one column. Received: a frame of {len(values)}. Pass "
                "one of them, or the name of a column."
            )
        ((name, target),) = values.items()
    else:
        name = trimmed(joined_name(getattr(target, "name", None) or "target"))
    mine: Any = getattr(source, "index", None)
    its: Any = getattr(target, "index", None)
    if hasattr(mine, "equals") and hasattr(its, "equals") and not mine.equals(its):
        raise TableError(
            f"The target {name!r} has another index than the frame: its rows may be in "
            "another order. Put both in one frame by pandas, or reset the index of "
            "each."
        )
    if name in columns and not as_array(columns[name]).equals(as_array(target)):
        raise TableError(
            f"The frame has another column {name!r} than the target of that name. "
            "Rename one of them, or pass the name."
        )
    index = mine if hasattr(source, "iloc") else None
    return FrameTable({**columns, name: target}, _title(source), index), name


def _title(source: Any) -> str:
    kind = type(source).__name__
    package = type(source).__module__.partition(".")[0]
    return f"the {'' if package in ('builtins', 'hotrow') else f'{package} '}{kind}"


def _received(source: Any) -> str:
    """Returns what was received, and how it becomes a table."""
    kind = type(source).__name__
    if isinstance(source, (list, tuple)):
        if not source:
            return "an empty list. Of files, pass one path or more."
        return (
            f"{str(source)[:80]}. A list of files is a list of one path or more; of "
            "rows in memory, pass a frame or a dict from names to columns."
        )
    for method, what in (("compute", "dask"), ("toPandas", "Spark")):
        if hasattr(source, method):
            return f"a frame of {what}. Pass what its {method}() returns, or a file."
    if hasattr(source, "to_frame"):
        return f"a {kind}, which is one column. Pass a frame with the target in it."
    if hasattr(source, "shape") and hasattr(source, "dtype"):
        return (
            f"an array of shape {source.shape}. Pass a dict from names to its columns, "
            "such as {'a': array[:, 0]}, or a frame."
        )
    return f"an object of type {kind}."
