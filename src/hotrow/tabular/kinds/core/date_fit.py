"""The fit of the encoder of dates."""

from typing import Any

import keras
import numpy as np

from hotrow.tabular.encoders import Dates
from hotrow.tabular.encoders.dates import date_numbers
from hotrow.tabular.kinds.core.fit import WeightedFit
from hotrow.tabular.kinds.core.summary import Summary
from hotrow.tabular.values.missing import USUAL, Marks


class DateFit(WeightedFit):
    """Makes the encoder of dates, value by value.

    Args:
        form: The format that they are written in.
        marks: What is missing in the column.
    """

    def __init__(self, form: Any, marks: Marks = USUAL) -> None:
        super().__init__(marks)
        self._form = form
        self._summaries = [Summary(rounding=1e-9) for _ in range(7)]
        self._time = False

    def add(self, texts: Any, weights: np.ndarray) -> None:
        """Adds values, and how many training rows have each."""
        moments = self._form.read(texts)
        there = moments[~np.isnat(moments)].astype(np.int64)
        self._time = self._time or bool((there % 86400 != 0).any())
        for summary, column in zip(
            self._summaries, date_numbers(moments, True).T, strict=True
        ):
            summary.add(column, weights)

    def fitted(self) -> tuple[keras.Layer, None]:
        """Returns the encoder; dates have no ids."""
        summaries = self._summaries[: 7 if self._time else 5]
        encoder = Dates(
            self._form.to_json(),
            self._time,
            [summary.mean for summary in summaries],
            [summary.std for summary in summaries],
            np.stack([summary.quantiles() for summary in summaries], axis=1),
            self.marks.to_json(),
        )
        return encoder, None
