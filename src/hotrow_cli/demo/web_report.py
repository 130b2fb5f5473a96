"""The results of a run as a page, the one that `hotrow fit` writes of a table."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hotrow_cli.demo.dataset import Dataset
from hotrow_cli.demo.report import ModelScore
from hotrow_cli.demo.worker import Trained

TEXT, TARGET = "words of a snippet", "package"


def write(
    path: Path,
    data: Dataset,
    trained: Trained,
    scores: Sequence[ModelScore],
    words: Sequence[str],
    vectors: npt.NDArray[np.float32],
    settings: Mapping[str, Any],
) -> bool:
    """Writes the page.

    Args:
        path: The HTML file to write.
        data: Snippets that the model was trained and tested on.
        trained: Results of training it.
        scores: Scores of the models and the baselines, the one to show first in front.
        words: The words, the commonest first.
        vectors: Their vectors, of shape `(words, width)`.
        settings: Further lines for the summary, by title.

    Returns:
        Whether it was written: `False` if plotly is not installed.
    """
    # Here, not above: the backend is chosen before `hotrow` loads Keras.
    from hotrow.tabular import report, results

    learned = results.Vectors(
        list(words), vectors, _snippets_with(data.train.ids, len(data.words), words)
    )
    content = results.Results(
        title="Which package is this code from?",
        schema=_schema(data, len(words), words[:3]),
        rows={
            "train": len(data.train.labels),
            "validation": len(data.validation.labels),
            "test": len(data.test.labels),
        },
        history=trained.history,
        best_epoch=int(np.argmax(trained.history["val_accuracy"])) + 1,
        scores=tuple(
            results.Score(score.name, {"accuracy": score.accuracy}, score.seconds)
            for score in scores
        ),
        seconds=trained.seconds,
        settings=dict(settings),
        confusion=_confusion(data, trained.probabilities),
    )
    try:
        report.write_report(path, content, {TEXT: learned})
    except ImportError:
        return False
    return True


def _schema(data: Dataset, distinct: int, examples: Sequence[str]) -> Any:
    from hotrow.tabular.schema import Column, Schema, Target

    parts = (data.train, data.validation, data.test)
    rows = sum(len(part.labels) for part in parts)
    why = "names in source code, cut into words"
    column = Column(TEXT, "text", why, 0, distinct, tuple(examples))
    target = Target(
        TARGET, "multiclass", "packages of Python's library", data.packages, 0
    )
    return Schema((column,), target, rows)


def _snippets_with(
    ids: npt.NDArray[np.int32], size: int, words: Sequence[str]
) -> list[int]:
    """Returns in how many snippets each word occurs."""
    occurs = np.zeros((len(ids), size), bool)
    np.put_along_axis(occurs, ids, True, axis=1)
    counts: list[int] = occurs.sum(axis=0)[size - len(words) :].tolist()
    return counts


def _confusion(
    data: Dataset, probabilities: npt.NDArray[np.float32]
) -> list[list[int]]:
    matrix = np.zeros((len(data.packages),) * 2, int)
    np.add.at(matrix, (data.test.labels, probabilities.argmax(axis=-1)), 1)
    return matrix.tolist()
