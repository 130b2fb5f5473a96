"""Gradients that wait for a later step, on TensorFlow. Documented in `contract.py`."""

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from hotrow.backend.tensorflow.tracing import in_xla


class PendingRows:
    """A place for each step, as wide as the largest batch of ids so far."""

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
        self._name = name
        with tf.init_scope():
            self._ids = _growing(tf.zeros([0], "int64"))
            self._rows = _growing(tf.zeros([0, *shape[1:]], dtype))
            self._whole = _growing(tf.zeros([0, *shape[1:]], dtype))

    @property
    def variables(self) -> list[keras.Variable]:
        # A compiled step reads and writes the state where it is.
        return []

    def reserve(self, ids: Any | None, rows: Any) -> None:
        if in_xla():
            raise ValueError(
                "RowSparse with gradient_accumulation_steps cannot be compiled by XLA "
                "on TensorFlow: the rows that wait for the update are as many as the "
                "batches name, and XLA wants to know how many. Received: "
                f"jit_compile=True, gradient_accumulation_steps={self._steps}. Call "
                "model.compile(..., jit_compile=False)."
            )

    def _widen(self, width: Any) -> None:
        def widen() -> tf.Tensor:
            before = tf.size(self._ids) // self._steps
            more = [[0, 0], [0, width - before]]
            ids = tf.reshape(self._ids, [self._steps, before])
            ids = tf.pad(ids, more, constant_values=self._count)
            row_shape = self._rows.shape[1:]
            rows = tf.reshape(self._rows, [self._steps, before, *row_shape])
            rows = tf.pad(rows, more + [[0, 0]] * len(row_shape))
            self._ids.assign(tf.reshape(ids, [-1]))
            self._rows.assign(tf.reshape(rows, [-1, *row_shape]))
            return tf.constant(True)

        is_wider = width > tf.size(self._ids) // self._steps
        tf.cond(is_wider, widen, lambda: tf.constant(False))

    def add(self, place: Any, ids: Any | None, rows: Any) -> None:
        if ids is None:
            is_first = tf.equal(tf.shape(self._whole)[0], 0)
            whole = tf.cond(is_first, lambda: rows, lambda: self._whole + rows)
            self._whole.assign(whole)
            return
        count = tf.size(ids)
        self._widen(count)
        width = tf.size(self._ids) // self._steps
        start = tf.cast(place, "int32") * width
        ids = tf.cast(ids, "int64")
        ids = tf.pad(ids, [[0, width - count]], constant_values=self._count)
        _write(self._ids, start, ids)
        _write(self._rows, start, rows)

    def take(self, by_rows: bool) -> tuple[Any | None, Any]:
        used = tf.where(self._ids < self._count)[:, 0]
        ids = tf.gather(self._ids, used)
        # Not the variable itself, which would be copied.
        rows = tf.gather(self._rows, used)
        if by_rows:
            every = tf.range(tf.shape(self._whole, "int64")[0])
            ids = tf.concat([ids, every], axis=0)
            return ids, tf.concat([rows, self._whole], axis=0)
        return None, self._whole + tf.math.unsorted_segment_sum(rows, ids, self._count)

    def clear(self) -> None:
        self._ids.assign(tf.fill(tf.shape(self._ids), tf.cast(self._count, "int64")))
        self._whole.assign(tf.zeros([0, *self._whole.shape[1:]], self._whole.dtype))

    def numpy(self) -> np.ndarray:
        ids = self._ids.numpy()
        used = ids < self._count
        row_shape = self._rows.shape[1:]
        dense = np.zeros((self._count, *row_shape), self._rows.dtype.as_numpy_dtype)
        np.add.at(dense, ids[used], self._rows.numpy()[used])
        whole = self._whole.numpy()
        return dense + whole if len(whole) else dense

    def load(self, dense: np.ndarray, place: int) -> None:
        self.clear()
        ids = np.flatnonzero(dense.any(axis=tuple(range(1, dense.ndim))))
        if not len(ids):
            return
        # As if they came from the steps before this one.
        before = max(place, 1)
        self._widen(math.ceil(len(ids) / before))
        start = tf.constant(0)
        _write(self._ids, start, tf.constant(ids, "int64"))
        _write(self._rows, start, tf.constant(dense[ids], self._rows.dtype))


def _growing(value: tf.Tensor) -> tf.Variable:
    return tf.Variable(value, shape=[None, *value.shape[1:]], trainable=False)


def _write(variable: tf.Variable, start: Any, values: tf.Tensor) -> None:
    places = start + tf.range(tf.shape(values)[0])
    variable.scatter_update(tf.IndexedSlices(values, places))
