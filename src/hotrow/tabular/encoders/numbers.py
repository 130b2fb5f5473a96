"""The encoder of numbers."""

from typing import Any

import keras
import numpy as np

from hotrow.tabular.encoders.encoder import Encoder
from hotrow.tabular.values.columns import as_array
from hotrow.tabular.values.missing import Marks
from hotrow.tabular.values.numbers.formats import format_of
from hotrow.tabular.values.numbers.native import (
    differences_in,
    is_exact,
    native_numbers,
    numbers_in,
)
from hotrow.tabular.values.values import read_distinct

_LARGEST_32 = float(np.finfo(np.float32).max)


@keras.saving.register_keras_serializable(package="hotrow")
class Numbers(Encoder):
    """Turns raw values into numbers; what is missing or no number is NaN.

    Text is read in the format that was found in training. Numbers that come as such
    are taken as they are: of a column of `18.5K`, 18500.

    Example:

    >>> Numbers().encode(["1.5", 2, "?", "many"])
    array([1.5, 2. , nan, nan], dtype=float32)
    >>> form = {"kind": "number", "unit": "$", "thousands": ",", "plain": False}
    >>> Numbers(format=form).encode(["$1,234.50", "(7)", "-"])
    array([1234.5,   -7. ,    nan], dtype=float32)
    >>> Numbers(center=10**18).encode([10**18 + 1, 10**18 + 2])
    array([1., 2.], dtype=float32)

    Args:
        mean: The mean of the encoded training rows. Defaults to 0.
        std: Their standard deviation; 1 where they do not differ. Defaults to 1.
        quantiles: Their quantiles at equal steps of probability from 0 to 1. Defaults
            to `(0, 1)`.
        center: What is taken away from all numbers: not 0 where they differ by so
            little beside their size that a float32 would lose it. Defaults to 0.
        scale: What they are divided by then: not 1 where they are too large or too
            small for a float32 to compute with. Defaults to 1.
        format: The way in which numbers in text are written, as its `to_json` gives
            it. Defaults to `None`, digits with a point before decimals.
        marks: What is missing beside the usual marks, as `Marks.to_json` gives it.
            Defaults to `None`.
        **kwargs: `name`, as in every Keras layer.

    Attributes:
        mean: Mean, a float32 array of shape `()`.
        std: Standard deviation, a float32 array of shape `()`.
        quantiles: Quantiles, a float32 array of one axis.

    Call arguments:
        inputs: A pyarrow array, a list, a NumPy array or a Series of raw values.

    Output shape:
        `(rows,)`, float32.
    """

    unread_words = "are no numbers"
    unread_share = 0.0

    def __init__(
        self,
        mean: float = 0.0,
        std: float = 1.0,
        quantiles: Any = (0.0, 1.0),
        center: float = 0.0,
        scale: float = 1.0,
        format: Any = None,
        marks: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.mean = _as_float32(mean)
        self.std = _as_float32(std)
        self.quantiles = _as_float32(quantiles)
        # An integer may have more digits than a float64 holds.
        self.center = center if isinstance(center, int) else float(center)
        self.scale = float(scale)
        self.format, self.marks = format_of(format), Marks.from_json(marks)

    def encode(self, values: Any) -> np.ndarray:
        """Returns the numbers as a NumPy array."""
        array = as_array(values)
        if not is_exact(self.center):
            numbers = native_numbers(array, self.marks)
            if numbers is not None:
                return _as_float32((numbers - self.center) / self.scale)
        distinct = read_distinct(array, marks=self.marks)
        differences = differences_in(
            distinct.tokens, self.center, self.format, self.marks
        )
        return distinct.take(_as_float32(differences / self.scale), np.nan)

    def unread(self, tokens: Any) -> np.ndarray:
        """Returns which values, as text, are no numbers and no words for none."""
        numbers = numbers_in(tokens, self.format, self.marks)
        return np.isnan(numbers) & ~self.marks.are_words(tokens)

    def suspect(self, encoded: np.ndarray) -> tuple[np.ndarray, int]:
        """Returns which rows are NaN, and how many are numbers."""
        missing = np.isnan(encoded)
        return missing, int((~missing).sum())

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the layer."""
        return {
            **super().get_config(),
            "mean": float(self.mean),
            "std": float(self.std),
            "quantiles": self.quantiles.tolist(),
            "center": self.center,
            "scale": self.scale,
            "format": self.format.to_json(),
            "marks": self.marks.to_json(),
        }


def _as_float32(numbers: Any) -> np.ndarray:
    return np.clip(numbers, -_LARGEST_32, _LARGEST_32).astype(np.float32)
