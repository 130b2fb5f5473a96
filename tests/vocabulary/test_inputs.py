"""The same tokens give the same ids in whatever they come."""

import keras
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import hotrow

pytestmark = pytest.mark.once

WORDS = ["b", "a", "b", "c", "?"]
IDS = [2, 3, 2, 4, 1]
VOCAB = hotrow.Vocabulary(["b", "a", "c"])


class Capsule:
    """An object that nothing is known of but the PyCapsule interface of Arrow."""

    def __init__(self, array):
        self.array = array

    def __arrow_c_array__(self, requested_schema=None):
        return self.array.__arrow_c_array__(requested_schema)


class Stream:
    def __init__(self, array):
        self.array = array

    def __arrow_c_stream__(self, requested_schema=None):
        return self.array.__arrow_c_stream__(requested_schema)


MAKERS = {
    "list": list,
    "tuple": tuple,
    "numpy": np.array,
    "numpy objects": lambda x: np.array(x, object),
    "numpy bytes": lambda x: np.array(x, "S"),
    "numpy StringDType": lambda x: np.array(x, np.dtypes.StringDType()),
    "pandas": pd.Series,
    "pandas objects": lambda x: pd.Series(x, dtype=object),
    "pandas category": lambda x: pd.Series(x, dtype="category"),
    "pandas filtered": lambda x: pd.Series(["z", *x])[1:],
    "pandas index": pd.Index,
    "pandas frame": lambda x: pd.DataFrame({"word": x}),
    "polars": pl.Series,
    "polars category": lambda x: pl.Series(x, dtype=pl.Categorical),
    "polars frame": lambda x: pl.DataFrame({"word": x}),
    "string": lambda x: pa.array(x, pa.string()),
    "large_string": lambda x: pa.array(x, pa.large_string()),
    "string_view": lambda x: pa.array(x, pa.string_view()),
    "binary": lambda x: pa.array(x, pa.binary()),
    "dictionary": lambda x: pa.array(x).dictionary_encode(),
    "sliced": lambda x: pa.array(["z", *x, "z"])[1:-1],
    "chunked": lambda x: pa.chunked_array([x[:2], [], x[2:]]),
    "table": lambda x: pa.table({"word": x}),
    "capsule": lambda x: Capsule(pa.array(x)),
    "stream": lambda x: Stream(pa.chunked_array([x])),
    "iterator": iter,
    "batches": lambda x: iter([x[:2], np.array(x[2:3]), pa.array(x[3:])]),
    "reader": lambda x: pa.table({"word": x}).to_reader(2),
}


@pytest.mark.parametrize("name", MAKERS)
def test_every_container_gives_the_same(name):
    make = MAKERS[name]
    assert VOCAB.encode(make(WORDS)).tolist() == IDS
    assert hotrow.Vocabulary.fit(make(WORDS)) == hotrow.Vocabulary.fit(WORDS)


@pytest.mark.parametrize(
    "make",
    [list, np.array, pd.Series, pl.Series, pa.array, iter, lambda x: np.array(x, "i2")],
)
def test_integers_too(make):
    vocab = hotrow.Vocabulary([7, 5])
    assert vocab.encode(make([5, 7, 6])).tolist() == [3, 2, 1]


def test_tensors_of_keras_are_arrays():
    vocab = hotrow.Vocabulary([7, 5])
    ids = vocab.encode(keras.ops.convert_to_tensor([[5, 7]]))
    assert ids.tolist() == [[3, 2]]
    assert vocab.decode(keras.ops.convert_to_tensor(ids)).tolist() == [[5, 7]]


@pytest.mark.parametrize("shape", [(), (1,), (5, 1), (1, 5), (5, 0), (2, 3, 4)])
def test_encode_keeps_the_shape(shape):
    words = np.full(shape, "a")
    for values in (words, words.astype(object), words.tolist()):
        ids = VOCAB.encode(values)
        assert ids.shape == shape
        assert (ids == 3).all()


def test_arrays_that_are_not_contiguous():
    words = np.array([["a", "b"], ["c", "?"]])
    assert VOCAB.encode(words.T).tolist() == [[3, 4], [2, 1]]
    assert VOCAB.encode(words[:, ::-1]).tolist() == [[2, 3], [1, 4]]


@pytest.mark.parametrize(
    "make", [pd.Series, pl.Series, pl.DataFrame, pa.array], ids=lambda f: f.__name__
)
def test_missing_values_of_libraries(make):
    assert VOCAB.encode(make(["a", None])).ravel().tolist() == [3, 1]


def test_what_is_no_container_is_an_error():
    with pytest.raises(
        ValueError, match=r"Received: dict. Of a frame, pass one column"
    ):
        VOCAB.encode({"a": 1})
    with pytest.raises(ValueError, match="Received: object"):
        VOCAB.encode(object())
    with pytest.raises(ValueError, match=r"one column. Received: a table with the col"):
        VOCAB.encode(pa.table({"x": ["a"], "y": ["b"]}))
    with pytest.raises(ValueError, match="either tokens or lists of tokens"):
        VOCAB.encode([["a"], "b"])
    with pytest.raises(ValueError, match="Lists within lists must all have one length"):
        VOCAB.encode([[["a"], ["b", "c"]]])
    with pytest.raises(ValueError, match="a missing row"):
        VOCAB.encode(pa.array([["a"], None]))


def test_one_string_is_one_token():
    assert VOCAB.encode("a") == 3
    assert VOCAB.encode("abc") == 1
    assert hotrow.Vocabulary.fit("abc").tokens.to_pylist() == ["abc"]


def test_a_long_iterator_of_tokens_is_taken_in_batches():
    vocab = hotrow.Vocabulary.fit(str(i % 10) for i in range(200_000))
    assert vocab.tokens.to_pylist() == [str(i) for i in range(10)]
