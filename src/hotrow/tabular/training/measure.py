"""Metrics of predictions, added up batch by batch."""

from typing import Any

import numpy as np

from hotrow.tabular.encoders import TargetEncoder

# A table of confusion with more classes than this is one that nobody reads.
_MOST_CLASSES = 100
_BINS = 10
_SHOWN = 2000
_LEAST = 1e-7


class Measure:
    """Takes predictions in parts and says how good they are.

    Args:
        task: One of `schema.TASKS`.
        classes: How many classes there are, or 0 for a regression.
        seed: Seed of the choice of residuals that are kept.
        scale: Divisor of the errors of a regression before they are squared, so
            that numbers of any size can be: the target's standard deviation.
    """

    def __init__(
        self, task: str, classes: int = 0, seed: int = 0, scale: float = 1.0
    ) -> None:
        self._task, self._classes, self._scale = task, classes, scale
        self._rng = np.random.default_rng(seed)
        self._rows = 0
        self._log_loss = 0.0
        self._table = np.zeros((classes, classes), "int64")
        self._kept: list[np.ndarray] = []
        self._sums = np.zeros(4)
        self._shift = 0.0

    @classmethod
    def of(cls, encoder: TargetEncoder) -> "Measure":
        """Returns a measure of predictions of a target, by the target's encoder."""
        return cls(encoder.task, len(encoder.classes or ()), scale=encoder.std)

    def add(self, truth: np.ndarray, predicted: np.ndarray) -> None:
        """Takes some rows: their targets, and what a network gave for them.

        Args:
            truth: Class numbers, or numbers, of shape `(rows,)`.
            predicted: The probability of class 1, or the number, of shape `(rows, 1)`;
                for many classes their probabilities, of shape `(rows, classes)`.
        """
        predicted = np.asarray(predicted, "float64")
        if self._task == "regression":
            self._add_numbers(np.asarray(truth, "float64"), predicted.reshape(-1))
            return
        truth = np.asarray(truth, "int64")
        if predicted.ndim == 1 or predicted.shape[1] == 1:
            positive = predicted.reshape(-1)
            self._kept.append(np.stack([truth, positive], axis=1))
            predicted = np.stack([1 - positive, positive], axis=1)
        self._rows += len(truth)
        chosen = predicted[np.arange(len(truth)), truth]
        self._log_loss -= float(np.log(np.clip(chosen, _LEAST, 1)).sum())
        answer = predicted.argmax(axis=1)
        np.add.at(self._table, (truth, answer), 1)

    def _add_numbers(self, truth: np.ndarray, predicted: np.ndarray) -> None:
        if self._rows == 0 and len(truth):
            # Squares of numbers far from zero would lose their last digits.
            self._shift = float(truth[0])
        self._rows += len(truth)
        error = (predicted - truth) / self._scale
        moved = (truth - self._shift) / self._scale
        self._sums += [
            np.abs(error).sum(),
            (error**2).sum(),
            moved.sum(),
            (moved**2).sum(),
        ]
        self._kept.append(np.stack([truth, predicted], axis=1)[:_SHOWN])

    @property
    def loss(self) -> float:
        """The mean log loss, or the mean of squared errors divided by `scale**2`."""
        if self._rows == 0:
            return float("nan")
        total = self._sums[1] if self._task == "regression" else self._log_loss
        return float(total / self._rows)

    def metrics(self) -> dict[str, float]:
        """Returns the metrics by their names."""
        rows = self._rows
        if rows == 0:
            return {}
        if self._task == "regression":
            absolute, square, moved, moved_square = self._sums.tolist()
            spread = moved_square - moved**2 / rows
            metrics = {
                "RMSE": self._scale * (square / rows) ** 0.5,
                "MAE": self._scale * absolute / rows,
            }
            if spread > 0:
                metrics["R2"] = 1 - square / spread
            return metrics
        metrics = {
            "accuracy": float(np.trace(self._table) / rows),
            "log loss": self._log_loss / rows,
        }
        if self._task == "binary":
            area = area_under_curve(*np.concatenate(self._kept).T)
            if area is not None:
                metrics["AUC"] = area
        return metrics

    def details(self) -> dict[str, Any]:
        """Returns `confusion`, `calibration` and `residuals` as in `Results`."""
        details: dict[str, Any] = {}
        if self._rows == 0:
            return details
        if self._task == "regression":
            pairs = np.concatenate(self._kept)
            chosen = self._rng.permutation(len(pairs))[:_SHOWN]
            details["residuals"] = [(float(a), float(b)) for a, b in pairs[chosen]]
            return details
        if self._classes <= _MOST_CLASSES:
            details["confusion"] = self._table.tolist()
        if self._task == "binary":
            truth, positive = np.concatenate(self._kept).T
            at = np.minimum((positive * _BINS).astype(int), _BINS - 1)
            details["calibration"] = [
                (
                    float(positive[at == number].mean()),
                    float(truth[at == number].mean()),
                    int((at == number).sum()),
                )
                for number in range(_BINS)
                if (at == number).any()
            ]
        return details


def area_under_curve(truth: np.ndarray, score: np.ndarray) -> float | None:
    """Returns the area under the ROC curve, or None where there is one class only.

    It is the chance that a row of class 1 has a higher score than one of class 0, where
    equal scores count one half.
    """
    positive = truth == 1
    ones, zeros = int(positive.sum()), int((~positive).sum())
    if not ones or not zeros:
        return None
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2)[place]
    return float((ranks[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))
