"""The encoder of numbers."""

from typing import Any

import keras
import numpy as np

from hotrow.tabular.encoders.encoder import Encoder
from hotrow.tabular.values.read_numbers import read_numbers
from hotrow.tabular.values.values import read_distinct


@keras.saving.register_keras_serializable(package="hotrow")
class Numbers(Encoder):
    """Turns raw values into numbers; what is missing or no number is NaN.

    Example:

    >>> Numbers().encode(["1.5", 2, "?", "many"])
    array([1.5, 2. , nan, nan], dtype=float32)

    Args:
        mean: The mean of the encoded training rows. Defaults to 0.
        std: Their standard deviation; 1 where they do not differ. Defaults to 1.
        quantiles: Their quantiles at equal steps of probability from 0 to 1. Defaults
            to `(0, 1)`.
        center: What is taken away from all values: not 0 where they differ by so
            little beside their size that a float32 would lose it. Defaults to 0.
        **kwargs: `name`, as in every Keras layer.

    Attributes:
        mean: As above, a float32 array of shape `()`.
        std: As above, a float32 array of shape `()`.
        quantiles: As above, a float32 array of one axis.

    Call arguments:
        inputs: A pyarrow array, a list, a NumPy array or a Series of raw values.

    Output shape:
        `(rows,)`, float32.
    """

    def __init__(
        self,
        mean: float = 0.0,
        std: float = 1.0,
        quantiles: Any = (0.0, 1.0),
        center: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.mean = np.asarray(mean, np.float32)
        self.std = np.asarray(std, np.float32)
        self.quantiles = np.asarray(quantiles, np.float32)
        self.center = float(center)

    def encode(self, values: Any) -> np.ndarray:
        """Returns the numbers as a NumPy array."""
        distinct = read_distinct(values)
        numbers = read_numbers(distinct.tokens) - self.center
        return distinct.take(numbers.astype(np.float32), np.nan)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the layer."""
        return {
            **super().get_config(),
            "mean": float(self.mean),
            "std": float(self.std),
            "quantiles": self.quantiles.tolist(),
            "center": self.center,
        }
