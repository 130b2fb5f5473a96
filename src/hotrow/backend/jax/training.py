"""Updating rows of variables on JAX. Documented in `contract.py`."""

import contextlib
import functools
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import jax
import jax.numpy as jnp
import keras

from hotrow import keras_compat


def distinct(ids: Any, rows: Any, count: int) -> tuple[Any, Any]:
    # A sort without payload and a search is six times faster than an argsort on a CPU.
    in_order = jnp.sort(ids)
    place = jnp.searchsorted(in_order, ids).astype("int32")
    sums = jnp.zeros_like(rows).at[place].add(rows, mode="promise_in_bounds")
    is_new = jnp.concatenate([in_order[:1] < count, in_order[1:] != in_order[:-1]])
    return jnp.where(is_new, in_order, count), sums


def is_touched(rows: Any) -> Any:
    return jnp.any(rows != 0, axis=tuple(range(1, rows.ndim)))


def flat_rows(table: Any, row_axes: int) -> Any:
    """Returns a table with its rows along the first axis."""
    return table if row_axes == 1 else table.reshape(-1, *table.shape[row_axes:])


def take_rows(variable: keras.Variable, ids: Any | None, row_axes: int) -> Any:
    table = flat_rows(variable.value, row_axes)
    return table if ids is None else table.at[ids].get(mode="clip")


def put_rows(
    variable: keras.Variable, ids: Any | None, rows: Any, where: Any, row_axes: int
) -> None:
    table = flat_rows(variable.value, row_axes)
    if ids is None:
        table = jnp.where(where[(..., *[None] * (rows.ndim - 1))], rows, table)
    else:
        ids = jnp.where(where, ids, table.shape[0])
        table = table.at[ids].set(rows, mode="drop")
    variable.assign(table.reshape(variable.shape))


def update(
    optimizer: keras.Optimizer, grads: list, variables: list, views: list
) -> None:
    grads, variables = (
        [*grads, *(g for g, _ in views)],
        [*variables, *(v for _, v in views)],
    )
    keras_compat.update_variables(optimizer, grads, variables)


def gradient(fn: Callable, x: Any) -> Any:
    return jax.grad(fn)(x)


def when(
    condition: Any,
    fn: Callable,
    variables: list[keras.Variable],
    reads: Sequence[keras.Variable] = (),
    otherwise: Callable | None = None,
) -> None:
    if not isinstance(condition, jax.core.Tracer):
        if condition:
            fn()
        elif otherwise is not None:
            otherwise()
        return

    # Not returned, or XLA would copy them.
    read = [(variable, variable.value) for variable in reads]

    def run(fn: Callable | None, values: list[Any]) -> list[Any]:
        if fn is None:
            return values
        mapping = [*zip(variables, values, strict=True), *read]
        with keras.StatelessScope(state_mapping=mapping) as scope:
            fn()
        return [scope.get_current_value(variable) for variable in variables]

    before = [variable.value for variable in variables]
    branches = (functools.partial(run, branch) for branch in (fn, otherwise))
    after = jax.lax.cond(condition, *branches, before)
    for variable, value in zip(variables, after, strict=True):
        variable.assign(value)


def make_leaf(variable: keras.Variable) -> None:
    pass  # Gradients reach every variable here.


def making_variables() -> AbstractContextManager[Any]:
    return contextlib.nullcontext()
