"""A split of files as arrays, ready to train on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hotrow_cli.demo.corpus import Split
from hotrow_cli.demo.snippets import LENGTH, labeled


@dataclass(frozen=True)
class Examples:
    """Snippets as ids, with their packages.

    Attributes:
        ids: int32, of shape `(n, LENGTH)`.
        labels: int32, of shape `(n,)`: places in `Dataset.packages`.
    """

    ids: npt.NDArray[np.int32]
    labels: npt.NDArray[np.int32]


@dataclass(frozen=True)
class Dataset:
    """All that a model is trained and tested on.

    Attributes:
        packages: The names of the packages.
        words: A `hotrow.Vocabulary`, fitted on the training files.
        train: To fit.
        validation: To choose the epoch, and the strength of the baseline's penalty.
        test: To report.
    """

    packages: tuple[str, ...]
    words: Any
    train: Examples
    validation: Examples
    test: Examples


def build(split: Split, packages: Sequence[str], vocabulary_size: int) -> Dataset:
    """Cuts the files of `split` into snippets, and these into ids.

    Args:
        split: The files.
        packages: The names of their packages.
        vocabulary_size: Most ids.
    """
    # Here, not above: the backend is chosen before `hotrow` loads Keras.
    import hotrow

    words = hotrow.Vocabulary.fit(
        (list(file.words) for file in split.train), max_size=vocabulary_size
    )
    train, train_labels = labeled(split.train, packages)
    trained_on = frozenset(train)
    validation, validation_labels = labeled(split.validation, packages, trained_on)
    test, test_labels = labeled(split.test, packages, trained_on.union(validation))
    return Dataset(
        tuple(packages),
        words,
        _examples(words, train, train_labels),
        _examples(words, validation, validation_labels),
        _examples(words, test, test_labels),
    )


def _examples(
    words: Any, snippets: Sequence[Sequence[str]], labels: Sequence[int]
) -> Examples:
    ids = words.encode([list(snippet) for snippet in snippets], length=LENGTH)
    return Examples(ids, np.array(labels, np.int32))
