"""`RowWiseAdagrad` by itself. Under `RowSparse`: test_optimizers.py."""

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
    train,
)

import hotrow


def test_alone_it_trains_whole_tables():
    model = sum_of_rows(new_table())
    model.compile(hotrow.RowWiseAdagrad(0.1), linear_loss)
    steps = list(batches(seed=0, steps=4))
    gradients = [dense_gradient(*step) for step in steps]
    rule = rules.row_wise_adagrad
    expected = rules.train(rule, random_table(ROWS, WIDTH), gradients, 0.1, lazy=False)
    np.testing.assert_allclose(train(model, steps), expected, atol=2e-6)


@pytest.mark.parametrize("shape", [(5,), (5, 1)])
def test_where_a_row_is_one_number_it_is_adagrad(shape):
    values = []
    for optimizer in (hotrow.RowWiseAdagrad(0.1), keras.optimizers.Adagrad(0.1)):
        variable = keras.Variable(np.ones(shape, "float32"))
        optimizer.build([variable])
        for step in range(3):
            gradient = np.arange(5, dtype="float32").reshape(shape) - step
            optimizer.apply([keras.ops.convert_to_tensor(gradient)])
        values.append(variable.numpy())
    np.testing.assert_allclose(*values, rtol=1e-6)


def test_its_slots_take_one_number_a_row():
    optimizer = hotrow.RowWiseAdagrad()
    kernel = keras.Variable(np.zeros((7, 3, 2)))
    optimizer.build([kernel, keras.Variable(np.zeros(4))])
    shapes = [tuple(v.shape) for v in optimizer.variables]
    assert (7, 1, 1) in shapes
    assert (4,) in shapes


def test_a_negative_start_is_refused():
    with pytest.raises(ValueError, match=r"must be 0 or more. Received: initial_"):
        hotrow.RowWiseAdagrad(initial_accumulator_value=-1.0)
