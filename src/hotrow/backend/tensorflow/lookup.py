"""Reading rows, and their gradients, on TensorFlow. Documented in `contract.py`."""

import math
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from hotrow.backend.tensorflow.tracing import in_vectorized_map, in_xla
from hotrow.backend.tensorflow.training import (
    distinct,
    flat_rows,
    gather_along_axes,
    gather_rows,
)


def map_values(fn: Callable, x: Any) -> Any:
    if isinstance(x, tf.RaggedTensor):
        return x.with_flat_values(fn(x.flat_values))
    return fn(tf.sparse.to_dense(x) if isinstance(x, tf.SparseTensor) else x)


def lookup_rows(
    variable: keras.Variable,
    ids: Any,
    valid: Any | None,
    by_rows: bool,
    row_axes: int = 1,
) -> Any:
    def gather(ids: Any) -> Any:
        # To read rows of a variable is nothing that `tf.vectorized_map` knows.
        if not by_rows or in_vectorized_map():
            table = flat_rows(tf.convert_to_tensor(variable), row_axes)
            return _gather(table, ids)
        if row_axes == 1:
            # The gradient of `tf.gather` is one of rows.
            return gather_rows(variable, ids, row_axes)
        return _gather_along_axes(variable, ids, row_axes)

    if valid is None:
        return gather(ids)
    rows = gather(tf.where(valid, ids, 0))
    mask = valid[(..., *[tf.newaxis] * (len(variable.shape) - row_axes))]
    zero = tf.zeros((), rows.dtype)
    if in_xla():
        # XLA on a CPU copies rows number by number unless each row is multiplied by
        # something, which makes it work row by row.
        return tf.where(mask, rows * tf.cast(mask, rows.dtype), zero)
    if in_vectorized_map():
        return tf.where(mask, rows, zero)
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


def _gather_along_axes(variable: keras.Variable, ids: Any, row_axes: int) -> Any:
    """Rows that lie along several axes, with a gradient of rows counted as one."""

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def gather(handle: Any, ids: Any) -> tuple[Any, Callable]:
        def gradient(upstream: Any) -> tuple[Any, None]:
            width = variable.shape[row_axes:]
            count = math.prod(variable.shape[:row_axes])
            rows = tf.reshape(upstream, [-1, *width])
            flat = tf.reshape(ids, [-1])
            return tf.IndexedSlices(rows, flat, tf.constant([count, *width])), None

        return gather_along_axes(handle, variable, ids, row_axes), gradient

    # Of the handle, since a custom gradient of a variable reads the whole of it. A
    # gradient tape knows of a variable once it was read, if only for no row.
    tf.gather(variable.value, tf.zeros((0,), "int32"))
    return gather(variable.value.handle, ids)


def _row_gradient(table: Any, ids: Any, rows: Any) -> Any:
    ids, rows = distinct(ids, rows, 0)
    return tf.IndexedSlices(rows, ids, tf.shape(table))


def row_parts(gradient: Any) -> list[tuple[Any, Any]] | None:
    if not isinstance(gradient, tf.IndexedSlices):
        return None
    return [(gradient.indices, gradient.values)]


def to_dense(gradient: Any, shape: tuple[int, ...]) -> Any:
    # The gradient of a table with several axes of rows names them as one.
    return tf.reshape(tf.convert_to_tensor(gradient), shape)


def watch_backward(loss: Any) -> Any:
    return loss


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
