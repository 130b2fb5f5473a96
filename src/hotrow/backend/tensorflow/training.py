"""Updating rows of variables on TensorFlow. Documented in `contract.py`."""

import contextlib
import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import keras
import tensorflow as tf

from hotrow import keras_compat
from hotrow.backend.tensorflow.tracing import in_xla


def distinct(ids: Any, rows: Any, count: int) -> tuple[Any, Any]:
    if not in_xla():
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


def flat_rows(table: Any, row_axes: int) -> Any:
    """Returns a tensor with its rows along the first axis."""
    return table if row_axes == 1 else tf.reshape(table, [-1, *table.shape[row_axes:]])


def split_ids(ids: Any, row_shape: tuple[int, ...]) -> Any:
    """Returns ids as one number for each axis of the rows, along a last axis."""
    places = []
    for length in reversed(row_shape[1:]):
        places.append(ids % length)
        ids = ids // length
    return tf.stack([ids, *reversed(places)], axis=-1)


def gather_rows(variable: keras.Variable, ids: Any, row_axes: int) -> Any:
    """Returns rows of a variable without reading it whole.

    Once rows of a variable were written, TensorFlow copies it for a reader of all.
    """
    if row_axes == 1:
        return tf.gather(variable.value, ids)
    return gather_along_axes(variable.value.handle, variable, ids, row_axes)


def gather_along_axes(
    handle: Any, variable: keras.Variable, ids: Any, row_axes: int
) -> Any:
    """Returns rows of a variable, by its handle, that lie along several axes."""
    if in_xla():
        # XLA has no `gather_nd` of a variable, and does not copy.
        table = tf.raw_ops.ReadVariableOp(resource=handle, dtype=variable.dtype)
        return tf.gather(flat_rows(table, row_axes), ids)
    places = split_ids(ids, variable.shape[:row_axes])
    return tf.raw_ops.ResourceGatherNd(
        resource=handle, indices=places, dtype=variable.dtype
    )


def take_rows(variable: keras.Variable, ids: Any | None, row_axes: int) -> Any:
    if ids is None:
        return flat_rows(tf.convert_to_tensor(variable), row_axes)
    last = math.prod(variable.shape[:row_axes]) - 1
    return gather_rows(variable, tf.minimum(ids, last), row_axes)


def put_rows(
    variable: keras.Variable, ids: Any | None, rows: Any, where: Any, row_axes: int
) -> None:
    if ids is None:
        table = flat_rows(tf.convert_to_tensor(variable), row_axes)
        wide = (..., *[tf.newaxis] * (len(rows.shape) - 1))
        table = tf.where(where[wide], rows, table)
        variable.assign(tf.reshape(table, variable.shape))
        return
    row_shape = variable.shape[:row_axes]
    if in_xla():
        # XLA writes nothing past the end.
        ids = tf.where(where, ids, tf.cast(math.prod(row_shape), ids.dtype))
    else:
        ids, rows = tf.boolean_mask(ids, where), tf.boolean_mask(rows, where)
    if row_axes == 1:
        variable.value.scatter_update(tf.IndexedSlices(rows, ids))
    else:
        variable.value.scatter_nd_update(split_ids(ids, row_shape), rows)


def update(
    optimizer: keras.Optimizer, grads: list, variables: list, views: list
) -> None:
    # What is around a rule here wants variables of TensorFlow.
    keras_compat.update_variables(optimizer, grads, variables)
    for gradient, view in views:
        optimizer.update_step(gradient, view, optimizer.learning_rate)


def gradient(fn: Callable, x: Any) -> Any:
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = fn(x)
    return tape.gradient(y, x, unconnected_gradients="zero")


def when(
    condition: Any,
    fn: Callable,
    variables: list[keras.Variable],
    reads: Sequence[keras.Variable] = (),
    otherwise: Callable | None = None,
) -> None:
    def run(fn: Callable | None) -> Any:
        if fn is not None:
            fn()
        return tf.constant(fn is None)

    tf.cond(condition, lambda: run(fn), lambda: run(otherwise))


def make_leaf(variable: keras.Variable) -> None:
    pass  # Gradients reach every variable here.


def making_variables() -> AbstractContextManager[Any]:
    return contextlib.nullcontext()
