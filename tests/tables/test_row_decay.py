"""Weight decay under `RowSparse`: exact, for rows that no batch touches too."""

import keras
import numpy as np
import pytest
from helpers import random_table, to_numpy
from keras import ops
from training_models import (
    ROWS,
    WIDTH,
    batches,
    dense_gradient,
    linear_loss,
    new_table,
    sum_of_rows,
    table_of,
    train,
)

import hotrow

BACKEND = keras.backend.backend()
K = keras.optimizers


def schedule():
    return K.schedules.ExponentialDecay(0.05, 5, 0.7)


def squared_model(optimizer, **kwargs):
    """A model whose gradient depends on the rows, so that reading them stale shows."""
    keras.utils.set_random_seed(0)
    model = sum_of_rows(new_table(**kwargs), dense=True)
    model.compile(optimizer, "mse")
    return model


def steps(count, seed=0):
    for ids, targets in batches(seed=seed, steps=count):
        yield ids, targets[:, :1]


@pytest.mark.parametrize("count", [1, 30])
def test_sgd_with_decay_is_the_dense_one_after_any_number_of_steps(count):
    models = [
        squared_model(wrap(K.SGD(schedule(), weight_decay=0.5)))
        for wrap in (lambda x: x, hotrow.RowSparse)
    ]
    for ids, targets in steps(count):
        losses = [float(model.train_on_batch(ids, targets)) for model in models]
        assert losses[0] == pytest.approx(losses[1], rel=1e-4, abs=1e-6)
    every = np.arange(ROWS).reshape(-1, 4)
    np.testing.assert_allclose(
        *(model.predict(every, verbose=0) for model in models), atol=2e-6
    )
    for a, b in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-6)


def test_fit_evaluate_and_validation_read_rows_as_they_are():
    models = [
        squared_model(wrap(K.SGD(schedule(), weight_decay=0.5)))
        for wrap in (lambda x: x, hotrow.RowSparse)
    ]
    ids, targets = (np.concatenate(x) for x in zip(*steps(6), strict=True))
    other = np.arange(ROWS).reshape(-1, 4), np.ones((ROWS // 4, 1))
    histories = [
        model.fit(
            ids,
            targets,
            batch_size=5,
            epochs=3,
            shuffle=False,
            validation_data=other,
            verbose=0,
        ).history
        for model in models
    ]
    for name, values in histories[0].items():
        np.testing.assert_allclose(values, histories[1][name], rtol=1e-4)
    # After `fit` the variable itself is up to date.
    tables = [to_numpy(model.layers[1].weights[0]) for model in models]
    np.testing.assert_allclose(*tables, atol=2e-6)


@pytest.mark.parametrize("make", [K.AdamW, K.Lion])
def test_a_row_decays_by_the_product_of_all_steps(make):
    optimizer = make(learning_rate=schedule(), weight_decay=1.0)
    model = sum_of_rows(new_table())
    model.compile(hotrow.RowSparse(optimizer), linear_loss)
    seen = list(batches(seed=0, steps=12))
    table = train(model, seen)
    never = np.setdiff1d(np.arange(ROWS), np.concatenate([ids for ids, _ in seen]))
    rates = [0.05 * 0.7 ** (step / 5) for step in range(12)]
    factor = np.prod([1 - rate for rate in rates])
    assert len(never) >= 3
    np.testing.assert_allclose(
        table[never], factor * random_table(ROWS, WIDTH)[never], rtol=1e-5
    )


def test_a_small_decay_over_many_steps_loses_nothing():
    """Two thousand factors of 1 - 1e-6: rounding each would cost a sixth of it."""
    model = sum_of_rows(new_table())
    model.compile(hotrow.RowSparse(K.SGD(1e-3, weight_decay=1e-3)), linear_loss)
    model.optimizer.build(model.trainable_variables)
    ids, targets = np.zeros((2000, 1), "int32"), np.zeros((2000, WIDTH), "float32")
    model.fit(ids, targets, batch_size=1, verbose=0)
    expected = random_table(ROWS, WIDTH).astype("float64") * (1 - 1e-6) ** 2000
    np.testing.assert_allclose(table_of(model), expected, rtol=3e-7)


def test_decay_with_a_regularizer_and_clipping_against_numpy():
    optimizer = K.SGD(0.1, weight_decay=0.5, clipnorm=0.8)
    regularizer = keras.regularizers.L2(0.05)
    model = sum_of_rows(new_table(embeddings_regularizer=regularizer))
    model.compile(hotrow.RowSparse(optimizer), linear_loss)
    seen = list(batches(seed=0, steps=6))
    table = train(model, seen)
    expected = random_table(ROWS, WIDTH).astype("float64")
    for ids, targets in seen:
        gradient = dense_gradient(ids, targets)
        touched = np.unique(ids)
        gradient[touched] += 0.1 * expected[touched]
        gradient *= min(1, 0.8 / np.linalg.norm(gradient))
        expected = expected * (1 - 0.1 * 0.5) - 0.1 * gradient
    np.testing.assert_allclose(table, expected, atol=2e-6)


def test_padding_does_not_decay():
    model = sum_of_rows(new_table(mask_zero=True))
    model.compile(hotrow.RowSparse(K.SGD(0.1, weight_decay=0.5)), linear_loss)
    table = train(model, batches(seed=0, steps=3))
    np.testing.assert_array_equal(table[0], random_table(ROWS, WIDTH)[0])


def test_a_step_that_is_not_finite_does_not_decay():
    optimizer = hotrow.RowSparse(K.SGD(0.1, weight_decay=0.5), loss_scaling=True)
    model = sum_of_rows(new_table())
    model.compile(optimizer, linear_loss)
    train(model, batches(seed=0, steps=2))
    table = table_of(model)
    model.train_on_batch(np.array([[1]]), np.full((1, WIDTH), np.inf))
    np.testing.assert_array_equal(table_of(model), table)


def test_a_layer_called_by_itself_reads_rows_as_they_are():
    layer = new_table()
    model = sum_of_rows(layer)
    model.compile(hotrow.RowSparse(K.SGD(0.1, weight_decay=0.5)), linear_loss)
    for ids, targets in batches(seed=0, steps=3):
        model.train_on_batch(np.minimum(ids, 20), targets)
    expected = random_table(ROWS, WIDTH)[30] * (1 - 0.1 * 0.5) ** 3
    np.testing.assert_allclose(to_numpy(layer(np.array(30))), expected, rtol=1e-5)
    np.testing.assert_allclose(to_numpy(layer.embeddings)[30], expected, rtol=1e-5)


def test_a_table_used_whole_is_read_as_it_is():
    class Scores(keras.layers.Layer):
        def __init__(self, words):
            super().__init__()
            self.words = words

        def call(self, ids):
            rows = ops.mean(self.words(ids), axis=1)
            # Half of the table, so that the other half is not touched.
            return ops.matmul(rows, ops.transpose(self.words.embeddings[: ROWS // 2]))

    models = []
    for wrap in (lambda x: x, hotrow.RowSparse):
        inputs = keras.Input((None,), dtype="int32")
        model = keras.Model(inputs, Scores(new_table())(inputs))
        model.compile(wrap(K.SGD(0.05, weight_decay=0.5)), "mse")
        models.append(model)
    for ids, _ in batches(seed=0, steps=6):
        for model in models:
            model.train_on_batch(ids, np.ones((len(ids), ROWS // 2)))
    tables = [model.layers[-1].words.get_weights()[0] for model in models]
    np.testing.assert_allclose(*tables, atol=2e-6)


def test_another_optimizer_takes_over_a_table_that_has_caught_up():
    layer = new_table()
    model = sum_of_rows(layer)
    model.compile(hotrow.RowSparse(K.SGD(0.1, weight_decay=0.5)), linear_loss)
    for ids, targets in batches(seed=0, steps=3):
        model.train_on_batch(np.minimum(ids, 20), targets)
    model.compile(K.SGD(0.1), linear_loss)
    model.train_on_batch(np.array([[1]]), np.zeros((1, WIDTH)))
    expected = random_table(ROWS, WIDTH)[30] * (1 - 0.1 * 0.5) ** 3
    np.testing.assert_allclose(to_numpy(layer.weights[0])[30], expected, rtol=1e-5)


@pytest.mark.skipif(BACKEND != "jax", reason="about stateless functions")
def test_a_stateless_function_reads_rows_with_the_optimizers_variables():
    import jax

    layer = new_table()
    model = sum_of_rows(layer)
    optimizer = hotrow.RowSparse(K.SGD(0.1, weight_decay=0.5))
    model.compile(optimizer, linear_loss)
    for ids, targets in batches(seed=0, steps=3):
        model.train_on_batch(np.minimum(ids, 20), targets)
    model.jax_state_sync()
    trainable = [v.value for v in model.trainable_variables]
    others = [v.value for v in model.non_trainable_variables]
    of_optimizer = [v.value for v in optimizer.variables]

    def predict(trainable, others, of_optimizer):
        with optimizer.reading(of_optimizer):
            return model.stateless_call(trainable, others, np.array([[30]]))[0]

    expected = random_table(ROWS, WIDTH)[30] * (1 - 0.1 * 0.5) ** 3
    got = jax.jit(predict)(trainable, others, of_optimizer)[0]
    np.testing.assert_allclose(got, expected, rtol=1e-5)
    with pytest.raises(ValueError, match=r"with optimizer\.reading\(optimizer_vari"):
        model.stateless_call(trainable, others, np.array([[30]]))
