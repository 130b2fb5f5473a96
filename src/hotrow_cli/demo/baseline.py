"""Baselines for the models: the commonest package, and a bag of words."""

import numpy as np
import numpy.typing as npt

from hotrow_cli.demo.dataset import Dataset

# Weakest penalty last. The validation snippets choose.
_STRENGTHS = (1.0, 10.0, 100.0)


def accuracy(
    probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.int32]
) -> float:
    """Returns the share of rows whose largest value stands in the place of the label.

    Args:
        probabilities: Predicted probabilities, of shape `(n, packages)`.
        labels: Integers, of shape `(n,)`.
    """
    return float(np.mean(np.argmax(probabilities, axis=-1) == labels))


def majority_accuracy(labels: npt.NDArray[np.int32]) -> float:
    """Returns the accuracy of saying the commonest of `labels` every time."""
    return float(np.bincount(labels).max() / len(labels))


def bag_of_words_accuracy(data: Dataset) -> float | None:
    """Returns the test accuracy of logistic regression on tf-idf word counts.

    It sees the same ids as the models, and the validation set chooses its penalty.

    Returns:
        The accuracy, or `None` if scikit-learn is not installed.
    """
    try:
        from sklearn.feature_extraction.text import TfidfTransformer
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        return None
    weigh = TfidfTransformer(sublinear_tf=True)
    size = len(data.words)
    train = weigh.fit_transform(_counts(data.train.ids, size))
    validation = weigh.transform(_counts(data.validation.ids, size))
    fits = [
        LogisticRegression(C=strength, max_iter=2000).fit(train, data.train.labels)
        for strength in _STRENGTHS
    ]
    best = max(fits, key=lambda fit: fit.score(validation, data.validation.labels))
    test = weigh.transform(_counts(data.test.ids, size))
    return float(best.score(test, data.test.labels))


def _counts(ids: npt.NDArray[np.int32], size: int) -> npt.NDArray[np.float32]:
    counts = np.zeros((len(ids), size), np.float32)
    np.add.at(counts, (np.arange(len(ids))[:, None], ids), 1)
    counts[:, 0] = 0  # Padding.
    return counts
