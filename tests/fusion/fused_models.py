"""Models on one-hots, a line each, and what a test does with them."""

from typing import Any, NamedTuple

import keras
import numpy as np

import hotrow

L = keras.layers
V, T = 11, 6


class Case(NamedTuple):
    """A consumer of one-hots.

    Attributes:
        layers: The layers after the one-hot.
        exact: Whether a lookup replaces the product, and nothing is added up.
        is_variant: Whether another case has the same layers with other arguments.
    """

    layers: Any
    exact: bool = True
    is_variant: bool = False


# To add a consumer, add a line.
CONSUMERS = {
    "dense": Case(lambda: [L.Dense(3)]),
    "dense_relu_no_bias": Case(lambda: [L.Dense(3, "relu", use_bias=False)]),
    "time_distributed": Case(lambda: [L.TimeDistributed(L.Dense(3, "relu"))]),
    "einsum_dense": Case(lambda: [L.EinsumDense("abc,cd->abd", (None, 3))]),
    "einsum_dense_heads": Case(
        lambda: [L.EinsumDense("...c,cde->...de", (2, 3), bias_axes="de")]
    ),
    "einsum_dense_turned": Case(
        lambda: [L.EinsumDense("abc,cd->adb", (3, T))], is_variant=True
    ),
    "einsum_dense_by_place": Case(lambda: [L.EinsumDense("abc,bcd->abd", (T, 3))]),
    "einsum_dense_summed": Case(lambda: [L.EinsumDense("abc,bcd->ad", 3)], False),
    "simple_rnn": Case(lambda: [L.SimpleRNN(3)], False),
    "gru": Case(lambda: [L.GRU(3)], False),
    "gru_reset_before": Case(
        lambda: [L.GRU(3, reset_after=False)], False, is_variant=True
    ),
    "gru_no_bias": Case(lambda: [L.GRU(3, use_bias=False)], False, is_variant=True),
    "lstm": Case(lambda: [L.LSTM(3)], False),
    "lstm_no_bias": Case(lambda: [L.LSTM(3, use_bias=False)], False, is_variant=True),
    "lstm_sequences": Case(
        lambda: [L.LSTM(3, return_sequences=True)], False, is_variant=True
    ),
    "lstm_backwards": Case(
        lambda: [L.LSTM(3, go_backwards=True)], False, is_variant=True
    ),
    "lstm_unrolled": Case(lambda: [L.LSTM(3, unroll=True)], False, is_variant=True),
    "bidirectional": Case(lambda: [L.Bidirectional(L.LSTM(3))], False),
    "bidirectional_sum": Case(
        lambda: [L.Bidirectional(L.GRU(3, return_sequences=True), "sum")],
        False,
        is_variant=True,
    ),
    "rnn_cell": Case(lambda: [L.RNN(L.GRUCell(3), return_sequences=True)], False),
    "rnn_stack": Case(
        lambda: [L.RNN(L.StackedRNNCells([L.LSTMCell(3), L.GRUCell(2)]))], False
    ),
    "conv1d": Case(lambda: [L.Conv1D(3, 3)], False),
    "conv1d_same": Case(
        lambda: [L.Conv1D(3, 4, padding="same")], False, is_variant=True
    ),
    "conv1d_strided": Case(
        lambda: [L.Conv1D(3, 2, strides=3, padding="same", activation="relu")],
        False,
        is_variant=True,
    ),
    "conv1d_causal": Case(
        lambda: [L.Conv1D(3, 2, dilation_rate=2, padding="causal")],
        False,
        is_variant=True,
    ),
    "flatten_dense": Case(lambda: [L.Flatten(), L.Dense(3)], False),
    "reshape_dense": Case(lambda: [L.Reshape((2, 3 * V)), L.Dense(3)], False),
    "reshape_ids_dense": Case(
        lambda: [L.Reshape((2, 3, V)), L.Dense(3)], is_variant=True
    ),
    "reshape_lstm": Case(
        lambda: [L.Reshape((-1, 2 * V)), L.LSTM(3)], False, is_variant=True
    ),
    "masking_lstm": Case(lambda: [L.Masking(), L.LSTM(3)], False, is_variant=True),
    "dropout_dense": Case(lambda: [L.Dropout(0.0), L.Dense(3)], is_variant=True),
}


def build(layers, producer=None, shape=(T,)):
    """Returns a `Sequential`: ids, one-hots, and the layers."""
    return keras.Sequential(
        [
            keras.Input(shape, dtype="int32"),
            producer or hotrow.OneHot(V, name="hot"),
            *layers,
        ]
    )


def tabular(consumer, masks=False):
    """Returns a model of two categories and numbers, side by side."""
    a, b = (keras.Input((), dtype="int32", name=name) for name in "ab")
    numbers = keras.Input((4,), name="numbers")
    joined = L.Concatenate()([hotrow.OneHot(V)(a), numbers, hotrow.OneHot(7)(b)])
    return keras.Model([a, b, numbers], consumer(joined))


def ids_of(shape=(5, T), high=V, seed=0):
    return np.random.default_rng(seed).integers(0, high, shape).astype("int32")


def targets_for(model, x, seed=1):
    shape = model.predict(x, verbose=0).shape
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def steps(model, x, y, optimizer, count=1, **kwargs):
    """Trains a model from the weights it has, which it gets back afterwards.

    Returns:
        The losses, and the weights after the first and the last step.
    """
    before = model.get_weights()
    # JAX compiles small models faster than it runs them operation by operation.
    eagerly = keras.backend.backend() != "jax"
    model.compile(optimizer, "mse", **{"run_eagerly": eagerly, **kwargs})
    losses, weights = [], []
    for step in range(count):
        losses.append(float(model.train_on_batch(x, y)))
        if step in (0, count - 1):
            weights += [w.copy() for w in model.get_weights()]
    model.set_weights(before)
    return losses, weights


def assert_same_steps(trained, expected, atol=1e-5):
    """Asserts that losses and weights of two trainings agree, and that they moved."""
    (losses, weights), (expected_losses, expected_weights) = trained, expected
    np.testing.assert_allclose(losses, expected_losses, rtol=1e-5, atol=1e-6)
    for a, b in zip(weights, expected_weights, strict=True):
        np.testing.assert_allclose(a, b, atol=atol)
    half = len(weights) // 2
    moved = zip(weights[:half], weights[half:], strict=True)
    assert len(losses) == 1 or any((a != b).any() for a, b in moved)


def assert_same_training(model, fused, x, optimizer, count, atol=1e-5, **kwargs):
    """Trains two models over the same variables, and asserts that both do the same."""
    y = targets_for(model, x)
    expected = steps(model, x, y, optimizer(), count, **kwargs)
    trained = steps(fused, x, y, optimizer(), count, **kwargs)
    assert_same_steps(trained, expected, atol)
