"""Raw inputs, in whatever people have them, as arrays that a model takes."""

import inspect
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from hotrow_common.masked import as_plain_array, is_masked

_SINGLE = (str, bytes, int, float, complex, np.generic, type(None))


def columns_of(inputs: Any) -> dict[str, Any] | None:
    """Returns columns by their names, or None where the inputs are no columns.

    Args:
        inputs: A dict of columns, a frame, an Arrow table, anything with the Arrow
            PyCapsule interface for tables, a list of dicts (one a row), or a structured
            NumPy array.
    """
    if isinstance(inputs, Mapping):
        return {str(name): values for name, values in inputs.items()}
    if isinstance(inputs, (list, tuple)):
        is_rows = bool(inputs) and all(isinstance(row, Mapping) for row in inputs)
        return _columns_of_rows(inputs) if is_rows else None
    if type(inputs).__name__ == "LazyFrame":
        raise ValueError(
            "Inputs must be in memory. Received: a LazyFrame. Pass `frame.collect()`."
        )
    names: Any = getattr(getattr(inputs, "schema", None), "names", None)
    if isinstance(names, list):  # Of Arrow; polars has a method of this name.
        if not hasattr(inputs, "column"):  # A stream of batches.
            inputs = inputs.read_all()
    elif isinstance(inputs, np.ndarray):
        names = inputs.dtype.names
    else:
        names = getattr(inputs, "columns", None)
    if names is None:
        return None
    return _distinct({str(name): inputs[name] for name in names}, names)


def refuse_dataset(inputs: Any) -> None:
    """Raises `ValueError` for what gives batches, and no raw inputs."""
    kinds = (keras.utils.PyDataset,)
    module = type(inputs).__module__.partition(".")[0]
    if (
        isinstance(inputs, kinds)
        or hasattr(inputs, "element_spec")
        or (module == "torch" and not hasattr(inputs, "shape"))
        or module == "grain"
        or inspect.isgenerator(inputs)
    ):
        raise ValueError(
            "A RawModel takes raw inputs as lists, arrays or columns. Received: a "
            f"dataset ({type(inputs).__name__}). Call the Lookup in the dataset, and "
            "pass the dataset to `raw.model`."
        )


def encoded(name: str | None, lookup: keras.Layer, values: Any) -> np.ndarray:
    """Returns the ids of an input.

    Args:
        name: Name of the input, or None if there is one only.
        lookup: A layer with a method `encode`.
        values: Raw values.
    """
    _check_rows(name, values)
    try:
        array: np.ndarray = lookup.encode(values)
    except ValueError as error:
        if name is None:
            raise
        raise ValueError(f"The input {name!r} cannot be encoded. {error}") from error
    return array


def numbers(name: str, values: Any, dtype: str | None) -> Any:
    """Returns an input that has no lookup, as an array.

    Args:
        name: Name of the input.
        values: Numbers.
        dtype: Dtype that the model takes, or None if it does not say.
    """
    _check_rows(name, values)
    if dtype == "string":
        return as_plain_array(values)
    if keras.ops.is_tensor(values):
        return keras.ops.convert_to_numpy(values)
    try:
        array = _as_array(values)
    except ValueError as error:
        raise ValueError(
            f"The rows of the input {name!r} differ in length: {error}. Fill them up "
            "to one length."
        ) from error
    try:
        array = _numeric(array)
    except _NoNumbersError as error:
        raise ValueError(
            f"The input {name!r} has no lookup, so it must be numbers. Received: "
            f"{error}. Convert it, or give it a lookup: `hotrow.RawModel(model, "
            f"{{..., {name!r}: hotrow.Lookup(vocab)}})`."
        ) from None
    if dtype is not None and keras.backend.is_int_dtype(dtype):
        _check_integers(name, array, dtype)
    return array


def check_lengths(arrays: Mapping[str, np.ndarray]) -> None:
    """Raises `ValueError` if columns differ in length."""
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name!r} {length}" for name, length in lengths.items())
        raise ValueError(
            f"Inputs must have the same number of rows. Received: {shown}. Pass one "
            "value a row in each."
        )


def targets(values: Any, what: str = "Targets") -> Any:
    """Returns targets or weights as Keras takes them: numbers in lists as arrays."""
    if values is None or keras.ops.is_tensor(values):
        return values
    if isinstance(values, Mapping):
        return {name: targets(one, what) for name, one in values.items()}
    if isinstance(values, (list, tuple)) and any(
        getattr(one, "shape", ()) for one in values[:1]
    ):
        return [targets(one, what) for one in values]
    try:
        array = _as_array(values)
    except ValueError as error:
        raise ValueError(f"{what} differ in length from row to row: {error}.") from None
    try:
        return _numeric(array)
    except _NoNumbersError as error:
        raise ValueError(
            f"{what} must be numbers. Received: {error}. Turn classes into numbers, "
            "for example with `hotrow.Vocabulary(classes, reserve_padding=False, "
            "reserve_oov=False).encode(y)`."
        ) from None


def _columns_of_rows(rows: Any) -> dict[str, Any]:
    names = dict.fromkeys(str(name) for row in rows for name in row)
    rows = [{str(name): value for name, value in row.items()} for row in rows]
    for name in names:
        for place, row in enumerate(rows):
            if name not in row:
                raise ValueError(
                    f"A row has no {name!r}, which others have: row {place} of "
                    f"{len(rows)}, {row!r}. Pass None where a value is missing."
                )
    return {name: [row[name] for row in rows] for name in names}


def _distinct(columns: dict[str, Any], names: Any) -> dict[str, Any]:
    if len(columns) < len(names):
        every = [str(name) for name in names]
        twice = next(name for name in every if every.count(name) > 1)
        raise ValueError(
            f"A column stands twice: {twice!r}. Rename one, or leave it out."
        )
    return columns


def _check_rows(name: str | None, values: Any) -> None:
    if isinstance(values, keras.KerasTensor):
        raise ValueError(
            "A RawModel takes values, and no symbolic tensors: it looks them up in "
            "Python. Build a functional model on `raw.model`, which takes ids."
        )
    if isinstance(values, _SINGLE) or getattr(values, "shape", None) == ():
        what = "The inputs are" if name is None else f"The input {name!r} is"
        fix = f"[{values!r}]" if name is None else f"{{{name!r}: [{values!r}]}}"
        raise ValueError(
            f"{what} a single value: {values!r}. Pass one value a row: of one row, "
            f"{fix}."
        )


def _as_array(values: Any) -> np.ndarray:
    array = as_plain_array(values)
    if array.dtype.kind in "US" and isinstance(values, (list, tuple)):
        # Of `[1, "big"]`, NumPy makes text of all.
        array = np.array(values, object)
    return array


class _NoNumbersError(ValueError):
    """An array holds something else. The text says what, and in which row."""


def _numeric(array: np.ndarray) -> np.ndarray:
    """Returns an array of numbers; of Python's objects, what is missing is NaN."""
    if array.dtype.kind == "O":
        array = _from_objects(array)
    if array.dtype.kind not in "biufcV":
        raise _NoNumbersError(_first(array, 0))
    return array


def _from_objects(array: np.ndarray) -> np.ndarray:
    flat = array.reshape(-1)
    text = next((at for at, x in enumerate(flat) if isinstance(x, (str, bytes))), None)
    if text is not None:
        raise _NoNumbersError(_first(array, text))
    missing = [
        x is None or is_masked(x) or type(x).__name__ in ("NAType", "NaTType")
        for x in flat
    ]
    try:
        if any(missing):
            pairs = zip(flat, missing, strict=True)
            result = np.array([np.nan if gone else float(x) for x, gone in pairs])
        else:
            # As NumPy sees them: integers stay integers.
            result = np.array(flat.tolist())
        if result.dtype.kind == "O":
            result = result.astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise _NoNumbersError(f"{_first(array, 0)} ({error})") from None
    return result.reshape(array.shape + result.shape[1:])


def _first(array: np.ndarray, at: int) -> str:
    if not array.size:
        return f"an array of dtype {array.dtype}"
    value = array.reshape(-1)[at].item() if array.dtype != object else array.flat[at]
    return f"{value!r} in row {at * len(array) // array.size}"


def _check_integers(name: str, array: np.ndarray, dtype: str) -> None:
    if array.dtype.kind == "b" or not array.size:
        return
    info = np.iinfo(dtype)
    bad = (array < info.min) | (array > info.max)
    if array.dtype.kind == "f":
        bad |= ~(array == np.floor(array))
    if bad.any():
        row = np.argwhere(bad)[0][0]
        raise ValueError(
            f"The input {name!r} takes integers of type {dtype}. Received: "
            f"{array[bad][0]!r} in row {row}. Pass whole numbers from {info.min} to "
            f"{info.max}, or give it a lookup."
        )
