"""Every optimizer under `RowSparse`: against NumPy, and against itself on its own."""

import keras
import numpy as np
import numpy_rules as rules
import pytest
from helpers import random_table
from hypothesis import given, settings
from hypothesis import strategies as st
from training_models import (
    ROWS,
    WIDTH,
    batches,
    dense_gradient,
    linear_loss,
    new_table,
    sum_of_rows,
    train,
)

import hotrow

K = keras.optimizers
OPTIMIZERS = {
    "SGD": (lambda: K.SGD(0.1), rules.sgd, 0.1),
    "momentum": (lambda: K.SGD(0.1, momentum=0.9), rules.momentum, 0.1),
    "Nesterov": (
        lambda: K.SGD(0.1, momentum=0.9, nesterov=True),
        rules.nesterov,
        0.1,
    ),
    "RMSprop": (lambda: K.RMSprop(0.01), rules.rmsprop, 0.01),
    "Adam": (lambda: K.Adam(0.01), rules.adam, 0.01),
    "AMSGrad": (lambda: K.Adam(0.01, amsgrad=True), rules.amsgrad, 0.01),
    "AdamW": (lambda: K.AdamW(0.01, weight_decay=0.0), rules.adam, 0.01),
    "Adagrad": (lambda: K.Adagrad(0.1), rules.adagrad, 0.1),
    "RowWiseAdagrad": (
        lambda: hotrow.RowWiseAdagrad(0.1),
        rules.row_wise_adagrad,
        0.1,
    ),
    "Adadelta": (lambda: K.Adadelta(0.5), rules.adadelta, 0.5),
    "Adamax": (lambda: K.Adamax(0.01), rules.adamax, 0.01),
    "Nadam": (lambda: K.Nadam(0.01), rules.nadam, 0.01),
    "Ftrl": (
        lambda: K.Ftrl(
            0.1, l1_regularization_strength=0.01, l2_regularization_strength=0.02
        ),
        rules.ftrl,
        0.1,
    ),
    "Lion": (lambda: K.Lion(0.01), rules.lion, 0.01),
    "centered RMSprop": (
        lambda: K.RMSprop(0.01, momentum=0.5, centered=True),
        rules.centered_rmsprop,
        0.01,
    ),
}
each = pytest.mark.parametrize(
    ("make", "rule", "lr"), OPTIMIZERS.values(), ids=OPTIMIZERS.keys()
)
# Those that differ in how Keras runs them; for the others one backend will do.
VARIED = {"SGD", "Adam", "Nadam", "Ftrl", "RowWiseAdagrad"}
each_by_rows_or_not = pytest.mark.parametrize(
    ("name", "by_rows"),
    [
        pytest.param(
            name,
            by_rows,
            marks=[] if by_rows or name in VARIED else [pytest.mark.slow],
        )
        for name in OPTIMIZERS
        for by_rows in (True, False)
    ],
)


def compiled(optimizer, dense=False, **kwargs):
    model = sum_of_rows(new_table(**kwargs), dense)
    model.compile(optimizer, "mse" if dense else linear_loss)
    return model


@each
def test_touched_rows_follow_the_rule_and_others_stay(make, rule, lr):
    steps = list(batches(seed=0, steps=6))
    table = train(compiled(hotrow.RowSparse(make())), steps)
    gradients = [dense_gradient(*step) for step in steps]
    expected = rules.train(rule, random_table(ROWS, WIDTH), gradients, lr)
    np.testing.assert_allclose(table, expected, atol=2e-6)
    never = np.setdiff1d(np.arange(ROWS), np.concatenate([ids for ids, _ in steps]))
    assert len(never) > 3
    np.testing.assert_array_equal(table[never], random_table(ROWS, WIDTH)[never])


@each_by_rows_or_not
def test_where_every_row_is_touched_it_is_the_plain_optimizer(name, by_rows):
    """By rows: more rows than ids, so that the gradient is never a dense one."""
    make = OPTIMIZERS[name][0]
    rng = np.random.default_rng(0)
    few = 8
    models = []
    for optimizer in (make(), hotrow.RowSparse(make())):
        keras.utils.set_random_seed(0)
        rows = ROWS if by_rows else few
        table = random_table(rows, WIDTH)
        layer = hotrow.Embedding(rows, WIDTH, weights=table, name="words")
        model = sum_of_rows(layer, dense=True)
        model.compile(optimizer, "mse")
        models.append(model)
    for _ in range(5):
        ids = np.stack([rng.permutation(few) for _ in range(4)]).astype("int32")
        targets = rng.normal(size=(4, 1)).astype("float32")
        for model in models:
            model.train_on_batch(ids, targets)
    plain, ours = (model.get_weights() for model in models)
    for a, b in zip(plain, ours, strict=True):
        a, b = (x[:few] if len(x) == ROWS else x for x in (a, b))
        np.testing.assert_allclose(a, b, atol=2e-6)


@pytest.mark.parametrize("name", ["SGD", "Adagrad", "RowWiseAdagrad"])
def test_these_are_the_plain_optimizer_always(name):
    make = OPTIMIZERS[name][0]
    steps = list(batches(seed=1, steps=8))
    plain = train(compiled(make()), steps)
    ours = train(compiled(hotrow.RowSparse(make())), steps)
    np.testing.assert_allclose(plain, ours, atol=2e-6)


@pytest.mark.parametrize("name", ["SGD", "Adam"])
@pytest.mark.parametrize(
    "clip", [{"clipnorm": 0.5}, {"clipvalue": 0.1}, {"global_clipnorm": 0.3}]
)
def test_clipping_is_that_of_the_dense_gradient(name, clip):
    kwargs = {"learning_rate": 0.05, **clip}
    every_row = np.arange(ROWS, dtype="int32").reshape(4, -1)
    models = []
    for wrap in (lambda x: x, hotrow.RowSparse):
        keras.utils.set_random_seed(0)
        models.append(compiled(wrap(getattr(K, name)(**kwargs)), dense=True))
    for _ in range(3):
        for model in models:
            model.train_on_batch(
                np.repeat(every_row, 2, axis=1), np.ones((4, 1), "float32")
            )
    for a, b in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-6)


@pytest.mark.parametrize(
    "clip", [{"clipnorm": 0.5}, {"clipvalue": 0.1}, {"global_clipnorm": 0.3}]
)
def test_clipping_of_a_few_rows(clip):
    steps = list(batches(seed=2, steps=4))
    plain = train(compiled(K.SGD(0.1, **clip)), steps)
    ours = train(compiled(hotrow.RowSparse(K.SGD(0.1, **clip))), steps)
    np.testing.assert_allclose(plain, ours, atol=2e-6)
    assert np.abs(plain - train(compiled(K.SGD(0.1)), steps)).max() > 0.01


# Of one shape, since JAX compiles for each.
id_batches = st.lists(st.integers(0, ROWS - 1), min_size=12, max_size=12)


@pytest.mark.parametrize("name", ["Adam", "Adagrad"])
@given(st.lists(id_batches, min_size=1, max_size=3))
@settings(max_examples=12, deadline=None)
def test_any_pattern_of_ids(name, patterns):
    make, rule, lr = OPTIMIZERS[name]
    rng = np.random.default_rng(0)
    steps = [
        (ids, rng.normal(size=(len(ids), WIDTH)).astype("float32"))
        for ids in (np.array(pattern, "int32").reshape(4, 3) for pattern in patterns)
    ]
    model = compiled(hotrow.RowSparse(make()))
    # Eagerly: a step of each new model would be compiled.
    model.run_eagerly = True
    table = train(model, steps)
    gradients = [dense_gradient(*step) for step in steps]
    expected = rules.train(rule, random_table(ROWS, WIDTH), gradients, lr)
    np.testing.assert_allclose(table, expected, atol=2e-6)


@pytest.mark.parametrize(
    "ids",
    [
        np.full((4, 3), 7),
        np.array([[5]]),
        np.arange(ROWS).reshape(4, -1),
        np.tile(np.arange(ROWS), (2, 2)),
        np.array([[0, 0, ROWS - 1]]),
    ],
    ids=["all equal", "one", "every row", "more ids than rows", "first and last"],
)
@pytest.mark.parametrize("name", ["Adam", "RowWiseAdagrad"])
def test_special_batches(name, ids):
    make, rule, lr = OPTIMIZERS[name]
    rng = np.random.default_rng(0)
    steps = [(ids, rng.normal(size=(len(ids), WIDTH)).astype("float32"))] * 3
    table = train(compiled(hotrow.RowSparse(make())), steps)
    gradients = [dense_gradient(*step) for step in steps]
    expected = rules.train(rule, random_table(ROWS, WIDTH), gradients, lr)
    np.testing.assert_allclose(table, expected, atol=2e-6)


def test_an_empty_batch_changes_nothing():
    model = compiled(hotrow.RowSparse("adam"))
    steps = [(np.zeros((0, 3), "int32"), np.zeros((0, WIDTH), "float32"))]
    table = train(model, steps)
    np.testing.assert_array_equal(table, random_table(ROWS, WIDTH))
    assert np.isfinite(model.optimizer.variables[0].numpy()).all()


def test_two_runs_give_the_same_bits():
    tables = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        model = compiled(hotrow.RowSparse("adam"), dense=True)
        rng = np.random.default_rng(0)
        ids = rng.integers(0, ROWS, (64, 4)).astype("int32")
        model.fit(ids, ids.mean(1, keepdims=True), batch_size=8, epochs=2, verbose=0)
        tables.append(model.get_weights()[0])
    np.testing.assert_array_equal(*tables)
