"""Learning rates and optimizers of single layers, against NumPy."""

import json

import keras
import numpy as np
import numpy_rules as rules
import pytest
from helpers import random_table, to_numpy
from keras import ops
from training_models import ROWS, WIDTH, batches, dense_gradient, linear_loss

import hotrow

K = keras.optimizers
NAMES = ("words", "items", "offset")


class Offset(keras.layers.Layer):
    def build(self, shape):
        self.offset = self.add_weight(
            shape=(WIDTH,), initializer="zeros", name="vector"
        )

    def call(self, x):
        return x + self.offset


def table(name):
    return hotrow.Embedding(ROWS, WIDTH, weights=random_table(ROWS, WIDTH), name=name)


def make_model(optimizer, compiled=False, nested=False):
    """Two tables and a vector, whose gradients do not depend on their values.

    `optimizer` is one, or a function of the model that makes it.
    """
    inputs = keras.Input((None,), dtype="int32")
    words, items = (table(name) for name in NAMES[:2])
    x = ops.sum(words(inputs), axis=1)
    if nested:
        inner = keras.Input((None,), dtype="int32")
        items = keras.Model(inner, ops.sum(items(inner), axis=1), name="tower")
        x = x + items(inputs)
    else:
        x = x + ops.sum(items(inputs), axis=1)
    model = keras.Model(inputs, Offset(name="offset")(x))
    if not isinstance(optimizer, keras.Optimizer):
        optimizer = optimizer(model)
    model.compile(optimizer, linear_loss, run_eagerly=not compiled)
    return model


def train(model, steps):
    for ids, targets in steps:
        model.train_on_batch(ids, targets)
    return weights_of(model)


def weights_of(model):
    # Through `get_weights`, so that rows have caught up.
    return dict(zip(NAMES, model.get_weights(), strict=True))


def expected(steps, **per_name):
    """Weights after steps of `(rule, learning rate)` for each name."""
    gradients = [dense_gradient(*step) for step in steps]
    of_offset = [targets.sum(0, keepdims=True) for _, targets in steps]
    start = random_table(ROWS, WIDTH)
    found = {}
    for name, (rule, rate) in per_name.items():
        if name == "offset":
            zeros = np.zeros((1, WIDTH))
            found[name] = rules.train(rule, zeros, of_offset, rate, lazy=False)[0]
        else:
            found[name] = rules.train(rule, start, gradients, rate)
    return found


def assert_same(weights, others, atol=2e-6):
    for name, value in weights.items():
        np.testing.assert_allclose(value, others[name], atol=atol, err_msg=name)


def is_offset(variable):
    return variable.path.startswith("offset/")


ADAGRAD, SGD, ADAM = rules.adagrad, rules.sgd, rules.adam
CASES = {
    "others": (
        lambda m: hotrow.RowSparse(K.Adagrad(0.1), others=K.Adam(0.05)),
        {"words": (ADAGRAD, 0.1), "items": (ADAGRAD, 0.1), "offset": (ADAM, 0.05)},
    ),
    "others, by name": (
        lambda m: hotrow.RowSparse(K.Adagrad(0.1), others="adam"),
        {"words": (ADAGRAD, 0.1), "items": (ADAGRAD, 0.1), "offset": (ADAM, 0.001)},
    ),
    "a multiplier": (
        lambda m: hotrow.RowSparse(K.Adam(0.1), per_layer={"items": 0.25}),
        {"words": (ADAM, 0.1), "items": (ADAM, 0.025), "offset": (ADAM, 0.1)},
    ),
    "a multiplier of 0 and an optimizer": (
        lambda m: hotrow.RowSparse(
            "adam", per_layer={"offset": 0, "words": K.SGD(0.3), "items": "sgd"}
        ),
        {"words": (SGD, 0.3), "items": (SGD, 0.01), "offset": (SGD, 0)},
    ),
    "layers, a function, and others": (
        lambda m: hotrow.RowSparse(
            K.Adagrad(0.1),
            others=K.SGD(0.5),
            per_layer=[(m.get_layer("words"), 2.0), (is_offset, 0.5)],
        ),
        {"words": (ADAGRAD, 0.2), "items": (ADAGRAD, 0.1), "offset": (SGD, 0.25)},
    ),
    "a pattern, and the first that fits": (
        lambda m: hotrow.RowSparse(
            K.SGD(0.1), per_layer={"w.*/embeddings": 0.5, ".*": 0.25}
        ),
        {"words": (SGD, 0.05), "items": (SGD, 0.025), "offset": (SGD, 0.025)},
    ),
    "the name of a variable, and a list": (
        lambda m: hotrow.RowSparse(
            K.SGD(0.1),
            per_layer=[
                ("vector", K.Adam(0.05)),
                (["words", m.get_layer("items")], np.float32(3)),
            ],
        ),
        {"words": (SGD, 0.3), "items": (SGD, 0.3), "offset": (ADAM, 0.05)},
    ),
    # Its rule keeps a product for all variables, once a step.
    "Nadam": (
        lambda m: hotrow.RowSparse(
            K.Nadam(0.1), per_layer={"items": 0.25, "offset": 0.5}
        ),
        {
            "words": (rules.nadam, 0.1),
            "items": (rules.nadam, 0.025),
            "offset": (rules.nadam, 0.05),
        },
    ),
    "a schedule": (
        lambda m: hotrow.RowSparse(
            K.SGD(K.schedules.PiecewiseConstantDecay([100], [0.1, 0.0])),
            per_layer={"items": 0.25},
        ),
        {"words": (SGD, 0.1), "items": (SGD, 0.025), "offset": (SGD, 0.1)},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_variable_follows_its_rule_at_its_rate(name):
    make, per_name = CASES[name]
    steps = list(batches(seed=0, steps=3))
    assert_same(train(make_model(make), steps), expected(steps, **per_name))


@pytest.mark.parametrize("name", ["layers, a function, and others", "Nadam"])
def test_the_same_in_compiled_steps(name):
    make, per_name = CASES[name]
    steps = list(batches(seed=0, steps=3))
    model = make_model(make, compiled=True)
    assert_same(train(model, steps), expected(steps, **per_name))


def test_a_model_in_a_model_as_key():
    steps = list(batches(seed=0, steps=2))
    model = make_model(
        lambda m: hotrow.RowSparse(K.SGD(0.1), per_layer=[(m.get_layer("tower"), 0.5)]),
        nested=True,
    )
    per_name = {"words": (SGD, 0.1), "items": (SGD, 0.05), "offset": (SGD, 0.1)}
    assert_same(train(model, steps), expected(steps, **per_name))


def test_any_optimizer_may_train_what_is_no_table():
    steps = list(batches(seed=0, steps=2))
    plain = make_model(lambda m: K.Lamb(0.05))
    ours = make_model(lambda m: hotrow.RowSparse("sgd", others=K.Lamb(0.05)))
    found = train(plain, steps)["offset"], train(ours, steps)["offset"]
    np.testing.assert_allclose(*found, atol=1e-6)


def test_weight_decay_follows_the_rate_of_a_layer():
    steps = [(np.minimum(ids, 20), y) for ids, y in batches(seed=0, steps=4)]
    optimizer = hotrow.RowSparse(K.SGD(0.1, weight_decay=0.5), per_layer={"items": 0.5})
    weights = train(make_model(optimizer), steps)
    for name, rate in (("words", 0.1), ("items", 0.05)):
        w = random_table(ROWS, WIDTH).astype("float64")
        for step in steps:
            w = w * (1 - rate * 0.5) - rate * dense_gradient(*step)
        np.testing.assert_allclose(weights[name], w, atol=2e-6)


def test_a_global_norm_is_that_of_all_variables_of_an_optimizer():
    steps = list(batches(seed=0, steps=2))
    optimizer = hotrow.RowSparse(
        K.SGD(0.1, global_clipnorm=0.5), per_layer={"items": 0.5}
    )
    weights = train(make_model(optimizer), steps)
    words, offset = random_table(ROWS, WIDTH).astype("float64"), np.zeros(WIDTH)
    items = words.copy()
    for ids, targets in steps:
        rows, vector = dense_gradient(ids, targets), targets.sum(0)
        scale = 0.5 / np.sqrt(2 * (rows**2).sum() + (vector**2).sum())
        assert scale < 1
        words -= 0.1 * scale * rows
        items -= 0.05 * scale * rows
        offset -= 0.1 * scale * vector
    assert_same(weights, {"words": words, "items": items, "offset": offset})


def test_callbacks_keep_the_proportions_of_the_learning_rates():
    optimizer = hotrow.RowSparse(
        K.SGD(0.5), others=K.SGD(0.1), per_layer={"items": K.Adam(0.2)}
    )
    model = make_model(optimizer)
    ids, targets = next(batches(seed=0, steps=1))
    by_epoch = keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.5)
    history = model.fit(ids, targets, epochs=2, callbacks=[by_epoch], verbose=0)
    rates = [float(o.learning_rate) for o in optimizer.optimizers]
    np.testing.assert_allclose(rates, [0.125, 0.025, 0.05], rtol=1e-6)
    if hasattr(keras.optimizers, "MultiOptimizer"):
        assert len([name for name in history.history if "learning_rate_" in name]) == 3
    # From 0 they come back as they were before it.
    optimizer.learning_rate = 0.0
    assert not any(float(o.learning_rate) for o in optimizer.optimizers)
    optimizer.learning_rate = 0.25
    rates = [float(o.learning_rate) for o in optimizer.optimizers]
    np.testing.assert_allclose(rates, [0.25, 0.05, 0.1], rtol=1e-6)


def test_one_optimizer_shows_no_list_of_them():
    optimizer = hotrow.RowSparse("sgd", per_layer={"words": 0.5})
    assert not hasattr(optimizer, "optimizers")
    assert optimizer.others is None


def test_loss_scaling_with_several_optimizers():
    make = CASES["layers, a function, and others"][0]
    per_name = CASES["layers, a function, and others"][1]
    steps = list(batches(seed=0, steps=3))

    def scaled(m):
        config = make(m).get_config()
        config.update(per_layer=[("words", 2.0), ("offset", 0.5)], loss_scaling=True)
        return hotrow.RowSparse.from_config(config)

    model = make_model(scaled, compiled=True)
    train(model, steps[:2])
    ids, targets = steps[2]
    model.train_on_batch(ids, targets * np.inf)
    model.train_on_batch(ids, targets)
    assert_same(weights_of(model), expected(steps, **per_name))
    assert float(model.optimizer.dynamic_scale) == 2.0**14


@pytest.mark.parametrize(
    "name", ["layers, a function, and others", "the name of a variable, and a list"]
)
def test_training_goes_on_from_a_file(name, tmp_path):
    make, per_name = CASES[name]
    steps = list(batches(seed=0, steps=4))
    model = make_model(make)
    train(model, steps[:2])
    model.save(tmp_path / "model.keras")
    objects = {"Offset": Offset, "linear_loss": linear_loss}
    again = keras.models.load_model(tmp_path / "model.keras", objects)
    again.run_eagerly = True
    for a, b in zip(again.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(to_numpy(a), to_numpy(b))
    assert_same(train(again, steps[2:]), expected(steps, **per_name))


def test_the_config_is_plain_data():
    model = make_model(CASES["layers, a function, and others"][0])
    model.optimizer.build(model.trainable_variables)
    config = keras.optimizers.serialize(model.optimizer)
    assert json.loads(json.dumps(config)) == config
    again = keras.optimizers.deserialize(config)
    with pytest.raises(ValueError, match=r"trained 3 variables.* Received: 1 vari"):
        again.build(model.trainable_variables[:1])
    unbuilt = make_model(CASES["the name of a variable, and a list"][0])
    config = unbuilt.optimizer.get_config()
    assert [pair[0] for pair in config["per_layer"]] == [["vector"], ["words", "items"]]


def test_a_name_that_no_variable_has():
    model = make_model(hotrow.RowSparse("sgd", per_layer={"wrods": 0.5, "(": 2}))
    message = r"no trainable variable is named 'wrods'.*Paths: 'words/embeddings', 'it"
    with (
        pytest.warns(UserWarning, match=r"named '\('"),
        pytest.warns(UserWarning, match=message),
    ):
        model.optimizer.build(model.trainable_variables)


@pytest.mark.parametrize(
    ("per_layer", "message"),
    [
        ({"words": -0.1}, "must be 0 or more. Received: -0.1"),
        ({"words": True}, "or an optimizer. Received: True"),
        ({"words": "no such"}, "or an optimizer. Received: 'no such'"),
        ({3: 0.1}, "takes a dictionary or a list of pairs.* Received: 3"),
        ("words", "takes a dictionary or a list of pairs.* Received: 'words'"),
        ([("words", 0.1, 2)], r"Received: \('words', 0.1, 2\)"),
        ({"words": K.LossScaleOptimizer(K.SGD())}, "cannot run LossScaleOptimizer"),
    ],
)
def test_what_per_layer_does_not_take(per_layer, message):
    with pytest.raises(ValueError, match=message):
        hotrow.RowSparse("sgd", per_layer=per_layer)


def test_a_rule_of_whole_variables_is_refused_for_a_table():
    model = make_model(hotrow.RowSparse("sgd", per_layer={"words": K.Lamb()}))
    with pytest.raises(ValueError, match=r"cannot run Lamb.* with others=Lamb\(...\)"):
        model.optimizer.build(model.trainable_variables)


def test_optimizers_that_scale_the_loss_by_other_factors():
    optimizer = hotrow.RowSparse(
        K.SGD(loss_scale_factor=8.0), others=K.SGD(loss_scale_factor=4.0)
    )
    with pytest.raises(ValueError, match="share one loss, and so one"):
        optimizer.scale_loss(1.0)
