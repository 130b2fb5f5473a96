"""The layers, losses and small rules that a table's network is made of."""

import keras
import numpy as np
import pytest
from keras import ops

import hotrow
from hotrow.tabular.network.first_weights import FirstWeights
from hotrow.tabular.network.inputs import input_names
from hotrow.tabular.network.masked_mean import MaskedMean
from hotrow.tabular.network.numeric_input import NumericInput
from hotrow.tabular.network.units import SquaredError, Units
from hotrow.tabular.network.widths import width_of
from hotrow.tabular.schema import Column
from hotrow.tabular.training.settings import Settings, batch_size_of


def numpy(x):
    return ops.convert_to_numpy(x)


def column(name, kind="categorical"):
    return Column(name, kind, "", 0, 0, ())


@pytest.mark.parametrize(
    ("rows", "width"), [(1, 2), (2, 2), (10, 6), (100, 21), (1000, 64), (10**6, 64)]
)
def test_width_is_that_of_the_rule(rows, width):
    assert width_of(rows) == width


def test_width_without_our_cap_is_that_of_fastai():
    assert width_of(10**6, most=600) == 600
    assert width_of(3000, most=600) == 142


def test_masked_mean_leaves_padding_out():
    ids = np.array([[3, 1, 0, 0], [2, 2, 2, 2], [0, 0, 0, 0]])
    table = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    embedding = hotrow.Embedding(4, 5, mask_zero=True, weights=table)
    mean = numpy(MaskedMean()(embedding(ids)))
    expected = np.stack([(table[3] + table[1]) / 2, table[2], np.zeros(5)])
    np.testing.assert_allclose(mean, expected, atol=1e-6)


def test_masked_mean_without_a_mask_is_the_mean():
    x = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
    np.testing.assert_allclose(numpy(MaskedMean()(x)), x.mean(axis=1), atol=1e-6)


def test_numbers_are_standardised_and_missing_ones_marked():
    layer = NumericInput([10, 0], [2, 0])
    x = np.array([[14, np.nan], [np.nan, 3], [1e9, 0]], "float32")
    expected = [[2, 0, 0, 1], [0, 3, 1, 0], [8, 0, 0, 0]]
    np.testing.assert_allclose(numpy(layer(x)), expected)


def test_bins_are_piecewise_linear():
    layer = NumericInput([0, 0], [1, 1], [[0, 1, 3], []])
    x = np.array([[2, 0], [-5, 0], [0.5, 0], [9, 0], [np.nan, 0]], "float32")
    expected = [[1, 0.5], [0, 0], [0.5, 0], [1, 1], [0, 0]]
    np.testing.assert_allclose(numpy(layer(x))[:, 4:], expected)
    assert layer.compute_output_shape((None, 2)) == (None, 6)


def test_numeric_input_wants_arguments_of_one_length():
    with pytest.raises(ValueError, match="Received: 1, 2 and 1"):
        NumericInput([0], [1, 1])


def test_units_and_their_loss_agree():
    scaled = np.array([[0.5], [-1]], "float32")
    predicted = numpy(Units(100, 20)(scaled))
    np.testing.assert_allclose(predicted, [[110], [80]])
    loss = SquaredError(20)(np.array([[130], [80]]), predicted)
    np.testing.assert_allclose(numpy(loss), (1 + 0) / 2)
    # Not 2 x 2 errors, each target with each prediction.
    flat = SquaredError(20)(np.array([130, 80]), predicted)
    np.testing.assert_allclose(numpy(flat), (1 + 0) / 2)


@pytest.mark.parametrize(
    "made",
    [
        NumericInput([1.5], [2], [[0, 1]], name="numbers"),
        Units(3, 4, name="units"),
        MaskedMean(name="mean"),
        SquaredError(3),
        FirstWeights(0.5, 7),
    ],
    ids=lambda made: type(made).__name__,
)
def test_config_round_trip(made):
    kept = keras.saving.serialize_keras_object(made)
    again = keras.saving.deserialize_keras_object(kept)
    assert type(again) is type(made)
    assert again.get_config() == made.get_config()
    assert kept["registered_name"] == f"hotrow>{type(made).__name__}"


def test_first_weights_are_those_of_the_seed():
    a, b, c = (numpy(FirstWeights(0.5, s)((300, 40))) for s in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert (a != c).any()
    np.testing.assert_allclose(a.std(), 0.5, rtol=0.02)


def test_names_of_inputs_are_those_of_columns_as_far_as_may_be():
    names = ["age", "a/b", "a b", "Größe", "1st", "numbers", "AGE", ""]
    given = input_names([column(name) for name in names])
    assert list(given) == names
    assert given["age"] == "age"
    assert given["numbers"] == "numbers_2"
    assert len({name.lower() for name in given.values()}) == len(names)
    for name in given.values():
        assert keras.Input((1,), name=name).name == name


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"first": "both"}, "`first` must be"),
        ({"epochs": 0}, "epochs=0"),
        ({"batch_size": 1.5}, "batch_size=1.5"),
        ({"seed": -1}, "seed=-1"),
    ],
)
def test_settings_that_will_not_do(wrong, text):
    with pytest.raises(ValueError, match=text):
        Settings(**wrong)


def test_batches_grow_with_the_table():
    sizes = [batch_size_of(rows) for rows in (10, 2000, 5000, 50_000, 10**7)]
    assert sizes == [16, 32, 64, 256, 1024]
