"""Rows of tokens become matrices as `keras.utils.pad_sequences` makes them."""

from itertools import pairwise

import keras
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hotrow

pytestmark = pytest.mark.once

VOCAB = hotrow.Vocabulary(list("abcdefgh"))
ROWS = st.lists(st.lists(st.sampled_from("abcdefgh?"), max_size=9), max_size=6)
SIDES = st.sampled_from(["pre", "post"])


def plain(rows):
    return [[VOCAB.encode(token).item() for token in row] for row in rows]


@given(ROWS, st.integers(1, 10), SIDES, SIDES)
def test_padding_and_truncation_are_those_of_keras(rows, length, padding, truncating):
    ids = VOCAB.encode(rows, length=length, padding=padding, truncating=truncating)
    expected = keras.utils.pad_sequences(
        plain(rows), length, padding=padding, truncating=truncating
    )
    np.testing.assert_array_equal(ids, expected.reshape(len(rows), length))
    assert ids.dtype == np.int32


def test_by_default_both_sides_are_post():
    ids = VOCAB.encode([["a"], ["b", "c", "d"]], length=2)
    assert ids.tolist() == [[2, 0], [3, 4]]


@given(ROWS)
def test_ragged(rows):
    values, offsets = VOCAB.encode(rows, ragged=True)
    again = [values[a:b].tolist() for a, b in pairwise(offsets)]
    assert again == plain(rows)


@pytest.mark.parametrize(
    "make", [list, pa.array, pd.Series, pl.Series, lambda x: np.array(x, object)]
)
def test_rows_in_every_container(make):
    rows = [["a", "b"], [], ["c"]]
    assert VOCAB.encode(make(rows), length=2).tolist() == [[2, 3], [0, 0], [4, 0]]
    assert VOCAB.encode(make(rows), ragged=True)[1].tolist() == [0, 2, 2, 3]
    fitted = hotrow.Vocabulary.fit(make(rows))
    assert fitted.tokens.to_pylist() == ["a", "b", "c"]


def test_batches_of_rows():
    batches = iter([[["a"]], [["b", "c"], []]])
    assert VOCAB.encode(batches, length=2).tolist() == [[2, 0], [3, 4], [0, 0]]


def test_an_arrow_matrix():
    rows = pa.array([["a", "b"], ["c", "d"]], pa.list_(pa.string(), 2))
    assert VOCAB.encode(rows).tolist() == [[2, 3], [4, 5]]
    assert VOCAB.encode(rows[1:]).tolist() == [[4, 5]]
    assert VOCAB.encode(rows.cast(pa.list_(pa.string()))[1:], length=1).tolist() == [
        [4]
    ]


def test_errors():
    rows = [["a"], ["a", "b"]]
    with pytest.raises(ValueError, match=r"2 rows of 1 to 2 tokens. Pass `length`"):
        VOCAB.encode(rows)
    with pytest.raises(ValueError, match="Received: length=2 and ragged=True"):
        VOCAB.encode(rows, length=2, ragged=True)
    with pytest.raises(ValueError, match="`length` must be a positive integer"):
        VOCAB.encode(rows, length=0)
    with pytest.raises(ValueError, match='`truncating` must be "pre" or "post"'):
        VOCAB.encode(rows, length=2, truncating="left")
    with pytest.raises(ValueError, match="is for rows of tokens"):
        VOCAB.encode(["a"], length=2)
    with pytest.raises(ValueError, match="one batch of rows"):
        VOCAB.encode(iter([rows]), ragged=True)
    bare = hotrow.Vocabulary(["a"], reserve_padding=False)
    with pytest.raises(ValueError, match="without an id of padding cannot fill rows"):
        bare.encode(rows, length=2)
    assert bare.encode(rows, ragged=True)[0].tolist() == [1, 1, 0]
