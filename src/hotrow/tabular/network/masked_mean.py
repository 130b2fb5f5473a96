"""The layer that makes one vector of many."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="hotrow")
class MaskedMean(keras.Layer):
    """The mean of the vectors that a mask leaves, and zeros where it leaves none.

    `keras.layers.GlobalAveragePooling1D` divides by zero for a row that is all padding,
    such as an empty text.

    Args:
        **kwargs: `name` and `dtype`, as in every Keras layer.

    Call arguments:
        inputs: Tensor of shape `(..., length, width)`.
        mask: Boolean tensor of shape `(..., length)`, or `None` for no mask.

    Output shape:
        `(..., width)`.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """There is nothing to build."""
        self.built = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Returns the means."""
        if mask is None:
            return ops.mean(inputs, axis=-2)
        mask = ops.expand_dims(ops.cast(mask, inputs.dtype), -1)
        count = ops.maximum(ops.sum(mask, axis=-2), 1)
        return ops.sum(inputs * mask, axis=-2) / count

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        """Returns None: there is one vector, and it counts."""
        return None

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Returns the shape without the axis of the length."""
        return (*input_shape[:-2], input_shape[-1])
