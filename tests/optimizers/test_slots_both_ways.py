"""Slots of a file that one of a plain optimizer and `RowSparse` wrote, in the other."""

import keras
import numpy as np
import pytest
from helpers import random_table

import hotrow

K = keras.optimizers
ROWS, WIDTH = 24, 3
OPTIMIZERS = {
    "momentum": lambda: K.SGD(0.1, momentum=0.9),
    "AdamW": lambda: K.AdamW(0.01, weight_decay=0.5),
    "Nadam": lambda: K.Nadam(0.01),
    "Ftrl": lambda: K.Ftrl(0.1),
}


def make_model(optimizer):
    keras.utils.set_random_seed(0)
    layers = [
        keras.Input((4,), dtype="int32"),
        hotrow.Embedding(ROWS, WIDTH, weights=random_table(ROWS, WIDTH)),
        keras.layers.GlobalAveragePooling1D(),
        keras.layers.Dense(WIDTH),
    ]
    model = keras.Sequential(layers)
    model.compile(optimizer, "mse")
    return model


def steps(every_row):
    rng = np.random.default_rng(0)
    for _ in range(6):
        few = rng.integers(0, ROWS // 2, (ROWS // 4, 4))
        every = rng.permutation(ROWS).reshape(-1, 4)
        yield every if every_row else few, rng.normal(size=(ROWS // 4, WIDTH))


def train(model, some):
    for ids, targets in some:
        model.train_on_batch(ids, targets)
    return model


@pytest.mark.parametrize("by_rows_first", [True, False], ids=["to plain", "from plain"])
@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name == "AdamW" else [pytest.mark.slow])
        for name in OPTIMIZERS
    ],
)
def test_training_goes_on_with_the_slots_of_the_other(
    name, ending, by_rows_first, tmp_path
):
    """Every step touches every row, so that both optimizers do the same."""
    make = OPTIMIZERS[name]

    def optimizer(by_rows):
        return hotrow.RowSparse(make()) if by_rows else make()

    seen = list(steps(every_row=True))
    path = tmp_path / f"model{ending}"
    half = train(make_model(optimizer(by_rows_first)), seen[:3])
    half.save(path) if ending == ".keras" else half.save_weights(path)
    whole = train(half, seen[3:])
    # Not built: it is when the file is loaded.
    other = make_model(optimizer(not by_rows_first))
    other.load_weights(path)
    assert int(other.optimizer.iterations) == 3
    train(other, seen[3:])
    for x, y in zip(other.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_allclose(x, y, atol=2e-6)


def test_rows_that_missed_decay_are_in_the_file_as_they_should_be(tmp_path):
    arguments = {"learning_rate": 0.1, "momentum": 0.9, "weight_decay": 0.5}
    path = tmp_path / "model.weights.h5"
    ours = make_model(hotrow.RowSparse(K.SGD(**arguments)))
    train(ours, steps(every_row=False)).save_weights(path)
    plain = make_model(K.SGD(**arguments))
    plain.load_weights(path)
    expected = random_table(ROWS, WIDTH)[-1] * (1 - 0.1 * 0.5) ** 6
    np.testing.assert_allclose(plain.get_weights()[0][-1], expected, rtol=1e-5)
    velocity = plain.optimizer.momentums[0].numpy()
    np.testing.assert_array_equal(velocity[ROWS // 2 :], 0)
    assert np.abs(velocity[: ROWS // 2]).max() > 1e-3


def test_other_slots_are_not_loaded_and_it_says_so(tmp_path):
    path = tmp_path / "model.weights.h5"
    train(make_model("adam"), steps(every_row=False)).save_weights(path)
    model = make_model(hotrow.RowSparse("adagrad"))
    with pytest.warns(UserWarning, match="none of them is loaded, and its slots stay"):
        model.load_weights(path)
    assert int(model.optimizer.iterations) == 0


def test_a_file_without_slots_leaves_an_optimizer_as_new(tmp_path):
    path = tmp_path / "model.weights.h5"
    model = keras.Sequential([keras.Input((4,)), *make_model("sgd").layers])
    model.save_weights(path)
    other = make_model(hotrow.RowSparse("adam"))
    other.load_weights(path)
    assert int(other.optimizer.iterations) == 0
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])
