"""Dropout of one-hots: the distribution that Keras's layers have over vectors."""

import keras
import numpy as np
import pytest
from fused_models import L, V, build, ids_of, tabular
from helpers import to_numpy

import hotrow

RATE, SAMPLES, STEPS = 0.25, 2000, 4


def kernel_of_ones(layers):
    """A model whose output is what the ones were multiplied by."""
    dense = L.Dense(1, use_bias=False, kernel_initializer="ones")
    model = build([*layers, dense], shape=(STEPS,))
    return hotrow.fuse(model, strict=True)


def drawn(layers, x):
    fused = kernel_of_ones(layers)
    kept = to_numpy(fused(x))
    np.testing.assert_allclose(kept, to_numpy(kernel_of_ones(layers)(x)), atol=1e-6)
    return to_numpy(fused(x, training=True))[..., 0], fused


def test_dropout_draws_for_each_one_by_itself():
    x = ids_of((SAMPLES, STEPS))
    values, fused = drawn([L.Dropout(RATE, seed=1)], x)
    np.testing.assert_allclose(np.unique(values), [0, 1 / (1 - RATE)], rtol=1e-6)
    # Within four standard deviations of a mean of 8000 draws.
    assert abs((values == 0).mean() - RATE) < 4 * np.sqrt(RATE * (1 - RATE) / 8000)
    together = (values[:, 0] == 0) & (values[:, 1] == 0)
    assert abs(together.mean() - RATE**2) < 0.025
    again = to_numpy(fused(x, training=True))[..., 0]
    assert (again != values).any()


@pytest.mark.parametrize("name", ["spatial", "lstm"])
def test_a_category_goes_in_all_steps_of_a_sample_or_in_none(name):
    x = ids_of((SAMPLES, STEPS), high=3)
    if name == "spatial":
        values, _ = drawn([L.SpatialDropout1D(RATE, seed=1)], x)
    else:
        # A recurrence of nothing but its input.
        cell = {"kernel_initializer": "ones", "recurrent_initializer": "zeros"}
        rnn = L.SimpleRNN(
            1, activation=None, dropout=RATE, return_sequences=True, seed=1, **cell
        )
        fused = hotrow.fuse(build([rnn], shape=(STEPS,)), strict=True)
        values = to_numpy(fused(x, training=True))[..., 0]
    np.testing.assert_allclose(np.unique(values), [0, 1 / (1 - RATE)], rtol=1e-6)
    fates = {}
    for sample in range(SAMPLES):
        for category, value in zip(x[sample], values[sample], strict=True):
            assert fates.setdefault((sample, category), value) == value
    dropped = np.mean([value == 0 for value in fates.values()])
    assert abs(dropped - RATE) < 4 * np.sqrt(RATE * (1 - RATE) / len(fates))


def test_the_gradient_of_what_is_dropped_is_zero():
    fused = hotrow.fuse(build([L.Dropout(0.5), L.Flatten(), L.Dense(1)]), strict=True)
    before = fused.get_weights()[0].copy()
    fused.compile(keras.optimizers.SGD(1.0), "mse")
    x = np.tile(np.arange(6, dtype="int32"), (1, 1))
    fused.train_on_batch(x, np.full((1, 1), 3.0))
    moved = (fused.get_weights()[0] != before).any(axis=1)
    assert 0 < moved.sum() < 6


def test_a_category_at_a_place_goes_in_all_steps_or_in_none():
    # Two ids a step, side by side: a category of each place has a fate of its own.
    x = ids_of((SAMPLES, 4), high=2)
    layers = [L.Reshape((2, 2 * V)), L.SpatialDropout1D(RATE, seed=1)]
    kernel = np.zeros((2 * V, 2), "float32")
    kernel[:V, 0] = kernel[V:, 1] = 1
    fused = hotrow.fuse(build([*layers, L.Dense(2)], shape=(4,)), strict=True)
    fused.set_weights([kernel, np.zeros(2)])
    values = to_numpy(fused(x, training=True)).reshape(SAMPLES, 4)
    fates = {}
    for sample in range(SAMPLES):
        for place in range(4):
            key = (sample, place % 2, x[sample, place])
            assert fates.setdefault(key, values[sample, place]) == values[sample, place]
    dropped = np.mean([value == 0 for value in fates.values()])
    assert abs(dropped - RATE) < 4 * np.sqrt(RATE * (1 - RATE) / len(fates))


def test_dropout_of_one_hots_beside_numbers():
    model = tabular(lambda x: L.Dense(1)(L.Dropout(0.5, seed=0)(x)))
    fused = hotrow.fuse(model, strict=True)
    ones = np.ones((400, 4), "float32")
    x = [ids_of(400, V), ids_of(400, 7), ones]
    np.testing.assert_allclose(
        fused.predict(x, verbose=0), model.predict(x, verbose=0), atol=1e-6
    )
    values = to_numpy(fused(x, training=True))
    expected = to_numpy(model(x, training=True))
    assert np.unique(values.round(4)).size > 100
    assert abs(values.std() - expected.std()) < 0.2 * expected.std()
