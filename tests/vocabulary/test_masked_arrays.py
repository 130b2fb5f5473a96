"""What a mask hides is missing: never a token, never an id."""

import enum
import uuid

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


def tokens(values):
    return hotrow.Vocabulary.fit(values).tokens.to_pylist()


VALUES = {
    "strings": ["b", "a", "c"],
    "bytes": [b"b", b"a", b"c"],
    "int8": np.array([7, 5, 3], "int8"),
    "uint64": np.array([7, 5, 2**63 - 1], "uint64"),
    "bool": [True, False, True],
    "float16": np.array([7, 5, 3], "float16"),
    "float64": [7.0, 5.0, 1.5],
    "longdouble": np.array([7, 5, 3], "longdouble"),
    "objects": np.array(["b", "a", object()], object),
    "mixed": np.array(["b", "a", 3], object),
    "StringDType": np.array(["b", "a", "c"], np.dtypes.StringDType()),
}


@pytest.mark.parametrize("name", VALUES)
def test_what_a_mask_hides_is_missing(name):
    array = np.ma.masked_array(VALUES[name], mask=[0, 0, 1])
    plain = np.asarray(VALUES[name])[:2]
    vocab = hotrow.Vocabulary.fit(array)
    assert vocab == hotrow.Vocabulary.fit(plain)
    assert vocab.encode(array).tolist() == [*vocab.encode(plain), vocab.oov_id]
    counts = hotrow.count(array)
    assert counts.equals(hotrow.count(plain))
    strict = hotrow.Vocabulary.fit(plain, reserve_oov=False)
    with pytest.raises(ValueError, match=r"missing value .* the first at position 2"):
        strict.encode(array)


def test_every_form_of_a_mask():
    array = np.ma.masked_array([["a", "b"], ["c", "d"]], mask=[[0, 1], [1, 0]])
    vocab = hotrow.Vocabulary(["a", "b", "c", "d"])
    assert vocab.encode(array).tolist() == [[2, 1], [1, 5]]
    assert vocab.encode(array.T).tolist() == [[2, 1], [1, 5]]
    assert vocab.encode(array[0, 1]) == 1
    assert vocab.encode(["a", np.ma.masked]).tolist() == [2, 1]
    assert vocab.encode(list(array)).tolist() == [[2, 1], [1, 5]]
    assert vocab.encode(np.ma.masked_array(["a"])).tolist() == [2]
    assert np.ma.masked not in vocab
    assert tokens(iter([array[0], array[1]])) == ["a", "d"]
    rows = np.ma.masked_array(np.array([["a"], None], object), mask=[0, 1])
    with pytest.raises(ValueError, match="Put an empty list where a row is missing"):
        vocab.encode(rows)
    with pytest.raises(ValueError, match="A missing value cannot be a token"):
        hotrow.Vocabulary(np.ma.masked_array(["a", "b"], mask=[0, 1]))


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=1))
def test_a_mask_is_as_none(pairs):
    numbers, mask = zip(*pairs, strict=True)
    objects = [None if gone else n for n, gone in pairs]
    for dtype in ("int64", "float32", "object", "str"):
        array = np.ma.masked_array(np.array(numbers).astype(dtype), mask=mask)
        told = [str(n) if dtype == "str" and n is not None else n for n in objects]
        vocab = hotrow.Vocabulary.fit(array)
        assert vocab == hotrow.Vocabulary.fit(told)
        assert vocab.encode(array).tolist() == vocab.encode(told).tolist()


def test_masked_ids_have_no_token():
    vocab = hotrow.Vocabulary(["a", "b"])
    ids = np.ma.masked_array([[2, 99], [3, -1]], mask=[[0, 1], [0, 1]])
    assert vocab.decode(ids).tolist() == [["a", None], ["b", None]]
    with pytest.raises(ValueError, match="An id is out of range: 99"):
        vocab.decode(np.ma.masked_array([2, 99], mask=[1, 0]))
    with pytest.raises(ValueError, match="An id is out of range: 18446744073709551615"):
        vocab.decode(np.array([2**64 - 1], "uint64"))
    with pytest.raises(ValueError, match="Rows of ids must have one length"):
        vocab.decode([[2], [2, 3]])


def test_missing_entries_of_a_struct_are_missing():
    field = pa.array(["a", "b"])
    struct = pa.StructArray.from_arrays([field], ["x"], mask=pa.array([False, True]))
    assert tokens(struct) == ["a"]


def test_what_only_looks_like_tokens_is_an_error():
    with pytest.raises(ValueError, match=r"Received: 1j .* at position 0"):
        tokens(pl.Series([1j], dtype=pl.Object))
    with pytest.raises(ValueError, match=r"extension type 'pandas.period'"):
        tokens(pd.Series(pd.period_range("2020", periods=2)))
    with pytest.raises(ValueError, match=r"extension type 'arrow.uuid'"):
        tokens(pa.array([uuid.UUID(int=1).bytes], pa.uuid()))
    assert tokens(pl.Series(["b", None, "b"], dtype=pl.Object)) == ["b"]
    assert tokens(pa.array([1, None], pa.bool8())) == [1]


def test_an_enum_that_is_a_string_is_its_value():
    class Kind(str, enum.Enum):  # noqa: UP042, `StrEnum` has another `str`.
        A = "a"

    assert tokens([b"b", Kind.A]) == ["a", "b"]
    assert tokens([Kind.A, b"b"]) == ["a", "b"]
    assert Kind.A in hotrow.Vocabulary(["a"])


def test_in_takes_one_token():
    vocab = hotrow.Vocabulary(["a", "b"])
    assert "a" in vocab
    assert "c" not in vocab
    with pytest.raises(ValueError, match=r"`in` takes one token. Received: a list"):
        ["a", "zz"] in vocab  # noqa: B015, the point is the error.


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({"a": 2**64}, r"a count of 2\*\*63 or more"),
        ({"a": np.ma.masked}, "Received: masked"),
        (pa.table({"token": ["a"], "count": pa.array([2**63], "u8")}), r"2\*\*63 or m"),
        (pd.Series(["a"]).value_counts(), "an object of type Series, which is no"),
        (
            pa.table([["a"], ["b"], [1]], ["token", "token", "count"]),
            "with the columns",
        ),
    ],
)
def test_counts_that_are_none_are_refused_by_name(counts, message):
    with pytest.raises(ValueError, match=f"Counts are a table .*{message}"):
        hotrow.Vocabulary.from_counts(counts)


def test_a_raw_model_takes_what_is_hidden_for_missing():
    vocab = hotrow.Vocabulary(["a", "b"])
    word, number = (
        keras.Input((), name="word", dtype="int32"),
        keras.Input((1,), name="number"),
    )
    vector = hotrow.Embedding(len(vocab), 2)(word)
    model = keras.Model([word, number], [vector, number])
    raw = hotrow.RawModel(model, {"word": hotrow.Lookup(vocab)})
    words = np.ma.masked_array(["a", "b"], mask=[0, 1])
    numbers = np.ma.masked_array([1, 2], mask=[1, 0])
    encoded = raw.encode({"word": words, "number": numbers})
    assert encoded[0].tolist() == [2, 1]
    np.testing.assert_array_equal(encoded[1], [[np.nan], [2]])


def test_a_layer_takes_what_is_hidden_for_a_bad_id():
    layer = hotrow.Embedding(4, 2, out_of_range="zero", weights=np.ones((4, 2)))
    ids = np.ma.masked_array([1, 2], mask=[0, 1])
    rows = keras.ops.convert_to_numpy(layer(ids))
    np.testing.assert_array_equal(rows, [[1, 1], [0, 0]])
