"""The product of a kernel with vectors of a `Plan`: a sum of rows of the kernel."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from hotrow import keras_compat
from hotrow.fusion.core.plan import Picked, checked
from hotrow.tables.read_rows import lookup_rows


def sum_rows(
    kernel: keras.Variable,
    ids: Any,
    weights: Any | None,
    dtype: str,
    row_axes: int = 1,
) -> Any:
    """Returns the sum of the rows that ids name, along their last axis.

    Args:
        kernel: A variable.
        ids: int tensor of shape `outer + (count,)`; -1 adds nothing.
        weights: Tensor of the same shape that rows are multiplied by, or None.
        dtype: Dtype of the result.
        row_axes: Number of the kernel's first axes that count its rows.

    Returns:
        A tensor of shape `outer` and then that of a row.
    """
    row_rank = len(kernel.shape) - row_axes
    is_one = ids.shape[-1] == 1
    if is_one:
        ids = ops.squeeze(ids, -1)
        weights = None if weights is None else ops.squeeze(weights, -1)
    rows = _rows(kernel, ids, dtype, row_axes)
    if weights is not None:
        weights = ops.cast(weights, dtype)
        for _ in range(row_rank):
            weights = ops.expand_dims(weights, -1)
        rows = rows * weights
    return rows if is_one else ops.sum(rows, axis=-(row_rank + 1))


def part_of_kernel(
    kernel: keras.Variable,
    places: np.ndarray,
    dtype: str,
    axis: int = 0,
    row_axes: int = 1,
) -> Any:
    """Returns a kernel cut down to some places of one of its row axes.

    By a lookup, so that its gradient is one of rows, as that of the ids is.
    """
    grid: Any = np.zeros((), "int64")
    for at, length in enumerate(kernel.shape[:row_axes]):
        along = places if at == axis else np.arange(length)
        grid = grid[..., np.newaxis] * length + along
    return _rows(kernel, ops.convert_to_tensor(grid.astype("int32")), dtype, row_axes)


def _rows(kernel: keras.Variable, ids: Any, dtype: str, row_axes: int) -> Any:
    # Cast are the rows that are read, not the whole kernel.
    with keras_compat.no_autocast():
        rows = lookup_rows(kernel, checked(ids), row_axes)
    return ops.cast(rows, dtype)


def product(kernel: keras.Variable, picked: Picked, dtype: str) -> Any:
    """Returns `vectors @ kernel`, for a kernel of shape `(width, ...)`."""
    return total(
        picked,
        lambda ids, weights: sum_rows(kernel, ids, weights, dtype),
        lambda numbers, places: ops.matmul(
            ops.cast(numbers, dtype), part_of_kernel(kernel, places, dtype)
        ),
    )


def total(picked: Picked, of_ids: Callable, of_numbers: Callable) -> Any:
    """Adds up what the ids and the dense parts contribute."""
    parts = [of_numbers(numbers, places) for numbers, places in picked.dense]
    if picked.ids is not None:
        parts.insert(0, of_ids(picked.ids, picked.weights))
    result = parts[0]
    for part in parts[1:]:
        result = result + part
    return result
