"""First weights that NumPy draws."""

from typing import Any

import keras
import numpy as np


@keras.saving.register_keras_serializable(package="hotrow")
class FirstWeights(keras.initializers.Initializer):
    """Normally distributed numbers, the same under every backend.

    JAX compiles a program for each shape that it draws random numbers of. For the many
    variables of a table's network that takes seconds, when a model is loaded, too.

    Args:
        stddev: The standard deviation.
        seed: Whole number.
    """

    def __init__(self, stddev: float, seed: int) -> None:
        self.stddev, self.seed = float(stddev), int(seed)

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        """Returns numbers in a tensor of a shape."""
        rng = np.random.default_rng(self.seed)
        values = rng.standard_normal(tuple(shape), "float32") * np.float32(self.stddev)
        return keras.ops.convert_to_tensor(values, dtype or "float32")

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {"stddev": self.stddev, "seed": self.seed}
