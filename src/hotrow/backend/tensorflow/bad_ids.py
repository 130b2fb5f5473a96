"""Records bad ids in compiled code on TensorFlow. Documented in `contract.py`."""

from typing import Any

import numpy as np
import tensorflow as tf

from hotrow.backend.bad_id_error import BadIdError, BadIdErrorType
from hotrow.backend.first_bad import first_bad
from hotrow.backend.tensorflow.tracing import in_vectorized_map, in_xla

_KINDS: tuple[Any, ...] = (None, np.int64, np.float64, np.uint64)


class BadIdState:
    """Two words in a variable: the kind of the first bad id (0 for none), its bits.

    The variable belongs to no layer: TensorFlow's compiled code writes to whatever
    variable it mentions.
    """

    def __init__(self, name: str) -> None:
        with tf.init_scope():
            self._state = tf.Variable([0, 0], dtype="int64", name=name, trainable=False)

    def note(self, ids: Any, valid: Any, watched: bool, error: BadIdError) -> Any:
        """Notes the first id that is not valid, if any, from inside a trace."""
        any_bad, first = first_bad(ids, valid)
        in_map = in_vectorized_map()
        if in_map and in_xla():
            raise NotImplementedError(
                "Ids cannot be checked within `vectorized_map` compiled by XLA on "
                f"TensorFlow. Received: ids of layer '{error.layer_name}' with "
                'out_of_range="error". Call the layer on the whole batch instead of '
                "within `vectorized_map`; or compile with jit_compile=False; or pass "
                'out_of_range="zero" or out_of_range=k.'
            )
        if in_map or not (watched or in_xla()):
            # Nobody looks after the call, or state cannot be kept, and an assert works.
            what = str(error("the value that follows"))
            # Of many examples, only some have a bad id to show.
            check = tf.debugging.Assert(~any_bad, [what, first], summarize=1000)
            # Within `tf.vectorized_map`, only what a result needs is run.
            with tf.control_dependencies([check] if in_map else []):
                return tf.identity(valid)
        if first.dtype.is_floating:
            kind, word = 2, tf.bitcast(tf.cast(first, "float64"), "int64")
        elif first.dtype == "uint64":
            kind, word = 3, tf.bitcast(first, "int64")
        else:
            kind, word = 1, tf.cast(first, "int64")
        new = tf.stack([tf.constant(kind, "int64"), word])
        old = self._state.read_value()
        self._state.assign(tf.where(any_bad & (old[0] == 0), new, old))
        return valid

    def take(self) -> int | float | None:
        """Returns the bad id that was noted, if one was, and forgets it."""
        kind, word = self._state.numpy()
        if not kind:
            return None
        self._state.assign([0, 0])
        return word.view(_KINDS[kind]).item()


def new_bad_id_state(name: str, error_type: BadIdErrorType) -> BadIdState:
    return BadIdState(name)
