"""Where compiled code notes a bad id on TensorFlow. The names: `hotrow.backend`."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from hotrow.backend.tensorflow.tracing import in_xla

_KINDS: tuple[Any, ...] = (None, np.int64, np.float64)


class BadIdState:
    """Two words in a variable: the kind of the first bad id (0 for none), its bits.

    The variable belongs to no layer: TensorFlow's compiled code writes to whatever
    variable it mentions.
    """

    def __init__(self, name: str) -> None:
        with tf.init_scope():
            self._state = tf.Variable([0, 0], dtype="int64", name=name, trainable=False)

    def note(
        self, any_bad: Any, first: Any, watched: bool, error: Callable[[Any], Exception]
    ) -> None:
        """Notes `first` if `any_bad`, from inside a trace."""
        if not (watched or in_xla()):
            # Nobody looks after the call, and an assert works here.
            what = str(error("the value that follows"))
            tf.debugging.Assert(tf.logical_not(any_bad), [what, first])
            return
        if first.dtype.is_floating:
            kind, word = 2, tf.bitcast(tf.cast(first, "float64"), "int64")
        else:
            kind, word = 1, tf.cast(first, "int64")
        new = tf.stack([tf.constant(kind, "int64"), word])
        old = self._state.read_value()
        self._state.assign(tf.where(any_bad & (old[0] == 0), new, old))

    def take(self) -> int | float | None:
        """Returns the bad id that was noted, if one was, and forgets it."""
        kind, word = self._state.numpy()
        if not kind:
            return None
        self._state.assign([0, 0])
        return word.view(_KINDS[kind]).item()


def new_bad_id_state(name: str) -> BadIdState:
    return BadIdState(name)
