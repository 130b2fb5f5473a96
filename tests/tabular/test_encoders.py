"""Encoders read text and native types the same, and say what they do with the rest."""

import datetime
import os
import subprocess
import sys

import keras
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hotrow
from hotrow.tabular.encoders import (
    Dates,
    Numbers,
    SplitLookup,
    TargetEncoder,
    TextLookup,
    ValueLookup,
)
from hotrow.tabular.errors import TableError
from hotrow.tabular.values.dates.date_format import DateFormat
from hotrow.tabular.values.missing import ALWAYS, USUAL
from hotrow.tabular.values.values import read_distinct

pytestmark = pytest.mark.once

MAKERS = [list, lambda x: np.array(x, object), pd.Series, pl.Series, pa.array]
each_maker = pytest.mark.parametrize("make", MAKERS, ids=range(len(MAKERS)))


def again(layer):
    """Returns the layer that its config makes, with its vocabulary if it has one."""
    copy = type(layer).from_config(layer.get_config())
    if isinstance(layer, hotrow.Lookup):
        copy._vocabulary = layer.vocabulary
    return copy


@each_maker
def test_values(make):
    layer = again(ValueLookup(hotrow.Vocabulary(["b", "", "a"])))
    ids = layer.encode(make([" a", "b ", "?", None, "c", "NA"]))
    assert ids.dtype == np.int32
    assert ids.tolist() == [4, 2, 3, 3, 1, 3]
    assert keras.ops.convert_to_numpy(layer(make(["a"]))).tolist() == [4]


def test_missing_values_that_were_never_seen_are_unknown():
    assert ValueLookup(hotrow.Vocabulary(["a"])).encode([None, "b", "a"]).tolist() == [
        1,
        1,
        2,
    ]


@pytest.mark.parametrize(
    "values",
    [
        [7, 8, None],
        [7.0, 8.0, float("nan")],
        ["7", " 8 ", ""],
        ["7.0", "8.00", "nan"],
        np.array([7.0, 8.0, np.nan]),
        pd.Series([7, 8, None], dtype="Int64"),
        pa.array([7, 8, None], pa.uint8()),
        pa.array(["7", "8", None]).dictionary_encode(),
        [b"7", b"8", None],
    ],
    ids=range(9),
)
def test_codes_of_any_type(values):
    layer = ValueLookup(hotrow.Vocabulary(["7", "8"]))
    assert layer.encode(values).tolist() == [2, 3, 1]
    np.testing.assert_array_equal(Numbers().encode(values), [7, 8, np.nan])


@each_maker
def test_booleans(make):
    layer = ValueLookup(hotrow.Vocabulary(["True", "False"]))
    for values in ([True, False, None], ["true", "FALSE", None]):
        assert layer.encode(make(values)).tolist() == [2, 3, 1]
        np.testing.assert_array_equal(Numbers().encode(make(values)), [1, 0, np.nan])


@each_maker
def test_parts(make):
    layer = SplitLookup(hotrow.Vocabulary(["a", "b"]), length=3, separator="|")
    ids = again(layer).encode(make(["a|b", " b | a ", None, "", "c|a|b|a", "||b"]))
    assert ids.dtype == np.int32
    assert ids.tolist() == [
        [2, 3, 0],
        [3, 2, 0],
        [0, 0, 0],
        [0, 0, 0],
        [1, 2, 3],
        [3, 0, 0],
    ]


def test_parts_in_lists():
    layer = again(SplitLookup(hotrow.Vocabulary(["1", "2"]), length=2))
    rows = [[1, 2], None, [], [2, None, 1], [3]]
    expected = [[2, 3], [0, 0], [0, 0], [3, 2], [1, 0]]
    assert layer.encode(rows).tolist() == expected
    assert layer.encode(pa.array(rows)[1:]).tolist() == expected[1:]
    assert layer.encode(pd.Series(rows)).tolist() == expected
    fixed = pa.array([[1, 2], None], pa.list_(pa.int8(), 2))
    assert layer.encode(fixed).tolist() == expected[:2]


@each_maker
def test_texts(make):
    layer = TextLookup(hotrow.Vocabulary(["good", "über", "3"]), length=4)
    ids = again(layer).encode(make(["Good... GOOD,good", None, "ÜBER 3x", "3", "!?"]))
    assert ids.dtype == np.int32
    assert ids.tolist() == [
        [2, 2, 2, 0],
        [0, 0, 0, 0],
        [3, 1, 0, 0],
        [4, 0, 0, 0],
        [0, 0, 0, 0],
    ]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        # What is no letter in the Unicode of this Python may be one in a later one.
        st.none() | st.text(st.characters(exclude_categories=["Cn", "Cs"])),
        max_size=8,
    )
)
def test_words_are_those_of_python(texts):
    import unicodedata

    def is_word(letter):
        return unicodedata.category(letter)[0] in "LNM"

    def words(text):
        text = "".join(x if is_word(x) else " " for x in text)
        return text.split(" ")

    known = {}
    for text in texts:
        text = unicodedata.normalize("NFC", text or "")
        lower = pa.compute.utf8_lower(pa.array([text]))[0].as_py()
        for word in words(lower):
            if word:
                known.setdefault(word, len(known) + 2)
    layer = TextLookup(hotrow.Vocabulary(list(known)), length=60)
    ids = layer.encode(texts)
    for row, text in zip(ids, texts, strict=True):
        text = unicodedata.normalize("NFC", text or "")
        lower = pa.compute.utf8_lower(pa.array([text]))[0].as_py().strip()
        words_ = pa.array([text.strip()], pa.large_string())
        missing = text.strip() in ALWAYS or USUAL.are_words(words_)[0]
        expected = [] if missing else [known[w] for w in words(lower) if w]
        assert row[row > 0].tolist() == expected


@each_maker
def test_numbers(make):
    values = make(["1.5", "-2e3", " +7 ", "many", None, "1e999", "inf", "0x1", ".5"])
    found = again(Numbers(1.0, 2.0, [1, 2, 3])).encode(values)
    assert found.dtype == np.float32
    nan = np.nan
    np.testing.assert_array_equal(found, [1.5, -2000, 7, nan, nan, nan, nan, nan, 0.5])


def test_numbers_that_a_float32_could_not_tell_apart():
    layer = again(Numbers(center=1.7e9))
    assert layer.encode([1.7e9 + 1, "1700000002"]).tolist() == [1, 2]
    layer = again(Numbers(center=2**63, scale=2.0))
    assert layer.encode([2**63 + 2, f"{2**63 - 4}"]).tolist() == [1, -2]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.none() | st.floats(width=64, allow_infinity=False), max_size=20)
    | st.lists(st.none() | st.integers(-(2**60), 2**60), max_size=20)
)
def test_numbers_in_text_are_those_of_native_types(numbers):
    texts = [None if x is None or x != x else str(x) for x in numbers]
    native, text = Numbers().encode(numbers), Numbers().encode(texts)
    np.testing.assert_array_equal(native, text)
    expected = [np.nan if x is None else float(x) for x in numbers]
    largest = np.finfo(np.float32).max
    expected = np.clip(np.array(expected, np.float64), -largest, largest)
    expected = expected.astype(np.float32)
    np.testing.assert_array_equal(native, expected)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.none() | st.dates(datetime.date(1800, 1, 1), datetime.date(2200, 1, 1)),
        max_size=20,
    ),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%B %d, %Y", "%Y/%m/%d"]),
)
def test_dates_in_text_are_those_of_native_types(days, form):
    texts = [None if day is None else day.strftime(form) for day in days]
    layer = Dates(DateFormat("dmy").to_json())
    np.testing.assert_array_equal(layer.encode(days), layer.encode(texts))


@each_maker
def test_dates(make):
    layer = again(Dates(time=True))
    moments = [datetime.datetime(2021, 7, 1, 6), None]
    found = layer.encode(make(moments))
    assert found.shape == (2, 7)
    day = datetime.datetime(2021, 7, 1).timetuple().tm_yday - 1 + 0.25
    turns = [day / 365, (3 + 0.25) / 7, 0.25]  # That day was a Thursday.
    expected = [2021 + turns[0]]
    for turn in turns:
        expected += [np.sin(2 * np.pi * turn), np.cos(2 * np.pi * turn)]
    np.testing.assert_allclose(found[0], expected, atol=1e-4)
    assert np.isnan(found[1]).all()


def test_moments_with_zones():
    zoned = pa.array([datetime.datetime(2020, 1, 1)], pa.timestamp("ns", "Europe/Oslo"))
    texts = ["2020-01-01T01:00:00+01:00"]
    layer = Dates(time=True)
    np.testing.assert_array_equal(layer.encode(zoned), layer.encode(texts))
    np.testing.assert_array_equal(
        layer.encode(texts), layer.encode(["Jan 1, 2020 12:00 AM"])
    )


@pytest.mark.parametrize(
    "text",
    ["2020-13-01", "2020-02-30", "2019-02-29", "0000-01-01", "1/2", "12:00", "x"],
)
def test_what_is_no_date(text):
    assert np.isnan(Dates().encode([text])).all()


def test_targets():
    encoder = again(TargetEncoder("binary", [0, 1]))
    assert encoder.encode(["1", 0.0, None, "0.0"]).tolist() == [1, 0, -1, 0]
    assert encoder.decode([0.2, 0.5]).tolist() == [0, 1]
    assert encoder.decode([[0.2], [0.7]]).tolist() == [0, 1]
    assert encoder.decode([[0.2, 0.8], [0.7, 0.3]]).tolist() == [1, 0]
    assert encoder.decode(np.array([1, -1])).tolist() == [1, None]
    encoder = again(TargetEncoder("multiclass", ["x", "y", "z"]))
    assert encoder.decode(np.eye(3)[[2, 0]]).tolist() == ["z", "x"]
    with pytest.raises(TableError, match=r"not one of the 3 classes: 'w'.*number 2"):
        encoder.encode(["x", "w"])
    encoder = again(TargetEncoder("regression", mean=2.0, std=3.0))
    assert (encoder.mean, encoder.std) == (2.0, 3.0)
    np.testing.assert_array_equal(encoder.encode(["1.5", None]), [1.5, np.nan])
    assert encoder.decode([[1.5], [2.5]]).tolist() == [1.5, 2.5]
    with pytest.raises(TableError, match="not a number: 'w'"):
        encoder.encode(["w"])


def test_no_rows():
    assert ValueLookup(hotrow.Vocabulary(["a"])).encode([]).shape == (0,)
    assert Numbers().encode([]).shape == (0,)
    assert Dates().encode([]).shape == (0, 5)
    assert TextLookup(hotrow.Vocabulary(["a"]), length=3).encode([]).shape == (0, 3)
    layer = SplitLookup(hotrow.Vocabulary(["a"]), length=3, separator="|")
    assert layer.encode([]).shape == (0, 3)


@pytest.mark.parametrize(
    "values",
    ["text", 7, np.zeros((2, 2)), pa.array([{"a": 1}]), [{"a": 1}]],
    ids=range(5),
)
def test_what_is_no_column(values):
    with pytest.raises(TableError):
        Numbers().encode(values)


def test_blanks_and_case_of_missing_values():
    values = [*ALWAYS, " NULL ", "\t", None, float("nan")]
    assert (read_distinct(values).codes == -1).all()
    words = ["na", "None", "Null", "-", "NA", " n/a ", "Unknown", "."]
    distinct = read_distinct(words)
    assert (distinct.codes >= 0).all()
    assert USUAL.are_words(distinct.tokens).all()


SAVED = """
import keras, numpy as np, sys, hotrow
raw = keras.saving.load_model(sys.argv[1])
assert keras.backend.backend() == sys.argv[3]
found = raw.encode(COLUMNS)
np.savez(sys.argv[2], raw.predict_on_batch(COLUMNS), *found.values())
"""
COLUMNS = {
    "city": ["Oslo", None, "?", "Rome"],
    "tags": ["a|b", "", None, "c"],
    "text": ["so good", None, "bad", "?"],
    "age": ["7", "x", None, "9.5"],
    "born": ["2020-01-01", None, "x", "1.2.2021"],
}


@pytest.mark.slow
def test_saved_and_loaded_on_another_backend(tmp_path):
    lookups = {
        "city": ValueLookup(hotrow.Vocabulary(["Oslo", ""])),
        "tags": SplitLookup(hotrow.Vocabulary(["a", "b"]), length=2, separator="|"),
        "text": TextLookup(hotrow.Vocabulary(["good"]), length=3),
        "age": Numbers(1.0, 2.0, np.arange(33.0)),
        "born": Dates(DateFormat("dmy").to_json(), mean=np.arange(5.0)),
    }
    inputs, parts = {}, []
    for name, layer in lookups.items():
        shape = layer.encode(COLUMNS[name]).shape[1:]
        inputs[name] = keras.Input(shape, name=name)
        flat = keras.layers.Reshape((int(np.prod(shape)),))(inputs[name])
        parts.append(keras.layers.Rescaling(2.0)(flat))
    model = keras.Model(inputs, keras.layers.Concatenate()(parts))
    raw = hotrow.RawModel(model, lookups)
    expected = [raw.predict_on_batch(COLUMNS), *raw.encode(COLUMNS).values()]
    raw.save(tmp_path / "raw.keras")
    other = "torch" if keras.backend.backend() == "jax" else "jax"
    script = f"COLUMNS = {COLUMNS!r}\n" + SAVED
    subprocess.run(
        [
            sys.executable,
            "-c",
            script,
            tmp_path / "raw.keras",
            tmp_path / "found.npz",
            other,
        ],
        env={**os.environ, "KERAS_BACKEND": other},
        check=True,
    )
    with np.load(tmp_path / "found.npz") as found:
        for key, wanted in zip(found.files, expected, strict=True):
            np.testing.assert_allclose(found[key], wanted, rtol=1e-6)
