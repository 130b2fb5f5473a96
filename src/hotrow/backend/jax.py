"""What differs on JAX. The names are explained in `hotrow.backend`."""

import contextlib
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import keras
import numpy as np
from jax.custom_derivatives import SymbolicZero
from jax.experimental.sparse import JAXSparse

from hotrow import keras_internals

# `fit` takes the weights out of the variables and donates them to the compiled step,
# so an exception from inside it leaves the model without weights.
SURVIVES_RAISE = False

_KINDS: tuple[Any, ...] = (None, np.int32, np.uint32, np.float32)


def peek(x: Any) -> np.ndarray | None:
    return None if isinstance(x, jax.core.Tracer) else np.asarray(x)


def outside_graph(fn: Callable) -> Callable:
    return fn


def map_values(fn: Callable, x: Any) -> Any:
    return fn(x.todense() if isinstance(x, JAXSparse) else x)


def look_up(
    variable: keras.Variable, ids: Any, valid: Any | None, by_rows: bool
) -> Any:
    table = variable.value
    if not by_rows or keras_internals.get_stateless_scope() is None:
        return _read(table, ids, valid)
    rows, same_table = _look_up_by_rows(table, ids, valid)
    # The next lookup in this step reads the table that this one hands on. So the
    # gradients of all lookups form a chain, and its end knows the rows of each.
    if _same_trace(same_table, table):
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


def _look_up_by_rows(table: Any, ids: Any, valid: Any | None) -> tuple[Any, Any]:
    """Returns rows, and the table itself for the next lookup.

    The gradient is the true, dense one; beside it, it is remembered which ids and rows
    it was made of. An optimizer that asks for those leaves the dense one unread, and
    XLA drops what nobody reads.
    """

    @jax.custom_vjp  # type: ignore[untyped-decorator]
    def look_up(table: Any, ids: Any, valid: Any | None) -> tuple[Any, Any]:
        return _read(table, ids, valid), table

    def forward(table: Any, ids: Any, valid: Any | None) -> tuple[Any, Any]:
        table, ids, valid = jax.tree.map(
            lambda x: x.value,
            (table, ids, valid),
            is_leaf=lambda x: hasattr(x, "perturbed"),
        )
        return look_up(table, ids, valid), (ids, valid)

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
        ids = ids.ravel()
        if valid is not None:
            # Past the end, where a scatter writes nothing.
            ids = jnp.where(valid.ravel(), ids, table.shape[0])
        of_rows = of_rows.reshape(-1, *table.shape[1:])
        base = jnp.zeros(table.shape, table.dtype) if of_table is None else of_table
        gradient = base.at[ids].add(of_rows, mode="drop")
        if earlier is not None:
            _remember(gradient, [*earlier, (ids, of_rows)])
        return gradient, None, None

    look_up.defvjp(forward, backward, symbolic_zeros=True)
    return look_up(table, ids, valid)


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


def distinct(ids: Any, rows: Any, count: int) -> tuple[Any, Any]:
    # A sort without payload and a search is six times faster than an argsort on a CPU.
    in_order = jnp.sort(ids)
    place = jnp.searchsorted(in_order, ids).astype("int32")
    sums = jnp.zeros_like(rows).at[place].add(rows, mode="promise_in_bounds")
    is_new = jnp.concatenate([in_order[:1] < count, in_order[1:] != in_order[:-1]])
    return jnp.where(is_new, in_order, count), sums


def is_touched(rows: Any) -> Any:
    return jnp.any(rows != 0, axis=tuple(range(1, rows.ndim)))


def take_rows(variable: keras.Variable, ids: Any | None) -> Any:
    return variable.value if ids is None else variable.value.at[ids].get(mode="clip")


def put_rows(variable: keras.Variable, ids: Any | None, rows: Any, where: Any) -> None:
    wide = (..., *[None] * (rows.ndim - 1))
    table = variable.value
    if ids is None:
        variable.assign(jnp.where(where[wide], rows, table))
        return
    ids = jnp.where(where, ids, table.shape[0])
    variable.assign(table.at[ids].set(rows, mode="drop"))


def update(
    optimizer: keras.Optimizer, grads: list, variables: list, views: list
) -> None:
    grads, variables = (
        [*grads, *(g for g, _ in views)],
        [*variables, *(v for _, v in views)],
    )
    keras_internals.update_variables(optimizer, grads, variables)


def gradient(fn: Callable, x: Any) -> Any:
    return jax.grad(fn)(x)


def around_train_step(model: keras.Model) -> None:
    step = model.train_step
    if hasattr(step, "hotrow_wraps"):
        return

    def train_step(state: Any, data: Any) -> Any:
        reading = getattr(model.optimizer, "reading", None)
        with contextlib.nullcontext() if reading is None else reading(state[2]):
            return step(state, data)

    train_step.hotrow_wraps = step  # type: ignore[attr-defined]
    model.train_step = train_step


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


class BadIdState(keras.random.SeedGenerator):
    """Two unsigned words: the kind of the first bad id (0 for none), and its bits.

    Keras carries the state of a seed generator through a compiled step as it does a
    weight, yet counts, saves and lists it as no weight. That is what a flag needs.
    """

    def __init__(self, name: str) -> None:
        super().__init__(seed=0, name=name)
        self._seen_on_host: int | float | None = None
        self._has_callback = False

    def save_own_variables(self, store: Any) -> None:
        """Saves nothing: a file has what the same file from Keras's layer has."""

    def load_own_variables(self, store: Any) -> None:
        """Loads nothing."""

    def note(
        self, any_bad: Any, first: Any, watched: bool, error: Callable[[Any], Exception]
    ) -> None:
        """Notes `first` if `any_bad`, from inside a trace."""
        kind, word = _encode(first)
        scope = keras_internals.get_stateless_scope()
        old = None if scope is None else scope.get_current_value(self.state)
        if old is not None and _same_trace(old, any_bad):
            new = jnp.stack([jnp.uint32(kind), word])
            self.state.assign(jnp.where(any_bad & (old[0] == 0), new, old))
            return

        # No Keras state reaches this trace (a plain `jax.jit`), or the lookup is in an
        # inner one (`scan`, `remat`) that a value cannot leave by assignment.
        def on_host(any_bad: Any, first: Any) -> None:
            # Under `vmap` the condition below is a select, and this always runs.
            if np.any(any_bad):
                value = np.asarray(first).ravel()[0].item()
                if not watched:
                    raise error(value)
                if self._seen_on_host is None:
                    self._seen_on_host = value

        self._has_callback = True
        jax.lax.cond(
            any_bad,
            lambda: jax.debug.callback(on_host, any_bad, first),
            lambda: None,
        )

    def take(self) -> int | float | None:
        """Returns the bad id that was noted, if one was, and forgets it."""
        if self._has_callback:
            jax.effects_barrier()
        seen, self._seen_on_host = self._seen_on_host, None
        kind, word = np.asarray(self.state.value)
        if kind:
            self.state.assign(np.zeros(2, "uint32"))
            seen = np.asarray(word, "uint32").view(_KINDS[kind]).item()
        return seen


def _encode(value: Any) -> tuple[int, Any]:
    if jnp.issubdtype(value.dtype, jnp.floating):
        kind = 3
    elif jnp.issubdtype(value.dtype, jnp.unsignedinteger):
        kind = 2
    else:
        kind = 1
    word = jax.lax.bitcast_convert_type(value.astype(_KINDS[kind]), jnp.uint32)
    return kind, word


def _same_trace(a: Any, b: Any) -> bool:
    return getattr(a, "_trace", None) is getattr(b, "_trace", None)


def new_bad_id_state(name: str) -> BadIdState:
    return BadIdState(name)


def sync(model: keras.Model) -> None:
    model.jax_state_sync()
