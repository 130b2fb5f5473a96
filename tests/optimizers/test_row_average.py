"""`use_ema` under `RowSparse`: the plain optimizer's averages, for every row."""

import keras
import numpy as np
import numpy_rules as rules
import pytest
from helpers import random_table
from training_models import (
    ROWS,
    WIDTH,
    batches,
    dense_gradient,
    linear_loss,
    new_table,
    sum_of_rows,
)

import hotrow

K = keras.optimizers


def models(make, **kwargs):
    """The plain optimizer and `RowSparse`, on a table and a dense layer."""
    for wrap in (lambda x: x, hotrow.RowSparse):
        keras.utils.set_random_seed(0)
        model = sum_of_rows(new_table(**kwargs), dense=True)
        model.compile(wrap(make()), "mse")
        yield model


def steps(count, seed=0):
    for ids, targets in batches(seed=seed, steps=count):
        # So that many rows are touched in some steps only, and some in none.
        yield np.minimum(ids, ROWS - 5), targets[:, :1]


def averages(model):
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    return [v.numpy() for v in optimizer._model_variables_moving_average]


def assert_same(ours, plain, what="weights", **tolerance):
    tolerance = {"atol": 3e-6, **tolerance}
    get = averages if what == "averages" else keras.Model.get_weights
    for x, y in zip(get(ours), get(plain), strict=True):
        np.testing.assert_allclose(x, y, **tolerance)


CASES = {
    "momentum 0": {"ema_momentum": 0.0},
    # Faster than the average: the numbers that are kept must not grow.
    "strong decay": {"weight_decay": 5.0, "ema_momentum": 0.9},
    "overwrite": {"ema_overwrite_frequency": 3},
    "overwrite, decay": {"ema_overwrite_frequency": 3, "weight_decay": 0.3},
    "clipnorm": {"global_clipnorm": 0.5, "ema_momentum": 0.7},
}


@pytest.mark.parametrize("arguments", CASES.values(), ids=CASES.keys())
def test_the_averages_are_those_of_the_plain_optimizer(arguments):
    plain, ours = models(lambda: K.SGD(0.05, use_ema=True, **arguments))
    for place, (ids, targets) in enumerate(steps(14)):
        for model in (plain, ours):
            model.train_on_batch(ids, targets)
        if place in (0, 8):
            assert_same(ours, plain)
            assert_same(ours, plain, "averages")
    assert_same(ours, plain)
    assert_same(ours, plain, "averages")
    for model in (plain, ours):
        model.optimizer.finalize_variable_values(model.trainable_variables)
    assert_same(ours, plain)
    assert np.abs(ours.get_weights()[0][-1]).max() > 0


def test_fit_ends_with_the_averages_and_goes_on_from_them():
    plain, ours = models(lambda: K.Adagrad(0.1, use_ema=True, ema_momentum=0.8))
    ids, targets = (np.concatenate(x) for x in zip(*steps(5), strict=True))
    for epochs in (2, 1):
        for model in (plain, ours):
            model.fit(
                ids, targets, batch_size=5, epochs=epochs, shuffle=False, verbose=0
            )
        # On JAX, Keras's own ends with a variable that is its average, to the buffer,
        # and the next `fit` fails.
        plain.set_weights([x.copy() for x in plain.get_weights()])
        assert_same(ours, plain)
        assert_same(ours, plain, "averages")


@pytest.mark.parametrize("on_epoch", [False, True])
def test_swap_ema_weights(on_epoch):
    plain, ours = models(lambda: K.SGD(0.05, use_ema=True, weight_decay=0.3))
    ids, targets = (np.concatenate(x) for x in zip(*steps(5), strict=True))
    histories = [
        model.fit(
            ids,
            targets,
            batch_size=5,
            epochs=3,
            shuffle=False,
            validation_data=(np.arange(ROWS).reshape(-1, 4), np.ones((ROWS // 4, 1))),
            callbacks=[keras.callbacks.SwapEMAWeights(swap_on_epoch=on_epoch)],
            verbose=0,
        ).history
        for model in (plain, ours)
    ]
    for name, values in histories[0].items():
        np.testing.assert_allclose(values, histories[1][name], rtol=1e-4)
    assert_same(ours, plain)


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda **kwargs: K.Adam(0.01, **kwargs), rules.adam),
        pytest.param(
            lambda **kwargs: K.SGD(0.01, momentum=0.9, **kwargs),
            rules.momentum,
            marks=pytest.mark.slow,
        ),
        pytest.param(
            lambda **kwargs: K.Ftrl(
                0.01,
                l1_regularization_strength=0.01,
                l2_regularization_strength=0.02,
                **kwargs,
            ),
            rules.ftrl,
            marks=pytest.mark.slow,
        ),
    ],
    ids=["Adam", "momentum", "Ftrl"],
)
def test_of_a_lazy_rule_it_averages_what_the_rows_were(make, rule):
    model = sum_of_rows(new_table())
    optimizer = make(use_ema=True, ema_momentum=0.8)
    model.compile(hotrow.RowSparse(optimizer), linear_loss)
    gradients = []
    expected = 0
    for place, (ids, targets) in enumerate(batches(seed=0, steps=7)):
        model.train_on_batch(ids, targets)
        gradients.append(dense_gradient(ids, targets))
        now = rules.train(rule, random_table(ROWS, WIDTH), gradients, 0.01)
        momentum = 0.8 if place else 0
        expected = momentum * expected + (1 - momentum) * now
    model.optimizer.finalize_variable_values(model.trainable_variables)
    np.testing.assert_allclose(model.get_weights()[0], expected, atol=2e-6)


def test_padding_and_constraints():
    """A row of padding is averaged as it stays; averages are of rows before that."""
    table = random_table(ROWS, WIDTH)
    # Within the constraint, which the plain optimizer applies to every row.
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    plain, ours = models(
        lambda: K.SGD(0.1, use_ema=True, ema_momentum=0.7, ema_overwrite_frequency=4),
        embeddings_constraint=keras.constraints.MaxNorm(1.0, axis=1),
        mask_zero=True,
        weights=table,
    )
    for ids, targets in steps(10):
        for model in (plain, ours):
            model.train_on_batch(np.maximum(ids, 1), targets)
    # The plain optimizer rounds the norm of each row in each step.
    assert_same(ours, plain, atol=2e-5)
    assert_same(ours, plain, "averages", atol=2e-5)
    np.testing.assert_allclose(averages(ours)[0][0], table[0], rtol=1e-6)


@pytest.mark.parametrize("decay", [0.3, 5.0])
def test_padding_that_does_not_decay_is_its_own_average(decay):
    optimizer = K.SGD(0.05, use_ema=True, ema_momentum=0.8, weight_decay=decay)
    model = sum_of_rows(new_table(mask_zero=True))
    model.compile(hotrow.RowSparse(optimizer), linear_loss)
    for ids, targets in batches(seed=0, steps=12):
        model.train_on_batch(ids, targets)
    model.optimizer.catch_up()
    row = random_table(ROWS, WIDTH)[0]
    np.testing.assert_array_equal(model.get_weights()[0][0], row)
    np.testing.assert_allclose(averages(model)[0][0], row, rtol=1e-5)


def test_weights_that_are_set_count_from_then_on():
    plain, ours = models(lambda: K.SGD(0.05, use_ema=True, ema_momentum=0.8))
    for place, (ids, targets) in enumerate(steps(8)):
        for model in (plain, ours):
            if place == 4:
                model.set_weights([x + 1 for x in model.get_weights()])
            model.train_on_batch(ids, targets)
    assert_same(ours, plain)
    assert_same(ours, plain, "averages")


@pytest.mark.parametrize("to_plain", [False, True])
def test_a_file_in_the_middle_of_training(to_plain, tmp_path):
    def make():
        return K.SGD(0.05, use_ema=True, ema_momentum=0.8, weight_decay=0.3)

    plain, ours = models(make)
    seen = list(steps(8))
    path = tmp_path / "model.weights.h5"
    for ids, targets in seen[:4]:
        ours.train_on_batch(ids, targets)
    ours.save_weights(path)
    again = plain if to_plain else list(models(make))[1]
    again.load_weights(path)
    for ids, targets in seen[4:]:
        for model in (again, ours):
            model.train_on_batch(ids, targets)
    assert_same(again, ours)
    assert_same(again, ours, "averages")


def test_a_step_that_is_not_finite_changes_no_average():
    optimizer = K.SGD(0.05, use_ema=True, ema_momentum=0.8)
    model = sum_of_rows(new_table())
    model.compile(hotrow.RowSparse(optimizer, loss_scaling=True), linear_loss)
    for ids, targets in batches(seed=0, steps=3):
        model.train_on_batch(ids, targets)
    before = averages(model)[0]
    model.train_on_batch(np.array([[1]]), np.full((1, WIDTH), np.inf))
    np.testing.assert_array_equal(averages(model)[0], before)
