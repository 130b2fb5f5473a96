"""What holds for every layer from raw values to what a model takes.

A new encoder joins with one line in `ENCODERS`.
"""

import datetime
import doctest
import inspect

import keras
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from helpers import to_numpy

import hotrow
from hotrow.tabular import encoders

WORDS = hotrow.Vocabulary(["red", "green", "7"])
TEXTS = ["red", "blue", None, "green"]
# Makes the layer, values that it takes, and the shape that one value becomes.
ENCODERS = {
    "Lookup": (lambda: hotrow.Lookup(WORDS), TEXTS, ()),
    "ValueLookup": (lambda: encoders.ValueLookup(WORDS), TEXTS, ()),
    "CodeLookup": (
        lambda: encoders.CodeLookup(hotrow.Vocabulary(["007", "8"])),
        ["7", "8.0", None, "9"],
        (),
    ),
    "SplitLookup": (
        lambda: encoders.SplitLookup(WORDS, length=2, separator="|"),
        ["red|7|red", "", None, "green"],
        (2,),
    ),
    "TextLookup": (
        lambda: encoders.TextLookup(WORDS, length=3),
        ["Red, red!", "", None, "7 green"],
        (3,),
    ),
    "Numbers": (
        lambda: encoders.Numbers(3.0, 2.0, (0, 1, 5)),
        ["1.5", "many", None, "2"],
        (),
    ),
    "Dates": (
        lambda: encoders.Dates(time=True),
        ["2020-01-02 10:00", "soon", None, "1999-12-31"],
        (7,),
    ),
    "money": (
        lambda: encoders.Numbers(
            format={"kind": "number", "unit": "$", "thousands": ",", "plain": False},
            marks={"missing": ["-1"], "keep": []},
        ),
        ["$1,234.50", "($3)", None, "-1"],
        (),
    ),
    "clock": (
        lambda: encoders.Numbers(format={"kind": "clock", "minutes_first": False}),
        ["1:30:00", "PT5M", None, "soon"],
        (),
    ),
    "compound": (
        lambda: encoders.Numbers(format={"kind": "compound", "family": "inches"}),
        ["5'11", "6 ft 2 in", None, "tall"],
        (),
    ),
}
# It makes a column of what a network gives, too; its own tests are in `tests/tabular`.
OF_THE_TARGET = {"TargetEncoder"}

each_encoder = pytest.mark.parametrize(
    ("make", "values", "shape"), ENCODERS.values(), ids=ENCODERS.keys()
)


def test_every_encoder_is_here():
    assert set(encoders.__all__) - OF_THE_TARGET <= set(ENCODERS)


@each_encoder
def test_values_become_rows(make, values, shape):
    layer = make()
    array = layer.encode(values)
    assert array.shape == (4, *shape)
    assert array.dtype in (np.int32, np.float32)
    np.testing.assert_array_equal(to_numpy(layer(values)), array)
    assert layer.encode(values[:0]).shape == (0, *shape)


@each_encoder
def test_values_may_come_in_anything(make, values, shape):
    layer = make()
    expected = layer.encode(values)
    for same in (
        pa.array(values),
        pa.array(values, pa.large_string()),
        pa.chunked_array([values[:2], values[2:]]),
        np.array(values, object),
        pd.Series(values),
        pd.Series(values, dtype="category"),
    ):
        np.testing.assert_array_equal(layer.encode(same), expected)


@each_encoder
def test_each_row_hangs_on_its_value_alone(make, values, shape):
    layer = make()
    one_by_one = [layer.encode([value]) for value in values]
    np.testing.assert_array_equal(np.concatenate(one_by_one), layer.encode(values))


@pytest.mark.parametrize("name", sorted(set(ENCODERS) - {"Lookup"}))
def test_rows_that_may_be_unread(name):
    make, values, _ = ENCODERS[name]
    layer, values = make(), [*values, "blue"]
    suspect, others = layer.suspect(layer.encode(values))
    texts = pa.array([value or "" for value in values], pa.large_string())
    there = np.array([bool(value) for value in values])
    there &= ~layer.marks.are_words(texts)
    unread = layer.unread(texts) & there
    assert unread[-1]
    # All values that are unread are suspect, and the others are counted.
    assert suspect[unread].all()
    assert others == there.sum() - unread.sum()
    assert layer.unread_words
    assert 0 <= layer.unread_share < 1


@each_encoder
def test_the_config_round_trip(make, values, shape):
    layer = make()
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()


@each_encoder
def test_a_keras_file_predicts_from_raw_values(make, values, shape, tmp_path):
    layer = make()
    array = layer.encode(values)
    inputs = keras.Input(shape, dtype=array.dtype.name)
    outputs = inputs * 1
    model = hotrow.RawModel(keras.Model(inputs, outputs), layer)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(values, verbose=0), array)
    assert again.lookup.get_config() == layer.get_config()


@each_encoder
def test_it_does_not_change_what_it_is_given(make, values, shape):
    series = pd.Series(values)
    make().encode(series)
    pd.testing.assert_series_equal(series, pd.Series(values))


@pytest.mark.parametrize("name", encoders.__all__)
def test_the_example_of_an_encoder(name):
    layer = getattr(encoders, name)
    text = inspect.getdoc(layer)
    names = {**vars(encoders), "hotrow": hotrow, "np": np, "datetime": datetime}
    test = doctest.DocTestParser().get_doctest(text, names, name, None, 0)
    assert test.examples
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(test)
    assert runner.failures == 0
