"""The recurrences that are written here, against Keras's own cells."""

import keras
import numpy as np
import pytest
from helpers import to_numpy
from keras import ops

from hotrow.fusion.rules.cells import PROJECTED

L = keras.layers
RNG = np.random.default_rng(0)


def numbers(*shape):
    return ops.convert_to_tensor(RNG.normal(size=shape).astype("float32"))


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("recurrent_dropout", [0.0, 0.4])
@pytest.mark.parametrize(
    ("cls", "kwargs"),
    [
        (L.SimpleRNNCell, {}),
        (L.SimpleRNNCell, {"activation": None}),
        (L.GRUCell, {}),
        (L.GRUCell, {"reset_after": False}),
        (L.LSTMCell, {}),
        (L.LSTMCell, {"activation": "relu", "recurrent_activation": "hard_sigmoid"}),
    ],
)
def test_one_step(cls, kwargs, use_bias, recurrent_dropout):
    cell = cls(
        3, use_bias=use_bias, recurrent_dropout=recurrent_dropout, seed=1, **kwargs
    )
    cell.build((2, 5))
    for weight in cell.weights:
        if weight.name == "bias":
            weight.assign(numbers(*weight.shape))
    x, count = numbers(2, 5), 2 if cls is L.LSTMCell else 1
    states = [numbers(2, 3) for _ in range(count)]
    dropped = cell.get_recurrent_dropout_mask(states[0])
    expected, expected_states = cell(x, states, training=True)
    projected = PROJECTED[cls](cell, dropped)
    assert projected.state_size == cell.state_size
    products = projected.with_bias(ops.matmul(x, cell.kernel))
    output, new_states = projected(products, states)
    np.testing.assert_allclose(to_numpy(output), to_numpy(expected), atol=1e-6)
    for a, b in zip(new_states, expected_states, strict=True):
        np.testing.assert_allclose(to_numpy(a), to_numpy(b), atol=1e-6)


@pytest.mark.parametrize("cls", [L.SimpleRNNCell, L.GRUCell])
def test_a_state_that_is_no_list(cls):
    cell = cls(3)
    cell.build((2, 5))
    x, state = numbers(2, 5), numbers(2, 3)
    expected, _ = cell(x, state)
    projected = PROJECTED[cls](cell, None)
    products = projected.with_bias(ops.matmul(x, cell.kernel))
    output, new_state = projected(products, state)
    np.testing.assert_allclose(to_numpy(output), to_numpy(expected), atol=1e-6)
    assert tuple(new_state.shape) == (2, 3)
