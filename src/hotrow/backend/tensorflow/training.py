"""Updating rows of variables on TensorFlow. The names: `hotrow.backend`."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from hotrow import keras_internals
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


def take_rows(variable: keras.Variable, ids: Any | None) -> Any:
    if ids is None:
        return tf.convert_to_tensor(variable)
    return tf.gather(variable.value, tf.minimum(ids, variable.shape[0] - 1))


def put_rows(variable: keras.Variable, ids: Any | None, rows: Any, where: Any) -> None:
    if ids is None:
        wide = (..., *[tf.newaxis] * (len(rows.shape) - 1))
        variable.assign(tf.where(where[wide], rows, variable.value))
        return
    if in_xla():
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
