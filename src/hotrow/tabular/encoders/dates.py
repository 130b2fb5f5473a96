"""The encoder of dates and times."""

from typing import Any

import keras
import numpy as np

from hotrow.tabular.encoders.encoder import Encoder
from hotrow.tabular.values.dates.date_format import DateFormat
from hotrow.tabular.values.dates.detect import are_no_days
from hotrow.tabular.values.missing import Marks
from hotrow.tabular.values.values import read_distinct

_DAY = 86400


@keras.saving.register_keras_serializable(package="hotrow")
class Dates(Encoder):
    """Turns dates into numbers that a network can use; all are NaN where missing.

    The first number is the year with its fraction. Others come in twos, the sine and
    cosine of an angle that goes around once a year, once a week and, with `time`, once
    a day: so the last of December lies beside the first of January.

    Example:

    >>> dates = Dates().encode(["2020-01-01", "2020-07-01", None])
    >>> dates[:, 0].round(1)  # The year.
    array([2020. , 2020.5,    nan], dtype=float32)
    >>> dates[:2, 1:3].round(1)  # Sine and cosine of the day in the year.
    array([[ 0.,  1.],
           [ 0., -1.]], dtype=float32)

    Args:
        format: The way in which dates are written, as `DateFormat.to_json` gives it.
            Defaults to `None`: those that can be read in one way only.
        time: Whether the time of day counts. Defaults to `False`.
        mean: The mean of each number over the training rows. Defaults to zeros.
        std: Their standard deviations; 1 where they do not differ. Defaults to ones.
        quantiles: Their quantiles at equal steps of probability, a row each. Defaults
            to a row of zeros and a row of ones.
        marks: What is missing beside the usual marks, as `Marks.to_json` gives it.
            Defaults to `None`.
        **kwargs: `name`, as in every Keras layer.

    Attributes:
        width: How many numbers a date is: 5, or 7 with `time`.
        mean: Means, a float32 array of shape `(width,)`.
        std: Standard deviations, a float32 array of shape `(width,)`.
        quantiles: Quantiles, a float32 array of shape `(steps, width)`.

    Call arguments:
        inputs: A pyarrow array, a list, a NumPy array or a Series of raw values.

    Output shape:
        `(rows, width)`, float32.
    """

    unread_words = "are no dates"
    unread_share = 0.0

    def __init__(
        self,
        format: Any = None,
        time: bool = False,
        mean: Any = None,
        std: Any = None,
        quantiles: Any = None,
        marks: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.format, self.time = DateFormat.from_json(format), bool(time)
        self.marks = Marks.from_json(marks)
        self.width = 7 if self.time else 5
        zeros, ones = np.zeros(self.width), np.ones(self.width)
        self.mean = np.asarray(zeros if mean is None else mean, np.float32)
        self.std = np.asarray(ones if std is None else std, np.float32)
        self.quantiles = np.asarray(
            [zeros, ones] if quantiles is None else quantiles, np.float32
        )

    def encode(self, values: Any) -> np.ndarray:
        """Returns the numbers of dates as a NumPy array."""
        distinct = read_distinct(values, marks=self.marks)
        moments = self.format.read(distinct.tokens)
        numbers = date_numbers(moments, self.time).astype(np.float32)
        return distinct.take(numbers, np.nan)

    def unread(self, tokens: Any) -> np.ndarray:
        """Returns which values, as text, are no dates and no words for none."""
        moments = self.format.read(tokens)
        return np.isnat(moments) & ~self.marks.are_words(tokens) & ~are_no_days(tokens)

    def suspect(self, encoded: np.ndarray) -> tuple[np.ndarray, int]:
        """Returns which rows are NaN, and how many are dates."""
        missing = np.isnan(encoded[:, 0])
        return missing, int((~missing).sum())

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the layer."""
        return {
            **super().get_config(),
            "format": self.format.to_json(),
            "time": self.time,
            "mean": self.mean.tolist(),
            "std": self.std.tolist(),
            "quantiles": self.quantiles.tolist(),
            "marks": self.marks.to_json(),
        }


def date_numbers(moments: np.ndarray, time: bool) -> np.ndarray:
    """Returns the numbers of moments, in float64; a row of NaN for each NaT."""
    missing = np.isnat(moments)
    moments = np.where(missing, np.datetime64(0, "s"), moments)
    years = moments.astype("datetime64[Y]")
    starts = years.astype("datetime64[s]").astype(np.int64)
    ends = (years + 1).astype("datetime64[s]").astype(np.int64)
    seconds = moments.astype(np.int64)
    fraction = (seconds - starts) / (ends - starts)
    # 1970 began on a Thursday, the fourth day of a week.
    week = (seconds / _DAY + 3) % 7 / 7
    turns = [fraction, week]
    if time:
        turns.append(seconds % _DAY / _DAY)
    columns = [years.astype(np.int64) + 1970 + fraction]
    for turn in turns:
        angle = 2 * np.pi * turn
        columns += [np.sin(angle), np.cos(angle)]
    result = np.stack(columns, axis=1)
    result[missing] = np.nan
    return result
