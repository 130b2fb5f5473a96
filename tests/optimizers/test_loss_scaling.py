"""`RowSparse` under float16: the loss is scaled, and bad steps change nothing."""

import keras
import numpy as np
import pytest
from helpers import random_table
from training_models import (
    ROWS,
    WIDTH,
    batches,
    linear_loss,
    new_table,
    sum_of_rows,
    table_of,
    train,
)

import hotrow

K = keras.optimizers


def state_of(optimizer):
    """The values of all variables but the scale and its counter."""
    scaling = {id(optimizer.dynamic_scale), id(optimizer.step_counter)}
    return [v.numpy() for v in optimizer.variables if id(v) not in scaling]


def make_model(optimizer, **kwargs):
    model = sum_of_rows(new_table(**kwargs))
    model.compile(optimizer, linear_loss)
    return model


@pytest.mark.parametrize("inner", [K.SGD, K.Adam, K.Nadam])
def test_a_step_that_is_not_finite_changes_nothing_but_the_scale(inner):
    model = make_model(hotrow.RowSparse(inner(0.1), loss_scaling=True))
    steps = list(batches(seed=0, steps=3))
    train(model, steps)
    table, state = table_of(model), state_of(model.optimizer)
    scale = float(model.optimizer.dynamic_scale)
    assert scale == 2.0**15
    ids, targets = steps[0]
    for bad in (np.inf, np.nan):
        some = targets.copy()
        some[0, 0] = bad
        model.train_on_batch(ids, some)
    np.testing.assert_array_equal(table_of(model), table)
    for a, b in zip(state_of(model.optimizer), state, strict=True):
        np.testing.assert_array_equal(a, b)
    assert float(model.optimizer.dynamic_scale) == scale / 4
    assert int(model.optimizer.iterations) == 3


def test_the_scale_grows_and_the_result_is_that_without():
    steps = list(batches(seed=0, steps=5))
    scaled = hotrow.RowSparse(K.Adam(0.1), loss_scaling=True, dynamic_growth_steps=2)
    table = train(make_model(scaled), steps)
    assert float(scaled.dynamic_scale) == 2.0**17
    assert int(scaled.step_counter) == 1
    plain = train(make_model(hotrow.RowSparse(K.Adam(0.1))), steps)
    np.testing.assert_allclose(table, plain, atol=1e-6)


def test_a_fixed_scale():
    steps = list(batches(seed=0, steps=3))
    tables = [
        train(make_model(hotrow.RowSparse(K.SGD(0.1, loss_scale_factor=scale))), steps)
        for scale in (None, 128.0)
    ]
    np.testing.assert_allclose(*tables, atol=1e-6)


def test_a_loss_scale_optimizer_inside():
    inner = K.LossScaleOptimizer(K.Adam(0.1), initial_scale=64.0)
    optimizer = hotrow.RowSparse(inner)
    train(make_model(optimizer), batches(seed=0, steps=1))
    assert float(optimizer.dynamic_scale) == 64.0
    assert type(optimizer.inner_optimizer).__name__ == "Adam"


def test_a_loss_scale_optimizer_outside_is_right_too():
    steps = list(batches(seed=0, steps=3))
    outside = K.LossScaleOptimizer(hotrow.RowSparse(K.Adam(0.1)))
    table = train(make_model(outside), steps)
    plain = train(make_model(hotrow.RowSparse(K.Adam(0.1))), steps)
    np.testing.assert_allclose(table, plain, atol=1e-6)


def test_mixed_float16_scales_by_itself():
    keras.config.set_dtype_policy("mixed_float16")
    steps = list(batches(seed=0, steps=4))
    optimizer = hotrow.RowSparse(K.Adagrad(0.1))
    model = make_model(optimizer)
    assert model.optimizer is optimizer
    # A gradient of 1e-7 is zero in float16, and survives scaled.
    table = train(model, [(ids, 1e-7 * targets) for ids, targets in steps])
    assert float(optimizer.dynamic_scale) == 2.0**15
    assert (table != random_table(ROWS, WIDTH)).any()


def test_float32_does_not_scale():
    optimizer = hotrow.RowSparse("adam")
    train(make_model(optimizer), batches(seed=0, steps=1))
    assert optimizer.dynamic_scale is None
    width = {v.shape for v in optimizer.variables}
    assert width <= {(), (ROWS, WIDTH)}
