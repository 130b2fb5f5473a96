"""Where compiled code notes a bad id on JAX. The names: `hotrow.backend`."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from hotrow import keras_internals
from hotrow.backend.jax.tracing import same_trace

_KINDS: tuple[Any, ...] = (None, np.int32, np.uint32, np.float32)


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
        if old is not None and same_trace(old, any_bad):
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


def new_bad_id_state(name: str) -> BadIdState:
    return BadIdState(name)
