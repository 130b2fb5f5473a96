"""Results of a run: all that a report shows, but for the vectors."""

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from hotrow.tabular.schema import Schema


@dataclass(frozen=True)
class Score:
    """Scores of one model on the test rows.

    Attributes:
        name: Name of the model: ours, or a baseline such as "majority class".
        metrics: Values by name: "accuracy", "log loss", "AUC"; "RMSE", "MAE", "R2".
        seconds: Time to train it, or None.
    """

    name: str
    metrics: dict[str, float]
    seconds: float | None = None


@dataclass(frozen=True)
class Results:
    """Results of a run.

    Attributes:
        title: What the report is headed, such as the name of the data's file.
        schema: The table's columns.
        rows: How many rows each part has: "train", "validation", "test".
        history: Values of each epoch: "loss", "val_loss" and metrics, as Keras names
            them.
        best_epoch: The epoch, from 1, whose weights were kept.
        scores: On the test rows: our model first, then the baselines.
        seconds: Time in training.
        settings: What else a reader should know: backend, versions, seed, widths.
        confusion: Rows of a classification by (true class, predicted class), in the
            order of `schema.target.classes`.
        calibration: Of a binary classification, bins of rows by the probability of
            the second class: (mean probability, share of the second class, rows).
        residuals: Some test rows of a regression, as (true value, predicted value).
        notes: What a reader should be told, a sentence each: early end, few examples.
        warnings: What a reader must look at, a sentence each: a column that looks like
            numbers and is left out.
    """

    title: str
    schema: Schema
    rows: dict[str, int]
    history: dict[str, list[float]]
    best_epoch: int
    scores: tuple[Score, ...]
    seconds: float
    settings: dict[str, Any] = field(default_factory=dict)
    confusion: list[list[int]] | None = None
    calibration: list[tuple[float, float, int]] | None = None
    residuals: list[tuple[float, float]] | None = None
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Returns the results as what `json` can write."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Results":
        """Returns the results that `to_json` returned as JSON."""
        content = dict(content)
        content["schema"] = Schema.from_json(content["schema"])
        content["scores"] = tuple(Score(**score) for score in content["scores"])
        content["notes"] = tuple(content["notes"])
        content["warnings"] = tuple(content.get("warnings", ()))
        for name in ("calibration", "residuals"):
            if content[name] is not None:
                content[name] = [tuple(row) for row in content[name]]
        return cls(**content)


@dataclass(frozen=True)
class Vectors:
    """The vectors that a model learned for the values of one column.

    Attributes:
        tokens: The values, the most frequent first; missing and unknown are no values.
        matrix: Their vectors, float32 of shape `(len(tokens), width)`.
        counts: Number of training rows in which each occurs.
    """

    tokens: list[str]
    matrix: np.ndarray
    counts: list[int]
