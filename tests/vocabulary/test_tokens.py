"""Each kind of object has one behaviour, in a list, in NumPy and in Arrow alike."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import hotrow

pytestmark = pytest.mark.once

MISSING = [None, float("nan"), np.nan, np.float32("nan"), pd.NA, pd.NaT]
MISSING += [np.datetime64("NaT"), np.timedelta64("NaT")]


def tokens(values):
    return hotrow.Vocabulary.fit(values).tokens.to_pylist()


@pytest.mark.parametrize("missing", MISSING, ids=repr)
def test_missing_values_are_unknown_and_never_tokens(missing):
    assert tokens(["a", missing]) == ["a"]
    assert tokens([3, missing]) == [3]
    vocab = hotrow.Vocabulary(["a", "nan", "None", ""])
    assert vocab.encode(["a", missing]).tolist() == [2, 1]
    assert vocab.encode(np.array(["a", missing], object)).tolist() == [2, 1]
    assert vocab.encode(missing) == 1


def test_bytes_are_text_in_utf8():
    assert tokens([b"a", "a", "\u00e9".encode()]) == ["a", "\u00e9"]
    assert tokens(np.array([b"a", b"bc"])) == ["a", "bc"]
    for kind in (pa.binary(), pa.large_binary(), pa.binary_view()):
        assert tokens(pa.array([b"a", None], kind)) == ["a"]
    for values in (
        [b"a", b"\xff"],
        np.array([b"a", b"\xff"]),
        pa.array([b"a", b"\xff"]),
    ):
        with pytest.raises(
            ValueError, match=r"UTF-8. Received: b'\\xff' at position 1"
        ):
            tokens(values)


def test_bools_are_zero_and_one():
    assert tokens([True, False, True]) == [1, 0]
    assert tokens([np.True_, 1]) == [1]
    assert tokens(np.array([True, False])) == [0, 1]
    assert tokens(pa.array([True, None])) == [1]
    assert tokens([True, 1, 1.0]) == [1]


def test_whole_floats_are_integers():
    assert tokens([1.0, 2, np.float32(2)]) == [2, 1]
    assert tokens([-0.0, 0.0]) == [0]
    assert tokens(np.array([1.0, np.nan, 3.0])) == [1, 3]
    assert tokens(np.array([1.0, 3.0], np.float16)) == [1, 3]
    assert tokens(np.array([1.0, 3.0], np.longdouble)) == [1, 3]
    assert tokens(pa.array([1.0, None])) == [1]
    assert tokens(pd.Series([1, None])) == [1]


@pytest.mark.parametrize(
    "value", [1.5, float("inf"), -float("inf"), 2.0**53 + 2, 1e300]
)
def test_other_floats_are_errors(value):
    for values in ([value], [1.0, value], np.array([value]), pa.array([value])):
        with pytest.raises(
            ValueError, match="A float counts as an integer token if it"
        ):
            tokens(values)


def test_floats_of_few_bits_end_earlier():
    assert tokens(np.array([2**24], np.float32)) == [2**24]
    for values in (np.array([2**25], np.float32), [np.float32(2**25)]):
        with pytest.raises(ValueError, match=r"beyond 2\*\*24, where such floats miss"):
            tokens(values)
    assert tokens(np.array([2**53], np.float64)) == [2**53]


def test_integers_of_every_size():
    for dtype in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "uint64"):
        top = min(np.iinfo(dtype).max, 2**63 - 1)
        assert tokens(np.array([0, top], dtype)) == [0, top]
    for values in ([2**63], [-(2**63) - 1], np.array([2**63], np.uint64)):
        with pytest.raises(ValueError, match=r"must be from -2\*\*63 to 2\*\*63 - 1"):
            tokens(values)


@pytest.mark.parametrize(
    "values",
    [["a", 1], [1, "a"], [None, "a", 1.0], [b"a", True], np.array(["a", 1], "O")],
)
def test_mixed_columns_are_errors(values):
    with pytest.raises(
        ValueError, match="Tokens are strings or integers, and all of a"
    ):
        tokens(values)


def test_batches_of_two_kinds_are_an_error():
    with pytest.raises(ValueError, match="earlier tokens were"):
        tokens(iter([["a"], [1]]))


@pytest.mark.parametrize("bad", ["a\ud800", "\udfff"])
def test_a_lone_surrogate_is_an_error(bad):
    for values in (["x", bad], np.array(["x", bad], object), np.array(["x", bad])):
        with pytest.raises(
            ValueError, match="position 1, which holds half of a surrog"
        ):
            tokens(values)


@pytest.mark.parametrize(
    "values",
    [
        [{}],
        [1j],
        [datetime.date(2020, 1, 1)],
        [object()],
        np.array(["2020"], "datetime64[D]"),
        np.array([1j]),
        pa.array([datetime.date(2020, 1, 1)]),
    ],
    # Not `repr`: addresses differ between the processes that run the tests.
    ids=lambda values: f"{type(values).__name__} of {type(values[0]).__name__}",
)
def test_all_else_is_an_error(values):
    with pytest.raises(ValueError, match="Tokens are strings or integers"):
        tokens(values)


def test_subclasses_of_str_are_strings():
    class Name(str):
        pass

    assert tokens([Name("a"), np.str_("a"), "a"]) == ["a"]
