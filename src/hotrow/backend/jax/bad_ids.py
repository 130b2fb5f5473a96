"""Records bad ids in compiled code on JAX. Documented in `contract.py`."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from hotrow import keras_compat
from hotrow.backend.bad_id_error import BadIdError, BadIdErrorType
from hotrow.backend.first_bad import first_bad
from hotrow.backend.jax.tracing import same_trace

_KINDS: tuple[Any, ...] = (
    *(None, np.int32, np.uint32, np.float32),
    *(np.int64, np.uint64, np.float64),
)


class BadIdState(keras.random.SeedGenerator):
    """Three unsigned words: the kind of the first bad id (0 for none), and its bits.

    Keras carries the state of a seed generator through a compiled step as it does a
    weight, yet counts, saves and lists it as no weight. That is what a flag needs.
    """

    def __init__(self, name: str) -> None:
        super().__init__(seed=0, name=name)
        self.state = keras.Variable(
            np.zeros(3, "uint32"),
            dtype="uint32",
            trainable=False,
            aggregation="none",
            name="seed_generator_state",
        )
        self._seen_on_host: int | float | None = None
        self._has_callback = False

    def save_own_variables(self, store: Any) -> None:
        """Saves nothing: a file has what the same file from Keras's layer has."""

    def load_own_variables(self, store: Any) -> None:
        """Loads nothing."""

    def note(self, ids: Any, valid: Any, watched: bool, error: BadIdError) -> Any:
        """Notes the first id that is not valid, if any, from inside a trace."""
        if ids.size == 0:
            return valid
        any_bad, first = first_bad(ids, valid)
        words = _encode(first)
        scope = keras_compat.get_stateless_scope()
        old = None if scope is None else scope.get_current_value(self.state)
        if old is not None and same_trace(old, any_bad):
            self.state.assign(jnp.where(any_bad & (old[0] == 0), words, old))
            return valid

        # No Keras state reaches this trace (a plain `jax.jit`), or the lookup is in an
        # inner one (`scan`, `remat`) that a value cannot leave by assignment.
        def on_host(any_bad: Any, first: Any) -> None:
            if any_bad:
                value = np.asarray(first).item()
                if not watched:
                    raise error(value)
                if self._seen_on_host is None:
                    self._seen_on_host = value

        self._has_callback = True
        _call_if(on_host, any_bad, first)
        return valid

    def take(self) -> int | float | None:
        """Returns the bad id that was noted, if one was, and forgets it."""
        if self._has_callback:
            jax.effects_barrier()
        seen, self._seen_on_host = self._seen_on_host, None
        kind, *words = np.asarray(self.state.value)
        if kind:
            self.state.assign(np.zeros(3, "uint32"))
            seen = np.array(words, "uint32").view(_KINDS[kind])[0].item()
        return seen


def _call_if(on_host: Callable, any_bad: Any, first: Any) -> None:
    """Calls a function of Python, if a bad id was met, once for all of a `vmap`."""

    @jax.custom_batching.custom_vmap  # type: ignore[untyped-decorator]
    def call(any_bad: Any, first: Any) -> Any:
        jax.lax.cond(
            any_bad,
            lambda: jax.debug.callback(on_host, any_bad, first),
            lambda: None,
        )
        return any_bad

    @call.def_vmap  # type: ignore[untyped-decorator]
    def _(size: int, is_batched: Any, any_bad: Any, first: Any) -> Any:
        # Both come of the same ids.
        call(any_bad.any(), first[jnp.argmax(any_bad)])
        return any_bad, True

    call(any_bad, first)


def _encode(value: Any) -> Any:
    if jnp.issubdtype(value.dtype, jnp.floating):
        kind = 3
    elif jnp.issubdtype(value.dtype, jnp.unsignedinteger):
        kind = 2
    else:
        kind = 1
    if value.dtype.itemsize == 8:
        kind += 3
    bits = jax.lax.bitcast_convert_type(value.astype(_KINDS[kind]), jnp.uint32)
    return jnp.zeros(3, jnp.uint32).at[0].set(kind).at[1 : 1 + bits.size].set(bits)


def new_bad_id_state(name: str, error_type: BadIdErrorType) -> BadIdState:
    return BadIdState(name)
