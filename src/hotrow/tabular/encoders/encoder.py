"""What the encoders share that have no vocabulary."""

from typing import Any

import keras
import numpy as np


class Encoder(keras.Layer):
    """A layer from raw values to an array: in NumPy by `encode`, called to a tensor.

    Args:
        **kwargs: `name`, as in every Keras layer.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # Strings and Python code: nothing that XLA could compile.
        self.supports_jit = False
        self.built = True

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Encodes values, without Keras's conversion of them to tensors."""
        return self.call(inputs)

    def call(self, inputs: Any) -> Any:
        """Returns what `encode` does, in a tensor of the backend."""
        return keras.ops.convert_to_tensor(self.encode(inputs))

    def encode(self, values: Any) -> np.ndarray:
        """Returns the array that the network takes for raw values."""
        raise NotImplementedError
