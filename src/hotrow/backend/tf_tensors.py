"""Tensors of TensorFlow that reach Hotrow from `tf.data`, under any backend.

Nothing here is imported before such a tensor is seen, so TensorFlow is loaded already.
"""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np


def is_tf_tensor(value: Any) -> bool:
    """Returns whether a value is a tensor of TensorFlow, ragged ones included."""
    tf = sys.modules.get("tensorflow")
    return tf is not None and isinstance(value, (tf.Tensor, tf.RaggedTensor))


def map_tf_tensor(
    function: Callable[[Any], np.ndarray], value: Any, dtype: str, width: int | None
) -> Any:
    """Returns `function` of a tensor's values, in a graph or outside of one.

    Args:
        function: Takes a NumPy array and returns one of the same shape, but for
            `width`.
        value: A tensor.
        dtype: Dtype of the result.
        width: The size of the last axis of the result, if it is another.
    """
    import tensorflow as tf

    if isinstance(value, tf.RaggedTensor):
        if width is not None:
            raise ValueError(
                "A ragged tensor is not padded. Received: a RaggedTensor with "
                f"length={width}. Pass lists, or call `.to_tensor()` on the ids of a "
                "Lookup without `length`."
            )
        flat = map_tf_tensor(function, value.flat_values, dtype, None)
        return value.with_flat_values(flat)
    if tf.executing_eagerly():
        return tf.constant(function(value.numpy()), dtype)
    result = tf.numpy_function(function, [value], dtype, stateful=False)
    shape = value.shape if width is None else value.shape[:-1].concatenate([width])
    result.set_shape(shape)
    return result
