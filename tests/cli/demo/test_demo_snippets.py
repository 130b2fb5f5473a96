import numpy as np
import pytest

from hotrow_cli.demo import dataset
from hotrow_cli.demo.corpus import SourceFile, Split
from hotrow_cli.demo.snippets import LENGTH, cut, labeled

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, []),
        (1, []),
        (2, [(0, 1)]),
        (4, [(0, 1, 2, 3)]),
        (5, [(0, 1, 2, 3)]),
        (6, [(0, 1, 2, 3), (4, 5)]),
        # Of three snippets, the first and the second; of four, every other one.
        (12, [(0, 1, 2, 3), (4, 5, 6, 7)]),
        (16, [(0, 1, 2, 3), (8, 9, 10, 11)]),
    ],
)
def test_cut(count, expected):
    assert cut(range(count), length=4, least=2, most=2) == expected


def file_of(package, start, count):
    words = tuple(f"w{place}" for place in range(start, start + count))
    return SourceFile(package, f"{package}/{start}.py", words)


def test_snippets_carry_the_label_of_their_package():
    files = [file_of("b", 0, LENGTH + 40), file_of("a", 500, LENGTH)]
    snippets, labels = labeled(files, ["a", "b"])
    assert [len(snippet) for snippet in snippets] == [LENGTH, 40, LENGTH]
    assert labels == [1, 1, 0]


def test_the_arrays_of_a_split():
    train = file_of("a", 0, LENGTH + 40)
    repeats_train = file_of("b", 0, LENGTH)
    validation = file_of("b", 1000, LENGTH)
    repeats_validation = SourceFile("a", "a/other.py", validation.words)
    test = file_of("a", 30, 50)
    split = Split((train,), (repeats_train, validation), (repeats_validation, test))
    data = dataset.build(split, ["a", "b"], vocabulary_size=1000)
    # The vocabulary knows the training words alone.
    assert set(data.words.tokens.to_pylist()) == set(train.words)
    assert data.train.ids.shape == (2, LENGTH)
    assert (data.train.ids[1, 40:] == 0).all()
    # A snippet that an earlier part holds already is left out of a later one.
    np.testing.assert_array_equal(data.validation.labels, [1])
    np.testing.assert_array_equal(data.validation.ids, np.ones((1, LENGTH)))
    np.testing.assert_array_equal(data.test.labels, [0])
    expected = data.words.encode(list(test.words))
    np.testing.assert_array_equal(data.test.ids[0, :50], expected)
    np.testing.assert_array_equal(data.test.ids[0, 50:], 0)
