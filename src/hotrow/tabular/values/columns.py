"""Raw values of one column, whatever they come in, as an Arrow array."""

from typing import Any

import numpy as np

from hotrow.tabular.errors import TableError
from hotrow.tabular.values.characters import whole_text
from hotrow_common.arrow import pa
from hotrow_common.masked import is_masked


def as_array(values: Any, name: str | None = None) -> Any:
    """Returns the raw values of a column as a pyarrow array.

    Args:
        values: A pyarrow array, a list, a NumPy array or a Series. Python objects of
            several types become text: each as `str` writes it.
        name: Name of the column, for errors.

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
    try:
        array = _converted(values)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        array = None
    if array is None or _is_opaque(array.type, values):
        array = pa.array([_text(value) for value in values], pa.large_string())
    return array


def _converted(values: Any) -> Any:
    # Of a sparse Series or array of pandas.
    dense = getattr(getattr(values, "sparse", values), "to_dense", None)
    if dense is not None:
        values = dense()
    if hasattr(values, "to_arrow"):
        array = values.to_arrow()
    else:
        array = pa.array(values, from_pandas=True)
    return _one(array) if isinstance(array, pa.ChunkedArray) else array


def _is_opaque(kind: Any, values: Any) -> bool:
    """Returns whether Arrow holds values in a way that no text can be made of.

    So it holds periods, intervals and UUIDs, and polars its Python objects.
    """
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    is_objects = str(getattr(values, "dtype", "")) == "Object"
    return isinstance(kind, pa.BaseExtensionType) or is_objects


def _one(values: Any) -> Any:
    if values.num_chunks == 1:
        return values.chunk(0)
    return values.combine_chunks() if values.num_chunks else pa.array([], values.type)


def _text(value: Any) -> str | None:
    missing = value is None or type(value).__name__ in ("NAType", "NaTType")
    if (
        missing
        or is_masked(value)
        or (isinstance(value, (float, np.floating)) and value != value)
    ):
        return None
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return whole_text(str(value))
