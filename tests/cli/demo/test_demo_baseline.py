import sys

import numpy as np
import pytest

import hotrow
from hotrow_cli.demo import baseline
from hotrow_cli.demo.dataset import Dataset, Examples

pytestmark = pytest.mark.once


@pytest.fixture
def separable():
    random = np.random.default_rng(0)

    def part(count):
        labels = random.integers(0, 2, count).astype("int32")
        # Ids 2 and 3 for package 0, 4 and 5 for package 1; then padding.
        ids = random.integers(2, 4, (count, 8)) + 2 * labels[:, None]
        ids[:, 6:] = 0
        return Examples(ids.astype("int32"), labels)

    words = hotrow.Vocabulary(["a", "b", "c", "d"])
    return Dataset(("p", "q"), words, part(60), part(20), part(20))


def test_accuracy():
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], "float32")
    labels = np.array([0, 1, 1], "int32")
    assert baseline.accuracy(probabilities, labels) == pytest.approx(2 / 3)


def test_majority():
    assert baseline.majority_accuracy(np.array([2, 0, 2, 2, 1], "int32")) == 0.6


def test_the_bag_of_words_learns_what_is_separable(separable):
    assert baseline.bag_of_words_accuracy(separable) == 1


def test_padding_is_no_word():
    counts = baseline._counts(np.array([[2, 2, 0], [1, 0, 0]], "int32"), 3)
    np.testing.assert_array_equal(counts, [[0, 0, 2], [0, 1, 0]])


def test_without_scikit_learn_there_is_no_score(separable, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    assert baseline.bag_of_words_accuracy(separable) is None
