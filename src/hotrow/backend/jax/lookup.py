"""Reading rows, and their gradients, on JAX. Documented in `contract.py`."""

import math
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import keras
from jax.custom_derivatives import SymbolicZero
from jax.experimental.sparse import JAXSparse

from hotrow import keras_compat
from hotrow.backend.jax.tracing import same_trace
from hotrow.backend.jax.training import flat_rows


def map_values(fn: Callable, x: Any) -> Any:
    return fn(x.todense() if isinstance(x, JAXSparse) else x)


def lookup_rows(
    variable: keras.Variable,
    ids: Any,
    valid: Any | None,
    by_rows: bool,
    row_axes: int = 1,
) -> Any:
    table = variable.value
    if not by_rows or keras_compat.get_stateless_scope() is None:
        return _read(flat_rows(table, row_axes), ids, valid)
    rows, same_table = _look_up_by_rows(table, ids, valid, row_axes)
    # The next lookup in this step reads the table that this one hands on. So the
    # gradients of all lookups form a chain, and its end knows the rows of each.
    if same_trace(same_table, table):
        variable.assign(same_table)
    return rows


def _read(table: Any, ids: Any, valid: Any | None) -> Any:
    read = {"mode": "promise_in_bounds", "wrap_negative_indices": False}
    if valid is None:
        if not isinstance(ids, jax.core.Tracer):
            return table.at[ids].get(**read)
        valid = ids >= 0
    # XLA on a CPU copies rows number by number unless each row is multiplied by
    # something, which makes it work row by row: 0.26 ms in place of 0.83 ms for 20,480
    # rows of 64. The barrier computes the two vectors once an id, not once a number.
    shape = (*ids.shape, *table.shape[1:])
    valid = valid.ravel()
    ids, mask = jax.lax.optimization_barrier(
        (jnp.where(valid, ids.ravel(), 0), valid.astype(table.dtype))
    )
    wide = (..., *[None] * (table.ndim - 1))
    rows = jnp.where(valid[wide], table.at[ids].get(**read) * mask[wide], 0)
    # Codes are read in a loop of their own, not once for each number that they become.
    is_float = jnp.issubdtype(table.dtype, jnp.floating)
    rows = rows if is_float else jax.lax.optimization_barrier(rows)
    return rows.reshape(shape)


class _Parts(NamedTuple):
    gradient: weakref.ref
    parts: list[tuple[Any, Any]]


# The ids and rows that dense gradients were made of, by `id` of the gradient.
_parts: dict[int, _Parts] = {}


def _look_up_by_rows(
    table: Any, ids: Any, valid: Any | None, row_axes: int
) -> tuple[Any, Any]:
    """Returns rows, and the table itself for the next lookup.

    The gradient is the true, dense one; beside it, it is remembered which ids and rows
    it was made of. An optimizer that asks for those leaves the dense one unread, and
    XLA drops what nobody reads.
    """

    @jax.custom_vjp  # type: ignore[untyped-decorator]
    def lookup_rows(table: Any, ids: Any, valid: Any | None) -> tuple[Any, Any]:
        return _read(flat_rows(table, row_axes), ids, valid), table

    def forward(table: Any, ids: Any, valid: Any | None) -> tuple[Any, Any]:
        table, ids, valid = jax.tree.map(
            lambda x: x.value,
            (table, ids, valid),
            is_leaf=lambda x: hasattr(x, "perturbed"),
        )
        return lookup_rows(table, ids, valid), (ids, valid)

    def backward(residuals: tuple[Any, Any], gradients: tuple[Any, Any]) -> Any:
        ids, valid = residuals
        of_rows, of_table = gradients
        earlier: list[tuple[Any, Any]] | None = []
        if isinstance(of_table, SymbolicZero):
            of_table = None
        else:
            earlier = row_parts(of_table)
        if isinstance(of_rows, SymbolicZero):
            return of_table, None, None
        width = table.shape[row_axes:]
        ids = ids.ravel()
        of_rows = of_rows.reshape(-1, *width)
        if valid is not None:
            valid = valid.ravel()
            # Past the end, where a scatter writes nothing.
            ids = jnp.where(valid, ids, math.prod(table.shape[:row_axes]))
            of_rows = jnp.where(valid[(..., *[None] * len(width))], of_rows, 0)
        base = jnp.zeros(table.shape, table.dtype) if of_table is None else of_table
        gradient = flat_rows(base, row_axes).at[ids].add(of_rows, mode="drop")
        gradient = gradient.reshape(table.shape)
        if earlier is not None:
            _remember(gradient, [*earlier, (ids, of_rows)])
        return gradient, None, None

    lookup_rows.defvjp(forward, backward, symbolic_zeros=True)
    return lookup_rows(table, ids, valid)


def _remember(gradient: Any, parts: list[tuple[Any, Any]]) -> None:
    key = id(gradient)

    def forget(reference: weakref.ref) -> None:
        if key in _parts and _parts[key].gradient is reference:
            del _parts[key]

    _parts[key] = _Parts(weakref.ref(gradient, forget), parts)


def row_parts(gradient: Any) -> list[tuple[Any, Any]] | None:
    known = _parts.get(id(gradient))
    return known.parts if known and known.gradient() is gradient else None


def to_dense(gradient: Any, shape: tuple[int, ...]) -> Any:
    return gradient


def watch_backward(loss: Any) -> Any:
    return loss


def one_hot(ids: Any, depth: int, dtype: str) -> Any:
    return jax.nn.one_hot(ids, depth, dtype=dtype)


def unpack_int4(packed: Any) -> Any:
    twice = jnp.repeat(packed, 2, axis=-1)
    is_high = jnp.arange(twice.shape[-1]) % 2 == 1
    codes = jnp.where(is_high, twice, twice << 4) >> 4
    # In a loop of its own: fused with the scaling, XLA unpacks number by number.
    return jax.lax.optimization_barrier(codes)


def dequantize(codes: Any, scale: Any, zero: Any | None) -> Any:
    rows = codes.astype(scale.dtype)
    return rows / scale if zero is None else (rows - zero) * scale


def add_product(rows: Any, a: Any, b: Any, scale: float) -> Any:
    # Flat, because XLA does not fuse the sum with a product of more axes.
    product = a.reshape(-1, a.shape[-1]) @ (scale * b)
    return (rows.reshape(product.shape) + product).reshape(rows.shape)
