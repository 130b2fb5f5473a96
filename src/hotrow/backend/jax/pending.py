"""Gradients that wait for a later step, on JAX. Documented in `contract.py`."""

import math
import re
import warnings
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from hotrow import keras_compat
from hotrow.backend.jax.tracing import widest_int


class _AnyLength(tuple):
    """A shape that equals those that differ from it in the first length only.

    Keras compares the shape of a variable with that of a value that stands for it.
    """

    def __eq__(self, other: object) -> bool:
        return isinstance(other, tuple) and self[1:] == other[1:]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self[1:])


class _Growing(keras.Variable):
    """A variable whose first axis may become longer, also in a compiled step."""

    def __init__(self, value: Any, name: str) -> None:
        # Not `super().__init__`, which would fix the shape.
        self._held = value
        self._called = name

    @property
    def value(self) -> Any:
        scope = keras_compat.get_stateless_scope()
        value = None if scope is None else scope.get_current_value(self)
        return self._held if value is None else value

    def assign(self, value: Any) -> Any:
        value = jnp.asarray(value, self._held.dtype)
        scope = keras_compat.get_stateless_scope()
        if scope is None:
            self._held = value
        else:
            scope.add_update((self, value))
        return value

    @property
    def shape(self) -> Any:
        return _AnyLength(self.value.shape)

    @property
    def ndim(self) -> int:
        return int(self._held.ndim)

    @property
    def dtype(self) -> str:
        return str(self._held.dtype)

    @property
    def name(self) -> str:
        return self._called

    @property
    def path(self) -> str:
        return self._called

    @property
    def trainable(self) -> bool:
        return False

    def __repr__(self) -> str:
        return f"<Variable path={self.path}, shape={tuple(self.shape)}>"


class PendingRows:
    """A place for each step, as wide as the largest batch of ids so far.

    The state of a compiled step is its arguments and results, so that a wider batch
    makes the places wider, and the step is compiled once more.
    """

    def __init__(
        self,
        steps: int,
        shape: tuple[int, ...],
        dtype: str,
        name: str,
        is_dense: bool,
    ) -> None:
        self._steps = steps
        self._count = shape[0]
        ids = jnp.zeros((0,), widest_int())
        rows = jnp.zeros((0, *shape[1:]), dtype)
        # Never `rows` itself: a step donates a buffer once.
        whole = jnp.zeros(shape if is_dense else rows.shape, dtype)
        self._ids = _Growing(ids, f"{name}_ids")
        self._rows = _Growing(rows, f"{name}_rows")
        self._whole = _Growing(whole, f"{name}_whole")

    @property
    def variables(self) -> list[keras.Variable]:
        return [self._ids, self._rows, self._whole]

    def reserve(self, ids: Any | None, rows: Any) -> None:
        if ids is not None:
            self._widen(ids.shape[0])
        elif not self._whole.shape[0]:
            self._whole.assign(jnp.zeros_like(rows))

    def _widen(self, width: int) -> None:
        ids, rows = self._ids.value, self._rows.value
        before = ids.shape[0] // self._steps
        if width <= before:
            return
        _expect_unused(ids, rows)
        ids = ids.reshape(self._steps, before)
        rows = rows.reshape(self._steps, before, *rows.shape[1:])
        more = [(0, 0), (0, width - before)]
        ids = jnp.pad(ids, more, constant_values=self._count)
        rows = jnp.pad(rows, more + [(0, 0)] * (rows.ndim - 2))
        self._ids.assign(ids.reshape(-1))
        self._rows.assign(rows.reshape(-1, *rows.shape[2:]))

    def add(self, place: Any, ids: Any | None, rows: Any) -> None:
        if ids is None:
            self._whole.assign(self._whole.value + rows)
            return
        width = self._ids.shape[0] // self._steps
        free = (0, width - ids.shape[0])
        ids = jnp.pad(ids.astype(self._ids.dtype), free, constant_values=self._count)
        rows = jnp.pad(rows, [free, *((0, 0) for _ in rows.shape[1:])])
        start = place * width
        for variable, value in ((self._ids, ids), (self._rows, rows)):
            variable.assign(
                jax.lax.dynamic_update_slice_in_dim(variable.value, value, start, 0)
            )

    def take(self, by_rows: bool) -> tuple[Any | None, Any]:
        ids, rows, whole = self._ids.value, self._rows.value, self._whole.value
        used = (ids < self._count)[(..., *[None] * (rows.ndim - 1))]
        rows = jnp.where(used, rows, 0)
        if whole.shape[0]:
            return None, whole.at[ids].add(rows, mode="drop")
        return ids, rows

    def clear(self) -> None:
        self._ids.assign(jnp.full_like(self._ids.value, self._count))
        self._whole.assign(jnp.zeros_like(self._whole.value))

    def numpy(self) -> np.ndarray:
        ids = np.asarray(self._ids.value)
        used = ids < self._count
        dense = np.zeros((self._count, *self._rows.shape[1:]), self._rows.dtype)
        np.add.at(dense, ids[used], np.asarray(self._rows.value)[used])
        return dense + np.asarray(self._whole.value) if self._whole.shape[0] else dense

    def load(self, dense: np.ndarray, place: int) -> None:
        self.clear()
        ids = np.flatnonzero(dense.any(axis=tuple(range(1, dense.ndim))))
        if not len(ids):
            return
        # As if they came from the steps before this one.
        before = max(place, 1)
        self._widen(math.ceil(len(ids) / before))
        self._ids.assign(self._ids.value.at[: len(ids)].set(ids))
        self._rows.assign(self._rows.value.at[: len(ids)].set(dense[ids]))


def _expect_unused(*arrays: Any) -> None:
    """Keeps JAX from warning that a step that widens these cannot reuse them."""
    names = (f"{x.dtype}[{','.join(map(str, x.shape))}]" for x in arrays)
    kinds = "|".join(map(re.escape, names))
    message = rf"Some donated buffers were not usable: (({kinds})(, )?)+\."
    warnings.filterwarnings("ignore", message)
