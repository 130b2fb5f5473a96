"""Conversion of values to tokens: strings or integers.

All tokens become one Arrow array: of type large_string, of type int64, or of type null
where nothing but missing values was seen.

| received | is |
|---|---|
| `str` | a string |
| `bytes` | the string that they are in UTF-8 |
| `int` from -2**63 to 2**63 - 1 | an integer |
| `bool` | the integer 0 or 1, as `True == 1` in Python |
| a whole `float` up to 2**53 in size | an integer |
| `None`, NaN, `pandas.NA`, `NaT`, masked | missing: out of vocabulary, no token |
| strings and integers in one batch, and all else | an error |
"""

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from hotrow_common.arrow import pa, pc
from hotrow_common.masked import as_plain_array, is_masked, is_masked_array

_WANTED = "Tokens are strings or integers, and all of a vocabulary are of one kind. "


def from_python(values: Sequence[Any]) -> Any:
    """Returns a list of Python objects as an Arrow array of tokens."""
    first = next((value for value in values if value is not None), None)
    # The common kinds at once; numbers of other kinds, and errors, one by one below.
    try:
        if isinstance(first, str):
            return pa.array(values, type=pa.large_string())
        if type(first) is int:
            return pa.array(values, type=pa.int64())
        if isinstance(first, bytes):
            return pa.array(values, type=pa.large_binary()).cast(pa.large_string())
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        pass
    return _one_by_one(values)


def from_numpy(values: np.ndarray) -> Any:
    """Returns a NumPy array of any shape, flattened, as an Arrow array of tokens."""
    flat = values.reshape(-1)
    kind, hidden = flat.dtype.kind, None
    if is_masked_array(flat):
        if kind in "iubf":
            flat, hidden = np.asarray(flat.data), np.ma.getmaskarray(flat)
        else:
            flat = as_plain_array(flat)
            kind = flat.dtype.kind
    if kind in "iub":
        return from_arrow(pa.array(flat, mask=hidden))
    if kind == "f":
        if flat.dtype.itemsize not in (4, 8):
            flat = flat.astype(np.float64)
        return from_arrow(pa.array(flat, mask=hidden))
    if kind in "US":
        try:
            return from_arrow(pa.array(flat))
        except (pa.ArrowException, UnicodeError):
            return _one_by_one(flat.tolist())
    if kind in "OT":
        return from_python(flat.tolist())
    raise ValueError(
        f"{_WANTED}Received: a NumPy array of dtype {values.dtype}. Turn it into "
        "strings with `.astype(str)`, or into integers."
    )


def from_arrow(array: Any) -> Any:
    """Returns an Arrow array as an Arrow array of tokens."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
        if isinstance(array, pa.ChunkedArray):
            array = pa.concat_arrays(array.chunks)
    if isinstance(array, pa.ExtensionArray):
        array = _storage(array)
    kind, types = array.type, pa.types
    if types.is_dictionary(kind):
        return from_arrow(array.dictionary).take(array.indices)
    if types.is_large_string(kind) or types.is_int64(kind) or types.is_null(kind):
        return array
    if types.is_string(kind) or types.is_string_view(kind):
        return array.cast(pa.large_string())
    if types.is_boolean(kind):
        return array.cast(pa.int8()).cast(pa.int64())
    if types.is_integer(kind):
        return _cast_integers(array)
    if types.is_floating(kind):
        return _from_floats(array)
    if (
        types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_binary_view(kind)
        or types.is_fixed_size_binary(kind)
    ):
        try:
            return array.cast(pa.large_binary()).cast(pa.large_string())
        except pa.ArrowInvalid:
            return _one_by_one(array.to_pylist())
    advice = "Cast it to a string or an integer type first."
    if types.is_struct(kind):
        advice = "Pass one column of a frame at a time."
    raise ValueError(f"{_WANTED}Received: an Arrow array of type {kind}. {advice}")


def _storage(array: Any) -> Any:
    """Returns the strings or numbers that an extension type is a name for.

    Others are numbers or bytes that mean something else: periods, dates and UUIDs.
    """
    name, storage = array.type.extension_name, array.storage
    types, kind = pa.types, storage.type
    if name == "pandas.period" or not (
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_string_view(kind)
        or types.is_integer(kind)
    ):
        raise ValueError(
            f"{_WANTED}Received: an Arrow array of the extension type {name!r}. Cast "
            "it to a string or an integer type first, for example with "
            "`.astype(str)`."
        )
    return storage


def as_kind(tokens: Any, wanted: Any, where: str) -> Any:
    """Returns tokens of the Arrow type `wanted`, or raises `ValueError`.

    Args:
        tokens: An Arrow array of tokens.
        wanted: An Arrow type: large_string, int64, or null for either.
        where: Name of the tokens that they are compared with, for the message.
    """
    if tokens.type == wanted or pa.types.is_null(wanted):
        return tokens
    if pa.types.is_null(tokens.type):
        return tokens.cast(wanted)
    example = tokens.drop_null()
    if len(example) == 0:
        return pa.nulls(len(tokens), wanted)
    raise ValueError(
        f"{_WANTED}Received: {kind_of(tokens.type)} such as {example[0].as_py()!r}, "
        f"where {where} {kind_of(wanted)}. Convert them first, for example with "
        f"`.astype({'int' if pa.types.is_int64(wanted) else 'str'})`."
    )


def kind_of(type_: Any) -> str:
    """Returns the name of a kind of tokens: `"strings"` or `"integers"`."""
    return "integers" if pa.types.is_int64(type_) else "strings"


def _cast_integers(array: Any) -> Any:
    try:
        return array.cast(pa.int64())
    except pa.ArrowInvalid:
        large = array.filter(pc.greater(array, pa.scalar(2**63 - 1, array.type)))
        raise _too_large(large[0].as_py()) from None


def _from_floats(array: Any) -> Any:
    values = array.cast(pa.float64()).to_numpy(zero_copy_only=False)
    # Above these sizes, floats of the type stand for several integers each.
    bits = {pa.float16(): 11, pa.float32(): 24}.get(array.type, 53)
    missing = np.isnan(values)
    values = np.where(missing, 0.0, values)
    bad = ~((np.abs(values) <= 2.0**bits) & (values == np.floor(values)))
    if bad.any():
        raise _bad_float(float(values[bad][0]), bits)
    return pa.array(values.astype(np.int64), mask=missing)


def _one_by_one(values: Sequence[Any]) -> Any:
    tokens: list[str | int | None] = []
    kind: type[str] | type[int] | None = None
    for place, value in enumerate(values):
        token = _token(value, place)
        if token is not None:
            if kind is None:
                kind = type(token)
            elif type(token) is not kind:
                first = next(t for t in tokens if t is not None)
                raise ValueError(
                    f"{_WANTED}Received: {first!r} and, at position {place}, {value!r} "
                    "of another kind. Convert all to one kind, for example with "
                    "`str`."
                )
        tokens.append(token)
    if kind is None:
        return pa.nulls(len(tokens))
    return pa.array(tokens, type=pa.large_string() if kind is str else pa.int64())


def _token(value: Any, place: int) -> str | int | None:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError(
                f"A token must be Unicode text. Received: {value!r} at position "
                f"{place}, which holds half of a surrogate pair. Replace it, for "
                "example with `token.encode('utf-8', 'replace').decode()`."
            ) from None
        # Not `str`, which is the name of an `enum.Enum` that is a string, too.
        return str.__str__(value)
    if value is None or is_masked(value):
        return None
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError as error:
            raise ValueError(
                f"A token of bytes must be text in UTF-8. Received: {value!r} at "
                f"position {place} ({error.reason}). Decode it first with the "
                "encoding that it has."
            ) from None
    if isinstance(value, (float, np.floating)):
        if value != value:
            return None
        bits = 53 if isinstance(value, float) else np.finfo(value).nmant + 1
        number, bits = float(value), min(bits, 53)
        if not (abs(number) <= 2.0**bits and number == int(number)):
            raise _bad_float(number, bits)
        return int(number)
    if isinstance(value, np.bool_):
        return int(value)
    try:
        integer = operator.index(value)
    except TypeError:
        # NaT and pandas.NA are the values that are not equal to themselves.
        if type(value).__name__ in ("NAType", "NaTType") or _is_nat(value):
            return None
        raise ValueError(
            f"{_WANTED}Received: {value!r} (of type {type(value).__name__}) at "
            f"position {place}. Convert it to a string or an integer."
        ) from None
    if not -(2**63) <= integer < 2**63:
        raise _too_large(integer)
    return integer


def _is_nat(value: Any) -> bool:
    return isinstance(value, (np.datetime64, np.timedelta64)) and bool(np.isnat(value))


def _bad_float(value: float, bits: int) -> ValueError:
    if value == np.floor(value) and abs(value) != np.inf:
        problem = f"is beyond 2**{bits}, where such floats miss integers"
    else:
        problem = "is not whole"
    return ValueError(
        f"A float counts as an integer token if it is whole. Received: {value!r}, "
        f"which {problem}. Pass integers, or strings."
    )


def _too_large(value: int) -> ValueError:
    return ValueError(
        "An integer token must be from -2**63 to 2**63 - 1. Received: "
        f"{value}. Pass such integers as strings."
    )
