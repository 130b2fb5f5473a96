"""What differs on TensorFlow. The names are explained in `hotrow.backend`."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.ops import control_flow_util

from hotrow import keras_internals

SURVIVES_RAISE = True

_KINDS: tuple[Any, ...] = (None, np.int64, np.float64)


def peek(x: Any) -> np.ndarray | None:
    try:
        values: np.ndarray = x.numpy()
    except (AttributeError, NotImplementedError):
        # A tensor of a graph has no such method, and a variable's raises there.
        return None
    return values


def outside_graph(fn: Callable) -> Callable:
    return fn


def map_values(fn: Callable, x: Any) -> Any:
    if isinstance(x, tf.RaggedTensor):
        return x.with_flat_values(fn(x.flat_values))
    return fn(tf.sparse.to_dense(x) if isinstance(x, tf.SparseTensor) else x)


def look_up(
    variable: keras.Variable, ids: Any, valid: Any | None, by_rows: bool
) -> Any:
    if by_rows:
        # Never read whole: once rows of a variable were written, TensorFlow copies it
        # for a reader. The gradient of `tf.gather` is one of rows.
        table, gather = variable.value, tf.gather
    else:
        table, gather = tf.convert_to_tensor(variable), _gather
    if valid is None:
        return gather(table, ids)
    rows = gather(table, tf.where(valid, ids, 0))
    mask = valid[(..., *[tf.newaxis] * (len(table.shape) - 1))]
    zero = tf.zeros((), rows.dtype)
    if _in_xla():
        # XLA on a CPU copies rows number by number unless each row is multiplied by
        # something, which makes it work row by row.
        return tf.where(mask, rows * tf.cast(mask, rows.dtype), zero)
    # XLA fuses the `where` into the lookup. Without it, it is one more pass over the
    # rows, which is spared while all is well.
    all_valid = tf.reduce_all(valid)
    return tf.cond(all_valid, lambda: rows, lambda: tf.where(mask, rows, zero))


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _gather(table: Any, ids: Any) -> tuple[Any, Callable]:
    """`tf.gather`, with a gradient that names each row once.

    The gradient of `tf.gather` names a row as often as the batch does, and Keras's
    Adam, RMSprop and Adagrad square each of these parts by itself, where they should
    square the sum.
    """

    def gradient(upstream: Any) -> tuple[Any, None]:
        rows = tf.reshape(upstream, tf.concat([[-1], tf.shape(table)[1:]], axis=0))
        return _row_gradient(table, tf.reshape(ids, [-1]), rows), None

    return tf.gather(table, ids), gradient


def _row_gradient(table: Any, ids: Any, rows: Any) -> Any:
    ids, rows = distinct(ids, rows, 0)
    return tf.IndexedSlices(rows, ids, tf.shape(table))


def row_parts(gradient: Any) -> list[tuple[Any, Any]] | None:
    if not isinstance(gradient, tf.IndexedSlices):
        return None
    return [(gradient.indices, gradient.values)]


def to_dense(gradient: Any, shape: tuple[int, ...]) -> Any:
    return tf.ensure_shape(tf.convert_to_tensor(gradient), shape)


def watch_backward(loss: Any) -> Any:
    return loss


def distinct(ids: Any, rows: Any, count: int) -> tuple[Any, Any]:
    if not _in_xla():
        ids, place = tf.unique(ids)
        return ids, tf.math.unsorted_segment_sum(rows, place, tf.size(ids))
    # XLA has no `unique`: equal ids are brought together by a sort.
    size = tf.size(ids)
    order = tf.argsort(ids)
    ids = tf.gather(ids, order)
    is_new = tf.concat([[0], tf.cast(ids[1:] != ids[:-1], "int32")], axis=0)[:size]
    place = tf.cumsum(is_new)
    sums = tf.math.unsorted_segment_sum(tf.gather(rows, order), place, size)
    largest = tf.math.unsorted_segment_max(ids, place, size)
    return tf.where(largest < 0, tf.cast(count, ids.dtype), largest), sums


def is_touched(rows: Any) -> Any:
    return tf.reduce_any(rows != 0, axis=list(range(1, len(rows.shape))))


def take_rows(variable: keras.Variable, ids: Any | None) -> Any:
    if ids is None:
        return tf.convert_to_tensor(variable)
    return tf.gather(variable.value, tf.minimum(ids, variable.shape[0] - 1))


def put_rows(variable: keras.Variable, ids: Any | None, rows: Any, where: Any) -> None:
    if ids is None:
        wide = (..., *[tf.newaxis] * (len(rows.shape) - 1))
        variable.assign(tf.where(where[wide], rows, variable.value))
        return
    if _in_xla():
        # XLA writes nothing past the end.
        ids = tf.where(where, ids, tf.cast(variable.shape[0], ids.dtype))
    else:
        ids, rows = tf.boolean_mask(ids, where), tf.boolean_mask(rows, where)
    variable.value.scatter_update(tf.IndexedSlices(rows, ids))


def update(
    optimizer: keras.Optimizer, grads: list, variables: list, views: list
) -> None:
    # What is around a rule here wants variables of TensorFlow.
    keras_internals.update_variables(optimizer, grads, variables)
    for gradient, view in views:
        optimizer.update_step(gradient, view, optimizer.learning_rate)


def gradient(fn: Callable, x: Any) -> Any:
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = fn(x)
    return tape.gradient(y, x, unconnected_gradients="zero")


def around_train_step(model: keras.Model) -> None:
    """Nothing to do: compiled code reads the optimizer's variables itself."""


def one_hot(ids: Any, depth: int, dtype: str) -> Any:
    if dtype == "bool":
        return tf.one_hot(ids, depth, on_value=True, off_value=False, dtype=tf.bool)
    return tf.one_hot(ids, depth, dtype=dtype)


def unpack_int4(packed: Any) -> Any:
    # Both numbers of a byte are put in an int16, since stacking int8 is slow.
    wide = tf.cast(packed, "int16")
    twelve, eight, four = (tf.constant(bits, "int16") for bits in (12, 8, 4))
    left, right = tf.bitwise.left_shift, tf.bitwise.right_shift
    low = tf.bitwise.bitwise_and(right(left(wide, twelve), twelve), 0xFF)
    high = left(right(wide, four), eight)
    pairs = tf.bitcast(tf.bitwise.bitwise_or(low, high), "int8")
    return _unflatten(pairs, packed, 2 * packed.shape[-1])


def dequantize(codes: Any, scale: Any, zero: Any | None) -> Any:
    rows = tf.cast(codes, scale.dtype)
    return rows / scale if zero is None else (rows - zero) * scale


def add_product(rows: Any, a: Any, b: Any, scale: float) -> Any:
    product = tf.matmul(tf.reshape(a, [-1, a.shape[-1]]), scale * b)
    return _unflatten(tf.reshape(rows, [-1, b.shape[-1]]) + product, a, b.shape[-1])


def _unflatten(x: Any, like: Any, width: int) -> Any:
    """Gives `x` the shape of `like`, with a last axis of `width`."""
    x = tf.reshape(x, tf.concat([tf.shape(like)[:-1], [width]], axis=0))
    x.set_shape([*like.shape[:-1], width])
    return x


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
        if not (watched or _in_xla()):
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


def _in_xla() -> bool:
    graph = tf.compat.v1.get_default_graph()
    return control_flow_util.GraphOrParentsInXlaContext(graph)


def new_bad_id_state(name: str) -> BadIdState:
    return BadIdState(name)


def sync(model: keras.Model) -> None:
    """Nothing to do: compiled code writes to the variables themselves."""
