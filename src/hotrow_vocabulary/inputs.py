"""Reads tokens from lists, arrays, series, and batches of these."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from hotrow_common.arrow import pa
from hotrow_common.masked import is_masked, is_masked_array
from hotrow_vocabulary.tokens import from_arrow, from_numpy, from_python

# Tokens that come from an iterator one at a time are taken in batches of this many.
_BATCH = 1 << 16


@dataclass
class Values:
    """Tokens and how they lay.

    Attributes:
        tokens: All of them, flat, as an Arrow array of tokens.
        shape: The shape that they came in; of rows of many lengths, their count.
        offsets: Where each row starts and the last one ends, if rows differ in length
            or came as an Arrow list array.
    """

    tokens: Any
    shape: tuple[int, ...]
    offsets: np.ndarray | None = None


def is_batches(values: Any) -> bool:
    """Returns whether these are batches to be taken one after the other."""
    if isinstance(values, pa.RecordBatchReader):
        return True
    known = (str, bytes, list, tuple, dict, np.ndarray)
    if isinstance(values, known) or _is_arrow(values) or hasattr(values, "__array__"):
        return False
    return isinstance(values, Iterable)


def batches(values: Any) -> Iterator[Values]:
    """Yields the tokens of anything that holds some, batch by batch."""
    if not is_batches(values):
        yield read(values)
        return
    pending: list[Any] = []
    for batch in values:
        if _is_scalar(batch):
            pending.append(batch)
            if len(pending) == _BATCH:
                yield read(pending)
                pending = []
        else:
            yield read(batch)
    if pending:
        yield read(pending)


def read(values: Any) -> Values:
    """Returns the tokens of one batch, and how they lie."""
    if _is_scalar(values):
        return Values(from_python([values]), ())
    if _is_arrow(values):
        return _read_arrow(values)
    if isinstance(values, (list, tuple)):
        return _read_list(list(values))
    if hasattr(values, "__array__"):
        if hasattr(values, "detach"):
            # A tensor of PyTorch, which may need gradients or be on a GPU.
            values = values.detach().cpu()
        array = values if is_masked_array(values) else np.asarray(values)
        if array.dtype == object and array.size and _is_row(np.asarray(array).flat[0]):
            return _read_list(array.tolist())
        return Values(from_numpy(array), array.shape)
    raise ValueError(
        "Tokens come in a list, a NumPy array, a pandas or polars Series, an Arrow "
        f"array, or an iterable of such batches. Received: {type(values).__name__}. "
        "Of a frame, pass one column; of a dict, the list of its keys or values."
    )


def _read_list(values: list[Any]) -> Values:
    shape = [len(values)]
    offsets = None
    while values and _is_row(values[0]):
        for place, row in enumerate(values):
            if not _is_row(row):
                raise ValueError(
                    "A list holds either tokens or lists of tokens. Received: a list "
                    f"first, and {row!r} at position {place}. Put an empty list where "
                    "a row is missing."
                )
        lengths = [len(row) for row in values]
        if offsets is not None:
            raise _too_deep()
        if len(set(lengths)) > 1:
            if len(shape) > 1:
                raise _too_deep()
            offsets = np.concatenate([[0], np.cumsum(lengths)])
        else:
            shape.append(lengths[0])
        values = list(itertools.chain.from_iterable(_as_list(row) for row in values))
    return Values(from_python(values), tuple(shape), offsets)


def _too_deep() -> ValueError:
    return ValueError(
        "Lists within lists must all have one length, but for the rows of a plain list "
        "of token lists. Received: deeper lists of several lengths. Flatten them, or "
        "encode the parts one by one."
    )


def _read_arrow(values: Any) -> Values:
    array = _as_arrow(values)
    if pa.types.is_struct(array.type) and array.type.num_fields == 1:
        # Not `field`, which knows nothing of missing entries of the whole.
        array = array.flatten()[0]
    types = pa.types
    kind = array.type
    if (
        types.is_list(kind)
        or types.is_large_list(kind)
        or types.is_fixed_size_list(kind)
    ):
        if array.null_count:
            raise ValueError(
                "A row of tokens must be a list. Received: a missing row in an Arrow "
                f"array of type {kind}. Put an empty list in its place."
            )
        lengths = array.value_lengths().to_numpy(zero_copy_only=False)
        offsets = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        return Values(from_arrow(array.flatten()), (len(array),), offsets)
    return Values(from_arrow(array), (len(array),))


def _as_arrow(values: Any) -> Any:
    if isinstance(values, pa.Array):
        return values
    if isinstance(values, (pa.Table, pa.RecordBatch)):
        columns = values.columns
        if len(columns) != 1:
            raise ValueError(
                "A vocabulary is made of one column. Received: a table with the "
                f"columns {', '.join(values.schema.names)}. Pass one of them."
            )
        return _as_arrow(columns[0])
    if hasattr(values, "__arrow_c_array__"):
        return pa.array(values)
    if not isinstance(values, pa.ChunkedArray):
        values = pa.chunked_array(values)
    if values.num_chunks == 1:
        return values.chunk(0)
    return pa.concat_arrays(values.chunks) if values.num_chunks else pa.nulls(0)


def _is_arrow(values: Any) -> bool:
    dtype: Any = getattr(values, "dtype", None)
    if str(dtype) in ("object", "Object"):
        # A Series of Python objects: Arrow's errors would not help, and of polars it
        # gets addresses in memory.
        return False
    return hasattr(values, "__arrow_c_array__") or hasattr(values, "__arrow_c_stream__")


def _is_scalar(value: Any) -> bool:
    return (
        value is None
        or is_masked(value)
        or isinstance(value, (str, bytes, int, float, np.generic))
        or type(value).__name__ in ("NAType", "NaTType")
    )


def _is_row(value: Any) -> bool:
    return isinstance(value, (list, tuple)) or (
        isinstance(value, np.ndarray) and value.ndim > 0
    )


def _as_list(row: Any) -> Any:
    return row.tolist() if isinstance(row, np.ndarray) else row
