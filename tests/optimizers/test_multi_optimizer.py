"""`RowSparse` with optimizers of Keras that run optimizers: inside, and around."""

import keras
import numpy as np
import numpy_rules as rules
import pytest
from helpers import random_table, to_numpy
from test_per_layer import Offset, assert_same, expected, make_model, train, weights_of
from training_models import ROWS, WIDTH, batches, dense_gradient, linear_loss

import hotrow
from hotrow import backend

K = keras.optimizers
pytestmark = pytest.mark.skipif(
    not hasattr(K, "MultiOptimizer"), reason="Keras before 3.15 has no MultiOptimizer"
)
ADAGRAD, SGD, ADAM = rules.adagrad, rules.sgd, rules.adam


def several(default, **optimizers):
    """A map of optimizers, as `OptimizerMap` takes them one by one."""
    found = K.OptimizerMap(default)
    for name, optimizer in optimizers.items():
        found[f"{name}/.*"] = optimizer
    return found


def chosen(variable):
    """As in Keras's example, which makes an optimizer for each variable."""
    if variable.path.startswith("offset/"):
        return K.SGD(0.5)
    return hotrow.RowSparse(K.Adam(0.1))


CASES = {
    "a map": (
        lambda: K.MultiOptimizer(
            several(
                K.Adam(0.05),
                words=hotrow.RowSparse(K.Adagrad(0.1)),
                items=hotrow.RowSparse(K.Adam(0.02)),
            )
        ),
        {"words": (ADAGRAD, 0.1), "items": (ADAM, 0.02), "offset": (ADAM, 0.05)},
    ),
    "a function": (
        lambda: K.MultiOptimizer(chosen),
        {"words": (ADAM, 0.1), "items": (ADAM, 0.1), "offset": (SGD, 0.5)},
    ),
    "RowSparse as default": (
        lambda: K.MultiOptimizer(
            several(hotrow.RowSparse(K.Adam(0.1)), offset=K.SGD(0.5)),
            loss_scale_factor=8.0,
        ),
        {"words": (ADAM, 0.1), "items": (ADAM, 0.1), "offset": (SGD, 0.5)},
    ),
    "RowSparse around": (
        lambda: hotrow.RowSparse(
            K.MultiOptimizer(several(K.Adagrad(0.1), items=K.Adam(0.02))),
            per_layer={"offset": 0.5},
        ),
        {"words": (ADAGRAD, 0.1), "items": (ADAM, 0.02), "offset": (ADAGRAD, 0.05)},
    ),
    "RowSparse around, others, and a scale": (
        lambda: hotrow.RowSparse(
            K.MultiOptimizer(several(K.Adagrad(0.1), items=K.Adam(0.02))),
            others=K.SGD(0.5),
            loss_scaling=True,
        ),
        {"words": (ADAGRAD, 0.1), "items": (ADAM, 0.02), "offset": (SGD, 0.5)},
    ),
    "LossScaleOptimizer around": (
        lambda: K.LossScaleOptimizer(
            hotrow.RowSparse(K.Adagrad(0.1), others=K.SGD(0.5))
        ),
        {"words": (ADAGRAD, 0.1), "items": (ADAGRAD, 0.1), "offset": (SGD, 0.5)},
    ),
}


@pytest.fixture
def by_rows(monkeypatch):
    """Says, for each gradient of a table that was applied, whether it came by rows."""
    seen = []
    row_parts = backend.row_parts

    def spy(gradient):
        parts = row_parts(gradient)
        seen.append(parts is not None)
        return parts

    monkeypatch.setattr(backend, "row_parts", spy)
    return seen


@pytest.mark.parametrize("name", CASES)
def test_each_variable_follows_its_rule(name, by_rows):
    make, per_name = CASES[name]
    steps = list(batches(seed=0, steps=3))
    model = make_model(make(), compiled=name in ("a map", "RowSparse around"))
    assert_same(train(model, steps), expected(steps, **per_name))
    if name != "LossScaleOptimizer around":
        assert by_rows
        assert all(by_rows)


@pytest.mark.parametrize("name", ["a map", "RowSparse around, others, and a scale"])
def test_training_goes_on_from_a_file(name, tmp_path):
    make, per_name = CASES[name]
    steps = list(batches(seed=0, steps=4))
    model = make_model(make())
    train(model, steps[:2])
    model.save(tmp_path / "model.keras")
    objects = {"Offset": Offset, "linear_loss": linear_loss}
    again = keras.models.load_model(tmp_path / "model.keras", objects)
    again.run_eagerly = True
    for a, b in zip(again.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(to_numpy(a), to_numpy(b))
    assert_same(train(again, steps[2:]), expected(steps, **per_name))


def decayed(steps, rate=0.1, decay=0.5):
    w = random_table(ROWS, WIDTH).astype("float64")
    for step in steps:
        w = w * (1 - rate * decay) - rate * dense_gradient(*step)
    return w


@pytest.mark.parametrize("place", ["MultiOptimizer", "LossScaleOptimizer"])
def test_weight_decay_inside_another_optimizer(place, tmp_path):
    def make():
        by_rows = hotrow.RowSparse(K.SGD(0.1, weight_decay=0.5))
        if place == "LossScaleOptimizer":
            return K.LossScaleOptimizer(by_rows)
        return K.MultiOptimizer(several(K.SGD(0.1), words=by_rows))

    steps = [(np.minimum(ids, 20), y) for ids, y in batches(seed=0, steps=4)]
    model = make_model(make(), compiled=True)
    ids, targets = (np.concatenate(x) for x in zip(*steps, strict=True))
    kwargs = {"batch_size": 5, "shuffle": False, "verbose": 0}
    model.fit(ids, targets, validation_data=(ids, targets), **kwargs)
    np.testing.assert_allclose(weights_of(model)["words"], decayed(steps), atol=2e-6)
    if place == "MultiOptimizer":
        items = expected(steps, items=(SGD, 0.1))["items"]
        np.testing.assert_allclose(weights_of(model)["items"], items, atol=2e-6)
    model.train_on_batch(*steps[0])
    model.save_weights(tmp_path / "a.weights.h5")
    again = make_model(make())
    again.optimizer.build(again.trainable_variables)
    again.load_weights(tmp_path / "a.weights.h5")
    expected_now = decayed([*steps, steps[0]])
    np.testing.assert_allclose(weights_of(again)["words"], expected_now, atol=2e-6)
    train(again, steps[1:2])
    np.testing.assert_allclose(
        weights_of(again)["words"], decayed([*steps, *steps[:2]]), atol=2e-6
    )


def test_a_table_goes_over_to_a_plain_optimizer_inside():
    steps = list(batches(seed=0, steps=2))
    model = make_model(hotrow.RowSparse(K.SGD(0.1, weight_decay=0.5)))
    train(model, [(np.minimum(ids, 20), y) for ids, y in steps])
    model.compile(
        K.MultiOptimizer(several(K.SGD(0.1), items=hotrow.RowSparse(K.SGD(0.1)))),
        linear_loss,
        run_eagerly=True,
    )
    before = weights_of(model)
    train(model, steps[:1])
    for name in ("words", "items"):
        after = before[name] - 0.1 * dense_gradient(*steps[0])
        np.testing.assert_allclose(weights_of(model)[name], after, atol=2e-6)


@pytest.mark.parametrize("around", [False, True])
def test_under_mixed_float16(around):
    keras.config.set_dtype_policy("mixed_float16")
    steps = list(batches(seed=0, steps=2))
    if around:
        optimizer = hotrow.RowSparse(K.MultiOptimizer(several(K.SGD(0.1))))
    else:
        optimizer = K.MultiOptimizer(several(hotrow.RowSparse(K.SGD(0.1))))
    model = make_model(optimizer)
    assert (model.optimizer is optimizer) == around
    # A gradient of 1e-7 is zero in float16, and survives scaled.
    weights = train(model, [(ids, 1e-7 * targets) for ids, targets in steps])
    offset = expected(steps, offset=(SGD, 0.1))["offset"]
    np.testing.assert_allclose(weights["offset"], 1e-7 * offset, rtol=5e-3)
    assert (weights["words"] != random_table(ROWS, WIDTH)).any()


def test_a_scale_of_its_own_inside_another_optimizer_is_refused():
    inside = hotrow.RowSparse("sgd", loss_scaling=True)
    model = make_model(K.MultiOptimizer(several(inside)))
    with pytest.raises(ValueError, match=r"never sees the loss. Leave out loss_scal"):
        model.optimizer.build(model.trainable_variables)


def test_a_fused_model():
    def make(optimizer):
        keras.utils.set_random_seed(0)
        inputs = keras.Input((3,), dtype="int32")
        x = hotrow.OneHot(50)(inputs)
        x = keras.layers.Dense(4, name="first")(x)
        x = keras.layers.Dense(2, name="last")(keras.layers.Flatten()(x))
        model = hotrow.fuse(keras.Model(inputs, x), strict=True)
        model.compile(optimizer, "mse", run_eagerly=True)
        return model

    optimizers = [
        K.MultiOptimizer(several(K.SGD(0.1), first=K.Adagrad(0.05))),
        K.MultiOptimizer(several(K.SGD(0.1), first=hotrow.RowSparse(K.Adagrad(0.05)))),
        hotrow.RowSparse(K.SGD(0.1), per_layer={"first": K.Adagrad(0.05)}),
    ]
    ids = np.array([[1, 2, 3], [1, 4, 3]])
    found = []
    for optimizer in optimizers:
        model = make(optimizer)
        for _ in range(3):
            model.train_on_batch(ids, np.ones((2, 2)))
        found.append(model.get_weights())
    for others in found[1:]:
        for a, b in zip(found[0], others, strict=True):
            np.testing.assert_allclose(a, b, atol=2e-6)
