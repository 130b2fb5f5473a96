"""Random small graphs: whatever fuse makes of them computes the same."""

import keras
import numpy as np
import pytest
from fused_models import L, ids_of
from hypothesis import given, settings
from hypothesis import strategies as st

import hotrow

T = 4
# Layers that keep the axis of steps, so that any may follow any.
STEPWISE = [
    lambda: L.Dense(3),
    lambda: L.TimeDistributed(L.Dense(2)),
    lambda: L.LSTM(2, return_sequences=True),
    lambda: L.Bidirectional(L.GRU(2, return_sequences=True)),
    lambda: L.Conv1D(3, 2, padding="causal"),
    lambda: L.Conv1D(2, 3, padding="same"),
    lambda: L.EinsumDense("abc,cd->abd", (T, 3)),
    lambda: L.Masking(),
    lambda: L.Dropout(0.4),
    lambda: L.SpatialDropout1D(0.4),
    lambda: L.LayerNormalization(),
    lambda: L.Activation("tanh"),
]
LAST = [
    lambda: [L.Flatten(), L.Dense(2)],
    lambda: [L.Dense(2)],
    lambda: [L.SimpleRNN(2)],
    lambda: [L.GlobalMaxPooling1D()],
]


def random_graph(draw):
    """Draws a model of two inputs of ids and one of numbers."""
    keras.utils.set_random_seed(0)
    categories = draw(st.tuples(st.integers(2, 6), st.integers(2, 6)))
    words = [keras.Input((T,), dtype="int32") for _ in categories]
    numbers = keras.Input((T, 2))
    hot = [
        hotrow.OneHot(
            n,
            mask_zero=draw(st.booleans()),
            out_of_range=draw(st.sampled_from(["error", "zero"])),
        )(x)
        for n, x in zip(categories, words, strict=True)
    ]
    values = [*hot, numbers]
    for _ in range(draw(st.integers(1, 4))):
        if draw(st.booleans()):
            places = st.integers(0, len(values) - 1)
            chosen = draw(st.lists(places, min_size=2, max_size=3, unique=True))
            values.append(L.Concatenate()([values[i] for i in chosen]))
        value = values[draw(st.integers(0, len(values) - 1))]
        values.append(STEPWISE[draw(st.integers(0, len(STEPWISE) - 1))]()(value))
    outputs = []
    for value in values[-2:]:
        for layer in LAST[draw(st.integers(0, len(LAST) - 1))]():
            value = layer(value)
        outputs.append(value)
    return keras.Model([*words, numbers], outputs), categories


# Of layers that drop masks, by Keras, in the model and in the fused one.
@pytest.mark.filterwarnings("ignore:.*was passed an input with a mask attached")
@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.data())
def test_a_fused_graph_computes_the_same(data):
    model, categories = random_graph(data.draw)
    fused = hotrow.fuse(model)
    x = [ids_of((3, T), high=n) for n in categories]
    x.append(np.random.default_rng(0).normal(size=(3, T, 2)).astype("float32"))
    # Both from the same state of every seed.
    for a, b in zip(fused(x), model(x), strict=True):
        a, b = (keras.ops.convert_to_numpy(keras.ops.stop_gradient(v)) for v in (a, b))
        np.testing.assert_allclose(a, b, atol=1e-5)
    assert {id(v) for v in fused.trainable_variables} == {
        id(v) for v in model.trainable_variables
    }
