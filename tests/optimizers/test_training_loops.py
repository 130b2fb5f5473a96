"""`RowSparse` in training loops of one's own, and gradients outside any loop."""

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

only = {
    name: pytest.mark.skipif(name != BACKEND, reason=f"about {name}")
    for name in ("jax", "tensorflow", "torch")
}


def trained_by_fit(make):
    model = sum_of_rows(new_table())
    model.compile(hotrow.RowSparse(make()), linear_loss)
    return train(model, batches(seed=0, steps=4))


def jax_loop(model, optimizer, steps, scaled, jitted):
    import jax

    def loss_and_updates(trainable, others, ids, targets):
        outputs, others = model.stateless_call(trainable, others, ids, training=True)
        loss = linear_loss(targets, outputs)
        return (optimizer.scale_loss(loss) if scaled else loss), others

    grad_fn = jax.value_and_grad(loss_and_updates, has_aux=True)

    def step(state, ids, targets):
        trainable, others, optimizer_variables = state
        (_, others), grads = grad_fn(trainable, others, ids, targets)
        trainable, optimizer_variables = optimizer.stateless_apply(
            optimizer_variables, grads, trainable
        )
        return trainable, others, optimizer_variables

    step = jax.jit(step) if jitted else step
    optimizer.build(model.trainable_variables)
    variables = (
        model.trainable_variables,
        model.non_trainable_variables,
        optimizer.variables,
    )
    state = tuple([v.value for v in group] for group in variables)
    for ids, targets in steps:
        state = step(state, ids, targets)
    for group, values in zip(variables, state, strict=True):
        for variable, value in zip(group, values, strict=True):
            variable.assign(value)


def tensorflow_loop(model, optimizer, steps, scaled, jitted):
    import tensorflow as tf

    def step(ids, targets):
        with tf.GradientTape() as tape:
            loss = linear_loss(targets, model(ids, training=True))
            loss = optimizer.scale_loss(loss) if scaled else loss
        grads = tape.gradient(loss, model.trainable_weights)
        optimizer.apply(grads, model.trainable_weights)

    step = tf.function(step) if jitted else step
    for ids, targets in steps:
        step(ids, targets)


def torch_loop(model, optimizer, steps, scaled, jitted):
    import torch

    for ids, targets in steps:
        outputs = model(ids, training=True)
        loss = linear_loss(ops.convert_to_tensor(targets), outputs)
        loss = optimizer.scale_loss(loss) if scaled else loss
        model.zero_grad()
        loss.backward()
        weights = list(model.trainable_weights)
        grads = [weight.value.grad for weight in weights]
        with torch.no_grad():
            optimizer.apply(grads, weights)


LOOPS = {"jax": jax_loop, "tensorflow": tensorflow_loop, "torch": torch_loop}


@pytest.mark.parametrize("jitted", [True, False])
@pytest.mark.parametrize("scaled", [True, False])
@pytest.mark.parametrize("make", [lambda: K.Adam(0.05), lambda: K.SGD(0.1)])
def test_a_loop_of_ones_own_trains_as_fit_does(make, scaled, jitted):
    if jitted and BACKEND == "torch":
        pytest.skip("a loop in PyTorch is eager")
    model, optimizer = sum_of_rows(new_table()), hotrow.RowSparse(make())
    steps = batches(seed=0, steps=4)
    LOOPS[BACKEND](model, optimizer, steps, scaled, jitted)
    np.testing.assert_allclose(table_of(model), trained_by_fit(make), atol=1e-6)


def test_a_train_step_of_ones_own():
    class Model(keras.Model):
        def train_step(self, *args):
            self.calls = getattr(self, "calls", 0) + 1
            return super().train_step(*args)

    plain = sum_of_rows(new_table())
    model = Model(plain.input, plain.output)
    model.compile(hotrow.RowSparse(K.Adam(0.05)), linear_loss)
    table = train(model, batches(seed=0, steps=4))
    np.testing.assert_allclose(table, trained_by_fit(lambda: K.Adam(0.05)), atol=1e-6)
    assert model.calls


def gradient_by_backend(layer, fn):
    """The gradient of `fn()`, a scalar, with respect to the table, outside training."""
    variable = layer.embeddings
    if BACKEND == "jax":
        import jax

        def of_table(table):
            with keras.StatelessScope([(variable, table)]):
                return fn()

        return jax.grad(of_table)(variable.value)
    if BACKEND == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            value = fn()
        return tape.gradient(value, variable.value)
    import torch

    return torch.autograd.grad(fn(), variable.value)[0]


def test_outside_training_the_gradient_is_the_dense_one():
    layer = new_table()
    model = sum_of_rows(layer)
    model.compile(hotrow.RowSparse("adam"), linear_loss)
    ids, targets = next(batches(seed=0, steps=1))
    model.train_on_batch(ids, targets)
    gradient = gradient_by_backend(
        layer, lambda: linear_loss(ops.convert_to_tensor(targets), model(ids))
    )
    if BACKEND == "torch":
        assert not gradient.is_sparse
    np.testing.assert_allclose(
        to_numpy(gradient), dense_gradient(ids, targets), atol=1e-6
    )
    again = gradient_by_backend(
        layer, lambda: ops.sum(layer(ids) * layer(ids[::-1])) + ops.sum(layer(ids[0]))
    )
    rows = layer.get_weights()[0]
    expected = np.zeros_like(rows)
    np.add.at(expected, ids, rows[ids[::-1]])
    np.add.at(expected, ids[::-1], rows[ids])
    np.add.at(expected, ids[0], 1)
    np.testing.assert_allclose(to_numpy(again), expected, atol=1e-5)


@only["torch"]
def test_a_gradient_is_sparse_only_within_the_backward_pass_of_a_step():
    layer = new_table()
    model = sum_of_rows(layer)
    optimizer = hotrow.RowSparse("adam")
    optimizer.build(model.trainable_variables)
    table = layer.embeddings.value
    ids = np.array([[1, 2]])
    for scale, is_sparse in ((lambda x: x, False), (optimizer.scale_loss, True)) * 2:
        table.grad = None
        scale(model(ids).sum()).backward()
        assert table.grad.is_sparse is is_sparse
    # An exception in the backward pass must not leave the next one sparse.
    outputs = model(ids)
    outputs.register_hook(lambda gradient: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        optimizer.scale_loss(outputs.sum()).backward()
    table.grad = None
    model(ids).sum().backward()
    assert not table.grad.is_sparse


@only["jax"]
@pytest.mark.parametrize("calls", [1, 2])
@pytest.mark.parametrize("inner", ["sgd", "adam", "adagrad"])
def test_nothing_of_the_size_of_the_table_is_made_in_a_step(calls, inner):
    import re

    import jax

    rows = 123_457
    layer = hotrow.Embedding(rows, 4, embeddings_initializer="zeros", mask_zero=True)
    inputs = keras.Input((3,), dtype="int32")
    outputs = sum(ops.sum(layer(inputs + i), axis=1) for i in range(calls))
    model = keras.Model(inputs, outputs)
    model.compile(hotrow.RowSparse(inner), "mse")
    model.optimizer.build(model.trainable_variables)
    state = tuple(
        [v.value for v in group]
        for group in (
            model.trainable_variables,
            model.non_trainable_variables,
            model.optimizer.variables,
            model.metrics_variables,
        )
    )
    data = (np.ones((8, 3), "int32"), np.ones((8, 4), "float32"))
    step = jax.jit(model.train_step, donate_argnums=0)
    compiled = step.lower(state, data).compile()
    made = re.findall(rf"= \w+\[{rows}[\],].*?\s([\w-]+)\(", compiled.as_text())
    written = {"parameter", "scatter", "fusion", "bitcast", "get-tuple-element", "call"}
    assert set(made) <= written, set(made) - written
    assert "parameter" in made
    memory = compiled.memory_analysis()
    assert memory.temp_size_in_bytes < 100_000
    assert memory.output_size_in_bytes - memory.alias_size_in_bytes < 1000


@only["jax"]
def test_what_a_gradient_was_made_of_is_forgotten_with_it():
    from hotrow.backend.jax import lookup

    model = sum_of_rows(new_table())
    model.compile(hotrow.RowSparse("adam"), linear_loss)
    train(model, batches(seed=0, steps=2))
    del model
    keras.utils.clear_session(free_memory=True)
    assert not lookup._parts


def test_after_a_plain_optimizer_takes_over_gradients_are_plain():
    steps = list(batches(seed=0, steps=3))
    layer = new_table()
    model = sum_of_rows(layer)
    model.compile(hotrow.RowSparse("adam"), linear_loss)
    train(model, steps)
    layer.set_weights([random_table(ROWS, WIDTH)])
    model.compile(K.Adam(0.05), linear_loss)
    after = train(model, steps)
    model = sum_of_rows(new_table())
    model.compile(K.Adam(0.05), linear_loss)
    np.testing.assert_allclose(after, train(model, steps), atol=1e-6)
