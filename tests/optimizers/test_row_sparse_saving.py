"""Models compiled with `RowSparse`, in files: training goes on where it stopped."""

import keras
import numpy as np
import pytest
from helpers import random_table
from training_models import ROWS, WIDTH, batches

import hotrow

K = keras.optimizers
OPTIMIZERS = {
    "SGD": lambda: K.SGD(0.1, momentum=0.9, nesterov=True),
    "RMSprop": lambda: K.RMSprop(0.01, centered=True),
    "Adam": lambda: K.Adam(0.01, amsgrad=True, clipnorm=1.0),
    "Adagrad": lambda: K.Adagrad(0.1),
    "RowWiseAdagrad": lambda: hotrow.RowWiseAdagrad(0.1, epsilon=1e-6),
    "Adadelta": lambda: K.Adadelta(0.1),
    "Adamax": lambda: K.Adamax(0.01),
    "Nadam": lambda: K.Nadam(0.01),
    "Ftrl": lambda: K.Ftrl(0.1),
    "Lion": lambda: K.Lion(0.01),
    "schedule": lambda: K.Adam(K.schedules.ExponentialDecay(0.1, 2, 0.5)),
}

# The others run on one backend only.
ONCE_A_BACKEND = {"Adam", "Nadam", "RowWiseAdagrad", "schedule"}


def make_model(optimizer, **kwargs):
    keras.utils.set_random_seed(0)
    table = random_table(ROWS, WIDTH)
    layers = [
        keras.Input((4,), dtype="int32"),
        hotrow.Embedding(ROWS, WIDTH, weights=table, name="words", **kwargs),
        keras.layers.GlobalAveragePooling1D(),
        keras.layers.Dense(WIDTH),
    ]
    model = keras.Sequential(layers)
    model.compile(optimizer, "mse")
    return model


def train(model, steps):
    for ids, targets in steps:
        model.train_on_batch(ids, targets)
    return model


def assert_same_state(a, b, **tolerance):
    for x, y in zip(a.get_weights(), b.get_weights(), strict=True):
        np.testing.assert_allclose(x, y, **tolerance)
    ours, theirs = a.optimizer.variables, b.optimizer.variables
    assert [v.shape for v in ours] == [v.shape for v in theirs]
    for x, y in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(x.numpy(), y.numpy(), **tolerance)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in ONCE_A_BACKEND else [pytest.mark.slow])
        for name in OPTIMIZERS
    ],
)
def test_ten_steps_are_five_steps_a_file_and_five_steps(name, tmp_path):
    steps = list(batches(seed=0, steps=10))
    whole = train(make_model(hotrow.RowSparse(OPTIMIZERS[name]())), steps)
    half = train(make_model(hotrow.RowSparse(OPTIMIZERS[name]())), steps[:5])
    path = tmp_path / "model.keras"
    half.save(path)
    again = keras.models.load_model(path, safe_mode=True)
    assert type(again.optimizer) is hotrow.RowSparse
    assert_same_state(again, half, rtol=0)
    assert_same_state(train(again, steps[5:]), whole, rtol=0)


def test_a_file_holds_the_table_as_decay_has_left_it(tmp_path):
    steps = [(np.minimum(ids, 20), y) for ids, y in batches(seed=0, steps=10)]
    optimizers = [hotrow.RowSparse(K.AdamW(0.05, weight_decay=1.0)) for _ in range(2)]
    whole = train(make_model(optimizers[0]), steps)
    half = train(make_model(optimizers[1]), steps[:5])
    path = tmp_path / "model.keras"
    half.save(path)
    again = keras.models.load_model(path)
    row = again.layers[0].weights[0].numpy()[30]
    expected = random_table(ROWS, WIDTH)[30] * (1 - 0.05) ** 5
    np.testing.assert_allclose(row, expected, rtol=1e-5)
    # In two pieces a decay is rounded once more.
    train(again, steps[5:])
    for x, y in zip(again.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_allclose(x, y, atol=1e-6)


def test_a_checkpoint_in_the_middle_of_fit(tmp_path):
    path = tmp_path / "model.keras"
    ids, targets = (
        np.concatenate(x) for x in zip(*batches(seed=0, steps=6), strict=True)
    )
    kwargs = {"batch_size": 5, "shuffle": False, "verbose": 0}
    model = make_model(hotrow.RowSparse(K.AdamW(0.05, weight_decay=0.5)))
    checkpoint = keras.callbacks.ModelCheckpoint(path, save_freq=4)
    model.fit(ids, targets, callbacks=[checkpoint], **kwargs)
    again = keras.models.load_model(path)
    again.fit(ids[20:], targets[20:], **kwargs)
    for x, y in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(x, y, atol=1e-6)


def test_loss_scaling_is_restored(tmp_path):
    steps = list(batches(seed=0, steps=3))
    optimizer = hotrow.RowSparse("adam", loss_scaling=True, initial_scale=8.0)
    model = train(make_model(optimizer), steps)
    model.train_on_batch(steps[0][0], steps[0][1] * np.inf)
    path = tmp_path / "model.keras"
    model.save(path)
    again = keras.models.load_model(path)
    assert float(again.optimizer.dynamic_scale) == 4.0
    assert_same_state(again, model, rtol=0)


def test_the_config_round_trip():
    optimizer = hotrow.RowSparse(
        hotrow.RowWiseAdagrad(0.2, initial_accumulator_value=0.3, weight_decay=0.1),
        update_padding=True,
        loss_scaling=True,
        initial_scale=4.0,
        dynamic_growth_steps=7,
        name="by_rows",
    )
    config = keras.optimizers.serialize(optimizer)
    again = keras.optimizers.deserialize(config)
    assert keras.optimizers.serialize(again) == config
    assert again.update_padding
    assert again.inner_optimizer.initial_accumulator_value == 0.3


def test_a_file_of_weights_is_that_of_the_plain_model(tmp_path):
    ours = train(make_model(hotrow.RowSparse("adam")), batches(seed=0, steps=2))
    path = tmp_path / "model.weights.h5"
    ours.save_weights(path)
    plain = make_model("adam")
    plain.optimizer.build(plain.trainable_variables)
    plain.load_weights(path)
    for x, y in zip(ours.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(x, y)


def test_slots_are_saved_once(tmp_path):
    import zipfile

    sizes = {}
    for name, optimizer in (("plain", "adam"), ("ours", hotrow.RowSparse("adam"))):
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [keras.Input((4,), dtype="int32"), hotrow.Embedding(20_000, 8)]
        )
        model.compile(optimizer, "mse")
        model.train_on_batch(np.ones((1, 4), "int32"), np.ones((1, 4, 8)))
        model.save(tmp_path / f"{name}.keras")
        with zipfile.ZipFile(tmp_path / f"{name}.keras") as file:
            sizes[name] = file.getinfo("model.weights.h5").file_size
    assert sizes["ours"] < 1.02 * sizes["plain"]
