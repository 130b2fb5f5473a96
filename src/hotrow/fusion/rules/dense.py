"""`Dense` after a one-hot."""

from typing import Any

import keras
from keras import ops

from hotrow import keras_compat
from hotrow.fusion.core.fused_layer import FusedLayer, in_place_of, quantization_refusal
from hotrow.fusion.core.plan import Picked, Plan
from hotrow.fusion.core.product import product


@in_place_of(keras.layers.Dense)
class FusedDense(FusedLayer, keras.layers.Dense):
    """`activation(sum of rows of the kernel + bias)`.

    `onehot(i) @ kernel = kernel[i]`, and so for each term of the plan.
    """

    @classmethod
    def refusal(
        cls, layer: Any, plan: Plan, shape: tuple[int | None, ...]
    ) -> str | None:
        """Returns why `layer` cannot be fused, or None if it can."""
        return quantization_refusal(layer)

    def kernels(self) -> list[tuple[keras.Variable, int]]:
        """Returns the kernel."""
        kernel = keras_compat.kernel_of(self)
        return [] if quantization_refusal(self) else [(kernel, 1)]

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Returns the output for the tensors of the plan."""
        if quantization_refusal(self):
            vectors = self.hot.vectors(inputs, self.compute_dtype)
            return super().call(vectors, training=training)
        return dense(self, self.hot.pick(inputs))


def dense(layer: keras.layers.Dense, picked: Picked) -> Any:
    """Returns what a dense layer gives for vectors."""
    kernel = keras_compat.kernel_of(layer)
    x = product(kernel, picked, layer.compute_dtype)
    if layer.bias is not None:
        x = ops.add(x, layer.bias)
    return x if layer.activation is None else layer.activation(x)
