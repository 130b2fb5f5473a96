"""The fit of the encoder of numbers."""

from typing import Any

import keras
import numpy as np

from hotrow.tabular.encoders import Numbers
from hotrow.tabular.kinds.core.fit import WeightedFit
from hotrow.tabular.kinds.core.summary import Summary
from hotrow.tabular.values.missing import USUAL, Marks
from hotrow.tabular.values.numbers.native import differences_in, origin_of
from hotrow.tabular.values.numbers.number_format import PLAIN

# A float32 has 24 bits. Numbers that far from 0, in units of their spread, would lose
# six of them or more.
_OFF_CENTER = 64
# Squares and ratios of numbers of this size are still far from the ends of a float32.
_LEAST_SPREAD = 1e-12


class NumberFit(WeightedFit):
    """Makes the encoder of numbers, value by value.

    Args:
        form: The format that they are written in.
        marks: What is missing in the column.
    """

    def __init__(self, form: Any = PLAIN, marks: Marks = USUAL) -> None:
        super().__init__(marks)
        self._form = form
        self._summary = Summary()
        # Taken away from all numbers, which a float64 would round otherwise.
        self._origin: int | None = None

    def add(self, texts: Any, weights: np.ndarray) -> None:
        """Adds values, and how many training rows have each."""
        if self._origin is None:
            self._origin = origin_of(texts, self._form, self.marks)
        numbers = differences_in(texts, self._origin or 0, self._form, self.marks)
        self._summary.add(numbers, weights)

    @property
    def mean(self) -> float:
        """The mean of the numbers."""
        return float((self._origin or 0) + self._summary.mean)

    @property
    def std(self) -> float:
        """The standard deviation of the numbers; 1 where they do not differ."""
        return self._summary.std

    def fitted(self) -> tuple[keras.Layer, None]:
        """Returns the encoder; numbers have no ids."""
        return self.encoder(), None

    def encoder(self) -> Numbers:
        """Returns the encoder."""
        mean, std = self._summary.mean, self._summary.std
        quantiles = self._summary.quantiles()
        # Neither of them looks at the few numbers that are far from all others.
        middle = float(quantiles[len(quantiles) // 2])
        spread = float(quantiles[-2] - quantiles[1] or quantiles[-1] - quantiles[0])
        origin = self._origin or 0
        center = middle if abs(middle) > _OFF_CENTER * spread else 0.0
        center = float(int(center)) if origin else center
        scale = 1.0
        if spread and not _LEAST_SPREAD < spread < 1 / _LEAST_SPREAD:
            scale = 2.0 ** np.floor(np.log2(spread))
        return Numbers(
            (mean - center) / scale,
            std / scale,
            (quantiles - center) / scale,
            origin + int(center) if origin else center,
            scale,
            self._form.to_json(),
            self.marks.to_json(),
        )
