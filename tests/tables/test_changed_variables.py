"""A change of `trainable` after `compile` is an error, and leaves the weights alone."""

import keras
import numpy as np
import pytest
from helpers import compiled

import hotrow

X, Y = np.ones((4, 2), "int32"), np.ones((4, 1), "float32")
OPTIMIZERS = {
    "Adam": keras.optimizers.Adam,
    "RowSparse": lambda: hotrow.RowSparse("adam"),
    "scaled": lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()),
}


def make_model(optimizer, trainable):
    layers = [keras.Input((2,), dtype="int32")]
    layers.append(hotrow.Embedding(20, 3, trainable=trainable, name="words"))
    layers += [keras.layers.Flatten(), keras.layers.Dense(1)]
    return compiled(keras.Sequential(layers), optimizer=optimizer)


@pytest.mark.parametrize("method", ["fit", "train_on_batch"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_unfrozen_and_not_compiled_again(optimizer, method):
    model = make_model(OPTIMIZERS[optimizer](), trainable=False)
    model.train_on_batch(X, Y)
    before = model.get_weights()
    model.get_layer("words").trainable = True
    with pytest.raises(ValueError, match=r"3 trainable variables, such as '.*words"):
        getattr(model, method)(X, Y)
    for one, other in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)
    compiled(model, optimizer=OPTIMIZERS[optimizer]()).train_on_batch(X, Y)
    assert np.abs(model.get_layer("words").get_weights()[0] - before[0]).max() > 0


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_frozen_and_not_compiled_again(optimizer):
    model = make_model(OPTIMIZERS[optimizer](), trainable=True)
    model.train_on_batch(X, Y)
    model.get_layer("words").trainable = False
    if keras.backend.backend() == "jax":
        with pytest.raises(ValueError, match="2 trainable variables, and"):
            model.train_on_batch(X, Y)
    else:
        model.train_on_batch(X, Y)
    assert np.isfinite(model.predict(X, verbose=0)).all()


def test_models_that_take_turns_with_one_optimizer_are_left_to_keras():
    optimizer = keras.optimizers.SGD(0.1)
    first = make_model(optimizer, trainable=True)
    first.train_on_batch(X, Y)
    second = make_model(optimizer, trainable=True)
    if keras.backend.backend() == "jax":
        second.train_on_batch(X, Y)
    else:
        with pytest.raises(ValueError, match="originally built with"):
            second.train_on_batch(X, Y)
