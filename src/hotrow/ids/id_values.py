"""Ids that are still NumPy arrays, lists or numbers of Python.

Everything here is exact: an id is compared in a dtype that holds both it and the number
of rows, and a bad one is replaced only once the array has the dtype of the result.
"""

import operator
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import keras
import numpy as np

from hotrow_common.masked import as_plain_array, is_masked

# Objects that are no number, and yet no mistake: a value that is not there.
_MISSING_TYPES = ("NAType", "NaTType", "NoneType")

# Text stands in the first rows if anywhere.
_LOOKED_AT = 1000


class NotNumbers(Exception):
    """Objects that are no numbers.

    Attributes:
        dtype: Dtype of their array.
        example: The first of them.
    """

    def __init__(self, dtype: np.dtype, example: Any) -> None:
        super().__init__(dtype, example)
        self.dtype = str(dtype)
        self.example = example


def holds_values(inputs: Any) -> bool:
    """Returns whether `inputs` are no tensor of an unknown kind."""
    if hasattr(inputs, "__array__"):
        return True
    return not (hasattr(inputs, "dtype") and hasattr(inputs, "shape"))


def as_array(values: Any) -> np.ndarray:
    """Returns values as an array of booleans, integers or floats, or of objects.

    An array of objects holds integers and floats of Python, and whatever stands for a
    missing value. The entries that a masked array hides are missing.

    Raises:
        NotNumbers: If some are not numbers.
        ValueError: If they are lists of different lengths.
    """
    array = as_plain_array(values)
    if array.dtype == np.float64 and not hasattr(values, "__array__"):
        # NumPy makes floats of a list with integers of more than 63 bits.
        with np.errstate(invalid="ignore"):
            is_exact = (np.abs(array) < 2.0**53).all()
        array = array if is_exact else np.asarray(values, object)
    if array.dtype == object:
        numbers = np.empty(array.size, object)
        for place, value in enumerate(array.ravel()):
            numbers[place] = _as_number(value)
        return numbers.reshape(array.shape)
    if not _is_numeric(array.dtype):
        raise NotNumbers(array.dtype, array.ravel()[0] if array.size else None)
    return array


def is_missing(value: Any) -> bool:
    """Returns whether a value stands for one that is not there: `None`, NaN, `NA`."""
    if is_masked(value) or type(value).__name__ in _MISSING_TYPES:
        return True
    return isinstance(value, (float, np.floating)) and bool(np.isnan(value))


def which_are_ids(values: np.ndarray, count: int) -> np.ndarray | None:
    """Returns which values are whole numbers from 0 to `count - 1`, or None if all are.

    Args:
        values: An array, as `as_array` returns it.
        count: Number of rows. The dtype of the array holds every id below it.
    """
    if values.size == 0:
        return None
    if values.dtype == object:
        flat = [_is_id(value, count) for value in values.ravel()]
        return None if all(flat) else np.array(flat).reshape(values.shape)
    values = _plain(values)
    if "float" in values.dtype.name:
        return _which_floats_are_ids(values, count)
    # A negative number is a large one without its sign, so one comparison does for two.
    is_signed = values.dtype.kind == "i"
    places = values.view(values.dtype.str.replace("i", "u")) if is_signed else values
    bits = 8 * places.dtype.itemsize
    limit = min(count, 2 ** (bits - 1)) if is_signed else count
    if int(places.max()) < limit:
        return None
    return places < places.dtype.type(limit)


def whole(
    values: np.ndarray, good: np.ndarray | None, instead: int, dtype: str
) -> np.ndarray:
    """Returns ids in a dtype that holds them all, and `instead` for what are none."""
    if good is None:
        return values.astype(dtype)
    result = np.where(good, values, np.zeros((), values.dtype)).astype(dtype)
    result[~good] = instead
    return result


def first_bad(values: np.ndarray, good: np.ndarray) -> Any:
    """Returns the first value that is no id, as Python has it."""
    value = values[~good].ravel()[0]
    value = value.item() if isinstance(value, np.generic) else value
    return int(value) if isinstance(value, bool) else value


def _is_numeric(dtype: np.dtype) -> bool:
    # To NumPy, the narrow numbers of other packages are void.
    narrow = ("bfloat", "float", "int", "uint")
    return dtype.kind in "biuf" or (dtype.kind == "V" and dtype.name.startswith(narrow))


def _plain(values: np.ndarray) -> np.ndarray:
    """Returns numbers in a dtype of NumPy's own in which it can compare them."""
    if values.dtype == bool:
        return values.view("uint8")
    if "float" in values.dtype.name:
        return values.astype("float32") if values.dtype.itemsize <= 2 else values
    return values.astype("int32") if values.dtype.kind == "V" else values


def _which_floats_are_ids(values: np.ndarray, count: int) -> np.ndarray | None:
    with np.errstate(invalid="ignore"):
        good: np.ndarray = (values >= 0) & (values < count)
        good &= values == np.floor(values)
    return None if good.all() else good


def _is_id(value: Any, count: int) -> bool:
    if isinstance(value, float):
        return value.is_integer() and 0 <= value < count
    return isinstance(value, int) and 0 <= value < count


def _as_number(value: Any) -> Any:
    """Returns an object as an `int` or a `float`, or as it is if it is missing."""
    if is_missing(value):
        return value
    if isinstance(value, (bool, np.bool_)):
        return int(value)
    try:
        return operator.index(value)
    except TypeError:
        pass
    if isinstance(value, (Decimal, Fraction)):
        number = float(value)
        return int(value) if number.is_integer() and value == int(value) else number
    if isinstance(value, (float, np.floating)):
        return float(value)
    raise NotNumbers(np.dtype(object), value)


def first_text(values: Any, name: str | None = None) -> tuple[str | None, Any] | None:
    """Returns the first text in the inputs of a model, and the name of its input.

    Args:
        values: What a model is called on: an array, a list, a frame or a dict of them.
        name: Name of this input, where it has one.

    Returns:
        The name, or None if the input has none, and the text. None if there is none.
    """
    if isinstance(values, (str, bytes)):
        return name, values
    if isinstance(values, Mapping):
        parts: list[tuple[str | None, Any]] = [(str(k), v) for k, v in values.items()]
    elif isinstance(values, (list, tuple)):
        parts = [(name, part) for part in values[:_LOOKED_AT]]
    elif hasattr(values, "columns") and hasattr(values, "dtypes"):
        parts = [(str(key), values[key]) for key in values.columns]
    elif hasattr(values, "__array__") and not keras.ops.is_tensor(values):
        array = np.asarray(values[:_LOOKED_AT] if len(values.shape) else values)
        if array.dtype.kind not in "USO":
            return None
        parts = [(name, part) for part in array.ravel()[:_LOOKED_AT].tolist()]
    else:
        return None
    found = (first_text(part, key) for key, part in parts)
    return next((one for one in found if one is not None), None)
