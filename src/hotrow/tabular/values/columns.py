"""Raw values of one column, whatever they come in, as an Arrow array."""

from typing import Any

import numpy as np

from hotrow.tabular.errors import TableError
from hotrow.vocabulary.arrow import pa


def as_array(values: Any, name: str | None = None) -> Any:
    """Returns the raw values of a column as a pyarrow array.

    Args:
        values: A pyarrow array, a list, a NumPy array or a Series. Python objects of
            several types become text: each as `str` writes it.
        name: Of the column, for errors.

    Raises:
        TableError: If the values are not one column.
    """
    if isinstance(values, pa.Array):
        return values
    if isinstance(values, pa.ChunkedArray):
        return _one(values)
    of = "" if name is None else f" of {name!r}"
    if np.isscalar(values) or values is None or isinstance(values, (dict, set)):
        raise TableError(
            f"The values{of} must be a column: a list, a NumPy array, a Series or an "
            f"Arrow array. Received: {type(values).__name__}. Put a single value in "
            "a list."
        )
    if isinstance(values, np.ndarray) and values.ndim != 1:
        if values.ndim == 2 and values.shape[1] == 1:
            values = values[:, 0]
        else:
            raise TableError(
                f"The values{of} must be one column. Received: an array of shape "
                f"{values.shape}. Pass its columns one by one."
            )
    if hasattr(values, "to_arrow"):
        array = values.to_arrow()
        return _one(array) if isinstance(array, pa.ChunkedArray) else array
    try:
        array = pa.array(values, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        array = pa.array([_text(value) for value in values], pa.large_string())
    return _one(array) if isinstance(array, pa.ChunkedArray) else array


def _one(values: Any) -> Any:
    if values.num_chunks == 1:
        return values.chunk(0)
    return values.combine_chunks() if values.num_chunks else pa.array([], values.type)


def _text(value: Any) -> str | None:
    missing = value is None or type(value).__name__ in ("NAType", "NaTType")
    if missing or (isinstance(value, (float, np.floating)) and value != value):
        return None
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value).encode("utf-8", "replace").decode()
