"""What people pass for ids: an answer for each, or an error that tells what to do."""

import array
import collections
import datetime
import decimal
import fractions
import re

import keras
import numpy as np
import pandas as pd
import pytest
from helpers import to_numpy
from keras import ops

import hotrow

COLUMN = pd.Series(["Oslo", None, "Rome"], dtype="category")


@pytest.fixture(scope="module")
def layer():
    return hotrow.Embedding(10, 1, weights=np.arange(10.0)[:, None], name="words")


@pytest.fixture(scope="module")
def lenient():
    return hotrow.Embedding(
        10, 1, weights=np.arange(10.0)[:, None] + 1, out_of_range="zero"
    )


ANSWERS = {
    "list": ([1, 2], [1, 2]),
    "tuple": ((1, 2), [1, 2]),
    "range": (range(3), [0, 1, 2]),
    "array.array": (array.array("i", [1, 2]), [1, 2]),
    "deque": (collections.deque([1, 2]), [1, 2]),
    "memoryview": (memoryview(b"\1\2"), [1, 2]),
    "list of NumPy numbers": ([np.int8(1), np.float32(2)], [1, 2]),
    "Series": (pd.Series([1, 2]), [1, 2]),
    "Index": (pd.Index([1, 2]), [1, 2]),
    "DataFrame": (pd.DataFrame({"a": [1], "b": [2]}), [[1, 2]]),
    "nullable integers": (pd.Series([1, 2], dtype="Int64"), [1, 2]),
    "categories that are integers": (pd.Categorical([3, 4]), [3, 4]),
    "codes": (COLUMN.cat.codes + 1, [1, 0, 2]),
    "codes, one by one": (list(pd.factorize(pd.Series(["x", "y", "x"]))[0]), [0, 1, 0]),
    "objects": (np.array([1, np.int64(2), 3.0, True], object), [1, 2, 3, 1]),
    "decimals": ([decimal.Decimal(3), decimal.Decimal("4.0")], [3, 4]),
    "a fraction": (fractions.Fraction(4, 2), 2),
    "a masked array, all there": (np.ma.masked_array([1, 2]), [1, 2]),
    "big-endian integers": (np.array([1, 9], ">i4"), [1, 9]),
    "big-endian floats": (np.array([1, 9], ">f8"), [1, 9]),
    "every other one": (np.arange(10)[::-2], [9, 7, 5, 3, 1]),
    "nothing": ([], []),
    "no objects": (np.array([], object), []),
}


@pytest.mark.parametrize(("given", "rows"), ANSWERS.values(), ids=ANSWERS.keys())
def test_these_are_ids(layer, given, rows):
    np.testing.assert_array_equal(to_numpy(layer(given))[..., 0], rows)


MISSING = {
    "None": [1, None],
    "NaN": [1, float("nan")],
    "a float column": pd.Series([1, None]),
    "a nullable column": pd.Series([1, None], dtype="Int64"),
    "NA": np.array([1, pd.NA], object),
    "NaT": np.array([1, pd.NaT], object),
    "a masked array": np.ma.masked_array([1, 2], mask=[False, True]),
}


@pytest.mark.parametrize("given", MISSING.values(), ids=MISSING.keys())
def test_missing_values_are_bad_ids(layer, lenient, given):
    np.testing.assert_array_equal(to_numpy(lenient(given))[..., 0], [2, 0])
    message = r"'words' received an id that is (missing: (None|<NA>|NaT)|not a whole "
    message += r"number: nan)\. .*make them -1 and add 1 to all ids, with input_dim=11 "
    with pytest.raises(ValueError, match=message + "and mask_zero=True"):
        layer(given)


TEXT = r"a vocabulary of the training data.*hotrow\.Vocabulary\.fit\(training_values\)"
DATES = r"a part of the dates.*`dates\.dt\.month - 1`.*hotrow\.Vocabulary\.fit\(dates"
NOTHING = r"Pass a NumPy array, a list of integers or a tensor\."
REFUSED = {
    "text": (["a", "b"], rf"dtype <U1, such as 'a'\. Make {TEXT}"),
    "one string": ("a", rf"such as 'a'\. Make {TEXT}"),
    "bytes": (b"a", rf"such as b'a'\. Make {TEXT}"),
    "list of bytes": ([b"a"], rf"such as b'a'\. Make {TEXT}"),
    "digits": (["12"], rf"such as '12'\. If they are numbers, pass .*int64.*{TEXT}"),
    "objects": (np.array([1, "b"], object), rf"such as 'b'\. Make {TEXT}"),
    "Series": (pd.Series(["a", "b"]), rf"such as 'a'\. Make {TEXT}"),
    "Categorical": (pd.Categorical(["a", "b"]), rf"such as 'a'\. Make {TEXT}"),
    "mixed frame": (
        pd.DataFrame({"a": [1], "b": ["x"]}),
        rf"such as 'x'\. Make {TEXT}",
    ),
    "StringDType": (np.array(["a"], np.dtypes.StringDType()), rf"Make {TEXT}"),
    "no text": (np.array([], str), rf"dtype <U1\. Make {TEXT}"),
    "dates": (np.array(["2020-01-31"], "M8[D]"), rf"such as '2020-01-31'\. .*{DATES}"),
    "a date": (datetime.date(2020, 1, 31), DATES),
    "a column of dates": (pd.Series([pd.Timestamp(2020, 1, 31)]), DATES),
    "time spans": (np.array([5], "m8[s]"), DATES),
    "complex": ([1j], r"dtype complex128, such as 1j\. If they are integers"),
    "a dict": ({"a": 1}, rf"a value of type dict\. {NOTHING}"),
    "a set": ({1, 2}, rf"a value of type set\. {NOTHING}"),
    "a generator": ((i for i in [1]), rf"a value of type generator\. {NOTHING}"),
    "a function": (len, NOTHING),
    "None": (None, rf"Received: None\. {NOTHING}"),
    "rows of several lengths": (
        [[1, 2], [3]],
        r"rows of one length.*keras\.utils\.pad_sequences",
    ),
    "rows, and none": ([[1, 2], None], r"rows of one length"),
}


@pytest.mark.parametrize(("given", "text"), REFUSED.values(), ids=REFUSED.keys())
def test_these_are_no_ids(layer, lenient, given, text):
    with pytest.raises(ValueError, match=rf"'words' takes .*{text}"):
        layer(given)
    # A policy is about ids, and these are none.
    if not hasattr(given, "send"):
        with pytest.raises(ValueError, match=text):
            lenient(given)


def test_tensors_of_text(layer):
    with pytest.raises(ValueError, match=f"'words' takes .*dtype string.*{TEXT}"):
        layer(keras.KerasTensor((2,), dtype="string"))


def test_minus_one_is_said_to_mean_missing(layer):
    for given in (COLUMN.cat.codes, pd.factorize(COLUMN)[0], [-1], -1.0):
        with pytest.raises(ValueError, match="out of range: -1") as caught:
            layer(given)
        assert (
            "pandas writes -1 for a missing value (`cat.codes`, `factorize`): to treat "
            "it as padding, add 1 to all ids, with input_dim=11 and mask_zero=True; or "
            'pass out_of_range="zero"'
        ) in str(caught.value)


def test_the_advice_about_minus_one_works():
    layer = hotrow.Embedding(3, 2, mask_zero=True)
    ids = COLUMN.cat.codes + 1
    layer(ids)
    np.testing.assert_array_equal(
        to_numpy(layer.compute_mask(ids)), [True, False, True]
    )


def test_a_cast_to_int8_is_named():
    """`LabelEncoder().fit_transform(cities).astype("int8")` with 1801 cities."""
    layer = hotrow.Embedding(1801, 2)
    with pytest.raises(ValueError, match=r"above 127 turn negative.*cast to int8"):
        layer(np.arange(1801).astype("int8"))
    with pytest.raises(ValueError, match="out of range: -96") as caught:
        hotrow.Embedding(100, 2)(np.array([-96], "int8"))
    assert "int8" not in str(caught.value)


def test_an_error_shows_what_was_received(layer):
    for given, text in (
        (2.7, "not a whole number: 2.7"),
        (np.float32(2.7), "not a whole number: 2.7"),
        (2.0000000001, "not a whole number: 2.0000000001"),
        (123456789.123456, "not a whole number: 123456789.123456"),
        (-2, "out of range: -2"),
        (2**70, "out of range: 1180591620717411303424"),
        ([1, 2**64 - 1], "out of range: 18446744073709551615"),
        (decimal.Decimal("3.5"), "not a whole number: 3.5"),
    ):
        with pytest.raises(ValueError, match=re.escape(f"{text}. Ids")):
            layer(given)


def test_a_list_of_tensors_is_one_array(layer):
    tensors = [ops.convert_to_tensor([1, 2]), ops.convert_to_tensor([3, 4])]
    np.testing.assert_array_equal(to_numpy(layer(tensors))[..., 0], [[1, 2], [3, 4]])
    np.testing.assert_array_equal(to_numpy(layer([tensors[0][1], 5]))[..., 0], [2, 5])


def test_a_list_of_tensors_without_values_is_refused(layer):
    with pytest.raises(ValueError, match=r"takes one tensor.*keras\.ops\.stack\(ids\)"):
        layer([keras.Input((2,)), keras.Input((2,))])


def test_an_eager_mask_of_ids_that_a_backend_would_cut():
    layer = hotrow.OneHot(10, mask_zero=True, out_of_range="zero")
    ids = np.array([0, 2**32, 1, -(2**32)])
    np.testing.assert_array_equal(
        to_numpy(layer.compute_mask(ids)), [False, True, True, True]
    )
