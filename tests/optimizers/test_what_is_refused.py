"""What `RowSparse` refuses, by the text of its errors."""

import keras
import numpy as np
import pytest
from training_models import WIDTH, batches, linear_loss, new_table, sum_of_rows, train

import hotrow

K = keras.optimizers


@pytest.mark.parametrize("name", ["Lamb", "Adafactor", "Muon"])
def test_rules_of_whole_variables_are_refused(name):
    message = (
        rf"RowSparse cannot run {name}: .* Optimizers that work: SGD, RMSprop, Adam, "
        r"AdamW, Adagrad, Adadelta, Adamax, Nadam, Ftrl, Lion, RowWiseAdagrad, and"
    )
    with pytest.raises(ValueError, match=message):
        hotrow.RowSparse(getattr(K, name)(0.1))


def test_an_optimizer_of_ones_own_on_a_rule_that_works():
    class Halved(K.SGD):
        def update_step(self, gradient, variable, learning_rate):
            super().update_step(gradient * 0.5, variable, learning_rate)

    steps = list(batches(seed=0, steps=3))
    if keras.backend.backend() == "torch":
        pytest.skip("Keras's own optimizers do not call update_step there")
    tables = []
    for optimizer in (Halved(0.1), K.SGD(0.05)):
        model = sum_of_rows(new_table())
        model.compile(hotrow.RowSparse(optimizer), linear_loss)
        tables.append(train(model, steps))
    np.testing.assert_allclose(*tables, atol=1e-6)


@pytest.mark.parametrize("wrong", [None, 3, keras.layers.Dense(1)])
def test_what_is_no_optimizer_is_refused(wrong):
    with pytest.raises(ValueError, match=r"RowSparse runs an optimizer of Keras|Could"):
        hotrow.RowSparse(wrong)


def test_row_sparse_in_row_sparse_is_refused():
    with pytest.raises(ValueError, match="RowSparse cannot run RowSparse"):
        hotrow.RowSparse(hotrow.RowSparse("adam"))


def test_an_optimizer_that_has_trained_is_refused():
    inner = K.Adam()
    inner.build([keras.Variable(np.zeros(3))])
    with pytest.raises(ValueError, match=r"that has not trained yet. Received: Adam"):
        hotrow.RowSparse(inner)


@pytest.mark.parametrize(
    "constraint", [keras.constraints.UnitNorm(axis=0), keras.constraints.MaxNorm(1.0)]
)
def test_a_constraint_that_is_not_row_wise_is_refused(constraint):
    model = sum_of_rows(new_table(embeddings_constraint=constraint))
    model.compile(hotrow.RowSparse("sgd"), linear_loss)
    message = r"cannot keep the constraint of .*embeddings.*Pass axis=1 to norm const"
    with pytest.raises(ValueError, match=message):
        train(model, batches(seed=0, steps=1))


@pytest.mark.parametrize(
    "constraint",
    [
        keras.constraints.UnitNorm(axis=1),
        keras.constraints.MaxNorm(1.0, axis=-1),
        keras.constraints.NonNeg(),
        keras.constraints.MinMaxNorm(0.1, 0.9, axis=1),
    ],
)
def test_constraints_that_are_row_wise_work(constraint):
    model = sum_of_rows(new_table(embeddings_constraint=constraint))
    model.compile(hotrow.RowSparse("sgd"), linear_loss)
    train(model, batches(seed=0, steps=1))


def test_a_regularizer_that_is_no_sum_over_rows_is_refused():
    regularizer = keras.regularizers.OrthogonalRegularizer()
    model = sum_of_rows(new_table(embeddings_regularizer=regularizer))
    model.compile(hotrow.RowSparse("sgd"), linear_loss)
    with pytest.raises(ValueError, match=r"no sum over rows. Received: Orthogona"):
        train(model, batches(seed=0, steps=1))
    # Nothing was taken from the layer.
    assert model.layers[1].embeddings.regularizer is regularizer


def test_a_variable_that_the_optimizer_does_not_know():
    optimizer = hotrow.RowSparse("sgd")
    layer, other = new_table(), new_table()
    optimizer.build([layer.embeddings])
    gradient = keras.ops.zeros_like(other.embeddings.value)
    with pytest.raises(ValueError, match="Unknown variable"):
        optimizer.apply([gradient], [other.embeddings])


def test_no_gradient_for_any_variable():
    optimizer = hotrow.RowSparse("sgd")
    layer = new_table()
    optimizer.build([layer.embeddings])
    with pytest.raises(ValueError, match="No gradients provided for any variable"):
        optimizer.apply([None], [layer.embeddings])
    optimizer.apply([], [])
    assert layer.get_weights()[0].shape[1] == WIDTH
