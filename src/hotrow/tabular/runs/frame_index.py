"""The index of a pandas frame, in an Arrow table."""

from typing import Any

from hotrow_common.arrow import pa


def with_index(table: Any, index: Any) -> Any:
    """Returns an Arrow table whose `to_pandas()` has an index.

    An index that is more than a range becomes columns of the table.

    Args:
        table: Table with as many rows as the index.
        index: Index of a pandas frame, or None: the table is returned as it is.
    """
    if index is None:
        return table
    frame = index.to_frame().iloc[:, :0]
    # The metadata would say that the names of columns are numbers.
    frame.columns = frame.columns.astype(str)
    alone = pa.Table.from_pandas(frame)
    for name, column in zip(alone.column_names, alone.columns, strict=True):
        if name not in table.column_names:
            table = table.append_column(name, column)
    return table.replace_schema_metadata(alone.schema.metadata)
