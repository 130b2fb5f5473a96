"""`RowSparse` on models of which no table is trained: frozen, quantized, then not."""

import warnings

import keras
import numpy as np
import pytest

import hotrow

K = keras.optimizers
multi = getattr(K, "MultiOptimizer", None)
has_multi = pytest.mark.skipif(multi is None, reason="not in Keras before 3.15")
X = np.array([[1, 2, 3], [0, 0, 4]])
Y = np.ones((2, 1))


class Model(keras.Model):
    """A model that is built in its first step."""

    def __init__(self, layers):
        super().__init__()
        self.parts = layers

    def call(self, ids):
        for layer in self.parts:
            ids = layer(ids)
        return ids


def with_input(layers):
    return keras.Sequential([keras.Input((3,), dtype="int32"), *layers])


def fit_all(model):
    """Fits twice, and counts the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, Y, epochs=2, verbose=0)
        model.fit(X, Y, verbose=0)
    return [str(w.message) for w in caught if "RowSparse" in str(w.message)]


@pytest.fixture
def words():
    keras.utils.set_random_seed(0)
    return hotrow.Embedding(10, 4, name="words")


def layers_after(*tables):
    return [*tables, keras.layers.Flatten(), keras.layers.Dense(1)]


@pytest.mark.parametrize("make", [with_input, keras.Sequential, Model])
@pytest.mark.parametrize("is_multi", [False, pytest.param(True, marks=has_multi)])
def test_a_frozen_table_is_no_missing_one(words, make, is_multi):
    words.build()
    words.trainable = False
    model = make(layers_after(words))
    before = words.get_weights()[0]

    def optimizer():
        adam = hotrow.RowSparse(K.Adam(0.1))
        return multi(lambda _: adam) if is_multi else adam

    for _ in range(2):
        model.compile(optimizer(), "mse")
        assert fit_all(model) == []
    np.testing.assert_array_equal(words.get_weights()[0], before)
    words.trainable = True
    model.compile(optimizer(), "mse")
    assert fit_all(model) == []
    moved = (words.get_weights()[0] != before).any(axis=1)
    np.testing.assert_array_equal(np.flatnonzero(moved), [0, 1, 2, 3, 4])
    words.trainable = False
    model.compile(optimizer(), "mse")
    before = words.get_weights()[0]
    assert fit_all(model) == []
    np.testing.assert_array_equal(words.get_weights()[0], before)


@pytest.mark.parametrize("mode", ["int8", "int4"])
def test_a_quantized_table_is_no_missing_one(words, mode):
    words.build()
    words.quantize(mode)
    # PyTorch has no gradient of integers, be there a Hotrow layer or Keras's.
    words.trainable = False
    model = with_input(layers_after(words))
    before = words.get_weights()
    model.compile(hotrow.RowSparse(K.Adam(0.1)), "mse")
    assert fit_all(model) == []
    for a, b in zip(words.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("make", [with_input, Model])
def test_a_model_without_a_table_is_told_once_for_each_compile(make):
    model = make(layers_after(keras.layers.Embedding(10, 4)))
    for _ in range(2):
        model.compile(hotrow.RowSparse(K.Adam(0.1)), "mse")
        (message,) = fit_all(model)
        assert "found no table among 3 variables" in message
        assert "keras.layers.Embedding is none" in message


@has_multi
def test_a_table_that_another_optimizer_trains_is_told_of(words):
    model = with_input(layers_after(words))
    rows, adam = hotrow.RowSparse("adam"), K.Adam(0.1)
    model.compile(multi(lambda v: adam if "words" in v.path else rows), "mse")
    with pytest.warns(UserWarning, match="found no table among 2 variables"):
        model.fit(X, Y, verbose=0)


def test_a_training_loop_of_ones_own_is_told_that_tables_may_be_frozen(words):
    words.build()
    words.trainable = False
    model = with_input(layers_after(words))
    with pytest.warns(UserWarning, match=r"table of a layer that is frozen or quant"):
        hotrow.RowSparse("adam").build(model.trainable_variables)
