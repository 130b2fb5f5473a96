"""A split of files as arrays, ready to train on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hotrow_cli.demo.corpus import Split
from hotrow_cli.demo.snippets import LENGTH, labelled
from hotrow_cli.demo.vocabulary import Words


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
        words: The vocabulary, fitted on the training files.
        train: To fit.
        validation: To choose the epoch, and the strength of the baseline's penalty.
        test: To report.
    """

    packages: tuple[str, ...]
    words: Words
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
    words = Words.fit((file.words for file in split.train), vocabulary_size)
    train, train_labels = labelled(split.train, packages)
    trained_on = frozenset(train)
    validation, validation_labels = labelled(split.validation, packages, trained_on)
    test, test_labels = labelled(split.test, packages, trained_on.union(validation))
    return Dataset(
        tuple(packages),
        words,
        Examples(words.ids(train, LENGTH), np.array(train_labels, np.int32)),
        Examples(words.ids(validation, LENGTH), np.array(validation_labels, np.int32)),
        Examples(words.ids(test, LENGTH), np.array(test_labels, np.int32)),
    )
