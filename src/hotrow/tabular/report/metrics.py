"""Metrics: their meaning, and whether lower or higher is better."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hotrow.tabular.results import Score


@dataclass(frozen=True)
class Metric:
    """A metric that a reader may not know.

    Attributes:
        name: Name of the metric on the page.
        meaning: Meaning, a sentence.
        higher: Whether a higher value is better; `None` if that is not known.
    """

    name: str
    meaning: str = ""
    higher: bool | None = None

    def better(self, one: float, other: float) -> bool | None:
        """Returns whether `one` is better, or `None` if nobody can say."""
        if self.higher is None:
            return None
        return one > other if self.higher else one < other

    @property
    def direction(self) -> str:
        """Says which values are good."""
        if self.higher is None:
            return ""
        return "Higher is better." if self.higher else "Lower is better."


_KNOWN = {
    metric.name.lower(): metric
    for metric in (
        Metric("accuracy", "The share of rows whose class is right.", True),
        Metric(
            "balanced accuracy",
            "The share of rows that are right within each class, averaged over the "
            "classes, so that a rare class counts as much as a common one.",
            True,
        ),
        Metric(
            "log loss",
            "How far the probabilities are from the truth: 0 is perfect, and being "
            "sure of the wrong class costs most.",
            False,
        ),
        Metric("loss", "What training makes small.", False),
        Metric(
            "AUC",
            "How often a row of the second class gets a higher probability than a row "
            "of the first: 0.5 is guessing, 1 is perfect.",
            True,
        ),
        Metric("F1", "The harmonic mean of precision and recall.", True),
        Metric(
            "RMSE",
            "The size of a typical error, in the target's own unit; large errors "
            "weigh more.",
            False,
        ),
        Metric("MAE", "The mean size of an error, in the target's own unit.", False),
        Metric("MSE", "The mean squared error.", False),
        Metric(
            "R2",
            "The share of the target's variance that is explained: 1 is perfect, 0 is "
            "no better than the mean.",
            True,
        ),
    )
}


def named(name: str) -> Metric:
    """Returns what is known of a metric, by any spelling of its name."""
    return _KNOWN.get(name.replace("_", " ").lower(), Metric(name.replace("_", " ")))


def main(scores: Sequence[Score]) -> str | None:
    """Returns the metric that sums up a run: the first that our model has."""
    if not scores:
        return None
    return next((n for n, x in scores[0].metrics.items() if math.isfinite(x)), None)


def best(scores: Sequence[Score], metric: str) -> Score | None:
    """Returns the score with the best value of a metric, the first of equals."""
    known = [score for score in scores if math.isfinite(value_of(score, metric))]
    if not known:
        return None
    sign = -1 if named(metric).higher is False else 1
    return max(known, key=lambda score: sign * value_of(score, metric))


def value_of(score: Score, metric: str) -> float:
    """Returns the value of a metric, NaN if the score lacks it."""
    found = score.metrics.get(metric)
    return math.nan if found is None else float(found)
