"""The layers, losses and small rules that a table's network is made of."""

import keras
import numpy as np
import pytest
from keras import ops

import hotrow
from hotrow.tabular.network.first_weights import FirstWeights
from hotrow.tabular.network.masked_mean import MaskedMean
from hotrow.tabular.network.numeric_input import NumericInput
from hotrow.tabular.network.widths import width_of
from hotrow.tabular.training.options import TrainingOptions, batch_size_of


def numpy(x):
    return ops.convert_to_numpy(x)


@pytest.mark.parametrize(
    ("rows", "width"),
    [(1, 8), (2, 8), (18, 8), (19, 8), (20, 16), (100, 32), (800, 64), (10**6, 64)],
)
def test_width_is_that_of_the_rule_rounded_up(rows, width):
    assert width_of(rows) == width
    assert width >= min(64, round(1.6 * rows**0.56))


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


def test_masked_mean_of_several_columns_is_that_of_each():
    ids = np.array([[[3, 1, 0], [0, 0, 0]], [[2, 2, 2], [1, 0, 0]]])
    table = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    embedding = hotrow.Embedding(4, 5, mask_zero=True, weights=table)
    mean = numpy(MaskedMean()(embedding(ids)))
    expected = [[(table[3] + table[1]) / 2, np.zeros(5)], [table[2], table[1]]]
    np.testing.assert_allclose(mean, expected, atol=1e-6)
    assert MaskedMean().compute_output_shape((None, 2, 3, 5)) == (None, 2, 5)


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


@pytest.mark.parametrize(
    "made",
    [
        NumericInput([1.5], [2], [[0, 1]], name="numbers"),
        MaskedMean(name="mean"),
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
        TrainingOptions(**wrong)


def test_batches_grow_with_the_table():
    sizes = [batch_size_of(rows) for rows in (10, 2000, 5000, 50_000, 10**7)]
    assert sizes == [16, 32, 64, 256, 1024]
