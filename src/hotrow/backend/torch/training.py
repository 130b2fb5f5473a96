"""Updating rows of variables on PyTorch. Documented in `contract.py`."""

import functools
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import keras
import numpy as np
import torch

from hotrow import keras_compat


@functools.cache
def _keep_freed_memory() -> None:
    """Has glibc keep the memory of one step for the next, from the first step on.

    A step makes a dozen tensors of some MB. By default glibc gives memory of that size
    back as soon as it is free, and the kernel hands it out anew, page by page: up to
    half the time of a step. Once a block was freed, blocks up to its size stay (up to
    32 MiB), and twice as much in all. Other allocators do not mind.
    """
    np.empty(31 << 20, "uint8")


def distinct(ids: Any, rows: Any, count: int) -> tuple[Any, Any]:
    _keep_freed_memory()
    ids, place = torch.unique(ids, return_inverse=True)
    sums = rows.new_zeros((len(ids), *rows.shape[1:]))
    return ids, sums.index_add_(0, place, rows)


def is_touched(rows: Any) -> Any:
    # A mask of every number would take ten times as long.
    if rows.ndim == 1:
        return rows != 0
    rows = rows.flatten(1)
    return (rows.amax(1) != 0) | (rows.amin(1) != 0)


def flat_rows(table: Any, row_axes: int) -> Any:
    """Returns a table with its rows along the first axis."""
    return table if row_axes == 1 else table.view(-1, *table.shape[row_axes:])


def take_rows(variable: keras.Variable, ids: Any | None, row_axes: int) -> Any:
    # An optimizer works on it in place.
    table = flat_rows(variable.value.detach(), row_axes)
    return table.clone() if ids is None else table.index_select(0, ids)


def put_rows(
    variable: keras.Variable, ids: Any | None, rows: Any, where: Any, row_axes: int
) -> None:
    with torch.no_grad():
        table = flat_rows(variable.value, row_axes)
        if ids is None:
            ids = torch.arange(len(table), device=table.device)
        if not where.all():
            ids, rows = ids[where], rows[where]
        table.index_copy_(0, ids, rows)


def update(
    optimizer: keras.Optimizer, grads: list, variables: list, views: list
) -> None:
    grads, variables = (
        [*grads, *(g for g, _ in views)],
        [*variables, *(v for _, v in views)],
    )
    keras_compat.update_variables(optimizer, grads, variables)


def gradient(fn: Callable, x: Any) -> Any:
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(fn(x), x)
    return gradient


def when(
    condition: Any,
    fn: Callable,
    variables: list[keras.Variable],
    reads: Sequence[keras.Variable] = (),
    otherwise: Callable | None = None,
) -> None:
    if condition:
        fn()
    elif otherwise is not None:
        otherwise()


def make_leaf(variable: keras.Variable) -> None:
    # Under `keras.device("cpu:0")` Keras copies a new parameter from "cpu" to "cpu:0",
    # and no gradient reaches the copy.
    value = keras_compat.stored_value(variable)
    if value is not None and not value.is_leaf:
        leaf = torch.nn.Parameter(value.detach(), requires_grad=variable.trainable)
        keras_compat.store_value(variable, leaf)


def making_variables() -> AbstractContextManager[Any]:
    # The device as PyTorch calls it, "cpu" for "cpu:0": see `make_leaf`. Keras would
    # fail to make variables of integers there.
    return keras.device(str(keras.ops.zeros(()).device))
