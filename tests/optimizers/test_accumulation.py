"""`gradient_accumulation_steps` under `RowSparse`: what the plain optimizer does."""

import keras
import numpy as np
import numpy_rules as rules
import pytest
from helpers import random_table
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

K = keras.optimizers


def model_with(optimizer, **kwargs):
    keras.utils.set_random_seed(0)
    model = sum_of_rows(new_table(**kwargs), dense=True)
    model.compile(optimizer, "mse")
    return model


def models(make, **kwargs):
    """The plain optimizer and `RowSparse`, on a table and a dense layer."""
    for wrap in (lambda x: x, hotrow.RowSparse):
        yield model_with(wrap(make()), **kwargs)


def steps(count, sizes=None):
    """Batches; `sizes` are those of some of them. There are rows that none touches."""
    for place, (ids, targets) in enumerate(batches(seed=0, steps=count)):
        size = (sizes or {}).get(place, 5)
        ids, targets = (np.concatenate([x, x])[:size] for x in (ids, targets))
        yield np.minimum(ids, ROWS - 5), targets[:, :1]


def averages(model):
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    return [v.numpy() for v in optimizer._model_variables_moving_average]


def weights(model):
    return model.get_weights()


def assert_same(ours, plain, get=weights, atol=2e-6):
    for x, y in zip(get(ours), get(plain), strict=True):
        np.testing.assert_allclose(x, y, atol=atol)


def schedule():
    return K.schedules.ExponentialDecay(0.1, decay_steps=2, decay_rate=0.7)


CASES = {
    "schedule, decay": lambda k: K.Adagrad(
        schedule(), weight_decay=0.3, gradient_accumulation_steps=k
    ),
    "clipnorm": lambda k: K.Adagrad(0.1, clipnorm=0.5, gradient_accumulation_steps=k),
    "global_clipnorm": lambda k: K.SGD(
        0.1, global_clipnorm=0.5, gradient_accumulation_steps=k
    ),
    "clipvalue": lambda k: K.SGD(0.1, clipvalue=0.1, gradient_accumulation_steps=k),
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name, marks=[] if name == "schedule, decay" else [pytest.mark.slow]
        )
        for name in CASES
    ],
)
def test_weights_are_those_of_the_plain_optimizer(name):
    plain, ours = models(lambda: CASES[name](3))
    start = ours.get_weights()[0]
    for place, (ids, targets) in enumerate(steps(8)):
        for model in (plain, ours):
            model.train_on_batch(ids, targets)
        if place == 1:
            np.testing.assert_array_equal(ours.get_weights()[0], start)
        if place in (2, 4):
            assert_same(ours, plain)
    assert_same(ours, plain)
    assert int(ours.optimizer.iterations) == int(plain.optimizer.iterations) == 2


@pytest.mark.slow
def test_batches_of_several_sizes():
    plain, ours = models(lambda: K.Adagrad(0.1, gradient_accumulation_steps=3))
    for ids, targets in steps(12, sizes={1: 3, 4: 10, 8: 10}):
        for model in (plain, ours):
            model.train_on_batch(ids, targets)
    assert_same(ours, plain)


@pytest.mark.parametrize(
    ("arguments", "often"),
    [
        ({"weight_decay": 5.0, "ema_overwrite_frequency": 2}, True),
        *(
            pytest.param(arguments, often, marks=pytest.mark.slow)
            for arguments, often in [
                ({}, True),
                ({"weight_decay": 0.3}, False),
                ({"weight_decay": 0.3}, True),
                ({"weight_decay": 5.0, "ema_overwrite_frequency": 2}, False),
                ({"ema_overwrite_frequency": 1}, True),
                ({"ema_overwrite_frequency": 2}, False),
            ]
        ),
    ],
)
def test_averages_are_those_of_the_plain_optimizer(arguments, often):
    """They advance in each step; reading them between steps changes nothing."""

    def make():
        return K.SGD(
            0.05,
            use_ema=True,
            ema_momentum=0.8,
            gradient_accumulation_steps=3,
            **arguments,
        )

    plain, ours = models(make)
    for ids, targets in steps(13):
        for model in (plain, ours):
            model.train_on_batch(ids, targets)
        if often:
            assert_same(ours, plain)
    assert_same(ours, plain)
    assert_same(ours, plain, averages)


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda **kwargs: K.Adam(0.01, **kwargs), rules.adam),
        pytest.param(
            lambda **kwargs: K.SGD(0.01, momentum=0.9, **kwargs),
            rules.momentum,
            marks=pytest.mark.slow,
        ),
    ],
    ids=["Adam", "momentum"],
)
def test_lazy_rules_see_the_means(make, rule):
    """A row counts as touched if one of the batches names it."""
    model = sum_of_rows(new_table())
    optimizer = make(gradient_accumulation_steps=2)
    model.compile(hotrow.RowSparse(optimizer), linear_loss)
    seen = list(batches(seed=0, steps=8))
    gradients = [dense_gradient(*x) for x in seen]
    means = [(a + b) / 2 for a, b in zip(gradients[::2], gradients[1::2], strict=True)]
    expected = rules.train(rule, random_table(ROWS, WIDTH), means, 0.01)
    np.testing.assert_allclose(train(model, seen), expected, atol=2e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda: K.Adam(0.01, gradient_accumulation_steps=2),
        lambda: K.AdamW(0.01, weight_decay=0.5, gradient_accumulation_steps=2),
        lambda: K.Nadam(0.01, gradient_accumulation_steps=2),
        lambda: K.SGD(0.01, momentum=0.9, gradient_accumulation_steps=2),
    ],
    ids=["Adam", "AdamW", "Nadam", "momentum"],
)
def test_every_rule_where_each_update_touches_every_row(make):
    """Though each batch touches half of them, which is by rows and not dense."""
    plain, ours = models(make)
    rng = np.random.default_rng(0)
    for _ in range(4):
        for half in np.split(rng.permutation(ROWS), 2):
            targets = rng.normal(size=(5, 1))
            for model in (plain, ours):
                model.train_on_batch(half.reshape(5, 4), targets)
    assert_same(ours, plain, atol=1e-5)


@pytest.mark.slow
def test_fit_with_regularizer_constraint_padding_and_a_last_narrow_batch():
    table = random_table(ROWS, WIDTH)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    plain, ours = models(
        lambda: K.Adagrad(0.1, gradient_accumulation_steps=3),
        embeddings_constraint=keras.constraints.MaxNorm(1.0, axis=1),
        mask_zero=True,
        weights=table,
    )
    ids, targets = (np.concatenate(x) for x in zip(*steps(7), strict=True))
    for model in (plain, ours):
        model.fit(
            np.maximum(ids, 1),
            targets,
            batch_size=4,
            epochs=3,
            shuffle=False,
            verbose=0,
        )
    assert_same(ours, plain, atol=2e-5)
    assert len(ids) % 4


@pytest.mark.slow
def test_a_regularizer_counts_once_an_update():
    """Of rows that the update touches; the plain optimizer does it to all."""
    plain, ours = models(
        lambda: K.SGD(0.1, gradient_accumulation_steps=2),
        embeddings_regularizer=keras.regularizers.L2(0.1),
    )
    for half in np.split(np.arange(ROWS), 2):
        for model in (plain, ours):
            model.train_on_batch(half.reshape(5, 4), np.ones((5, 1)))
    assert_same(ours, plain)


class UsedWhole(keras.Model):
    """A table that is looked up and multiplied with, so that its gradient is dense."""

    def __init__(self):
        super().__init__()
        self.table = new_table()

    def build(self, input_shape):
        self.table.build(input_shape)

    def call(self, ids):
        rows = ops.sum(self.table(ids), axis=1)
        table = ops.convert_to_tensor(self.table.embeddings)
        return ops.matmul(rows, ops.transpose(table))


def test_dense_gradients_of_tables():
    found = []
    for wrap in (lambda x: x, hotrow.RowSparse):
        model = UsedWhole()
        model.compile(wrap(K.Adagrad(0.1, gradient_accumulation_steps=2)), "mse")
        for ids, _ in batches(seed=0, steps=5):
            model.train_on_batch(ids, np.ones((len(ids), ROWS)))
        found.append(model.get_weights()[0])
    np.testing.assert_allclose(*found, atol=2e-6)


@pytest.mark.parametrize(
    ("by_rows_first", "to_same"),
    [
        pytest.param(True, False, id="to plain"),
        pytest.param(False, False, id="from plain", marks=pytest.mark.slow),
        pytest.param(True, True, id="to RowSparse", marks=pytest.mark.slow),
    ],
)
def test_a_file_between_two_updates(by_rows_first, to_same, tmp_path):
    """It has the gradients that wait, as the plain optimizer has them."""

    def optimizer(by_rows):
        inner = K.AdamW(0.01, use_ema=True, gradient_accumulation_steps=3)
        return hotrow.RowSparse(inner) if by_rows else inner

    rng = np.random.default_rng(0)
    seen = [
        (part.reshape(5, 4), rng.normal(size=(5, 1)))
        for _ in range(6)
        for part in np.split(rng.permutation(ROWS), 2)
    ]
    path = tmp_path / "model.weights.h5"
    first = model_with(optimizer(by_rows_first))
    for x in seen[:5]:
        first.train_on_batch(*x)
    first.save_weights(path)
    other = model_with(optimizer(by_rows_first == to_same))
    other.load_weights(path)
    for x in seen[5:]:
        for model in (first, other):
            model.train_on_batch(*x)
    assert_same(first, other, atol=1e-5)
    assert_same(first, other, averages, atol=1e-5)


@pytest.mark.slow
def test_each_optimizer_has_its_own_number_of_steps():
    def make(by_rows):
        rest = K.SGD(0.05, gradient_accumulation_steps=2)
        table = K.Adagrad(0.1, gradient_accumulation_steps=3)
        return hotrow.RowSparse(table, others=rest) if by_rows else (table, rest)

    ours = model_with(make(True))
    plain = model_with("sgd")
    table, rest = make(False)
    table.build(plain.trainable_variables[:1])
    rest.build(plain.trainable_variables[1:])
    for ids, targets in steps(7):
        # The same gradients for both: those of a step that moves the weights by them.
        before = plain.get_weights()
        plain.optimizer.learning_rate = 1.0
        plain.train_on_batch(ids, targets)
        grads = [x - y for x, y in zip(before, plain.get_weights(), strict=True)]
        plain.set_weights(before)
        grads = [ops.convert_to_tensor(g) for g in grads]
        table.apply(grads[:1], plain.trainable_variables[:1])
        rest.apply(grads[1:], plain.trainable_variables[1:])
        ours.train_on_batch(ids, targets)
    assert_same(ours, plain, atol=1e-5)


def test_a_step_that_is_not_finite_does_not_count():
    optimizer = K.SGD(0.05, gradient_accumulation_steps=2)
    ours = sum_of_rows(new_table())
    ours.compile(hotrow.RowSparse(optimizer, loss_scaling=True), linear_loss)
    seen = list(batches(seed=0, steps=4))
    for ids, targets in seen[:3]:
        ours.train_on_batch(ids, targets)
    bad = np.full((5, WIDTH), np.inf)
    ours.train_on_batch(seen[0][0], bad)
    ours.train_on_batch(*seen[3])
    mean = sum(dense_gradient(*x) for x in seen) / 2
    expected = random_table(ROWS, WIDTH) - 0.05 * mean
    np.testing.assert_allclose(table_of(ours), expected, atol=1e-5)
    assert int(optimizer.iterations) == 2


@pytest.mark.slow
def test_an_optimizer_around_it_that_scales_the_loss():
    plain, ours = (
        model_with(K.LossScaleOptimizer(x(), initial_scale=8.0))
        for x in (
            lambda: K.Adagrad(0.1, gradient_accumulation_steps=2),
            lambda: hotrow.RowSparse(K.Adagrad(0.1, gradient_accumulation_steps=2)),
        )
    )
    for ids, targets in steps(5):
        for model in (plain, ours):
            model.train_on_batch(ids, targets)
    assert_same(ours, plain)


@pytest.mark.slow
def test_a_fixed_scale_of_the_loss():
    """Each batch's gradient is divided by it; Keras's own fails here on TensorFlow."""
    found = []
    for scale in (None, 8.0):
        inner = K.SGD(0.1, loss_scale_factor=scale, gradient_accumulation_steps=2)
        model = sum_of_rows(new_table())
        model.compile(hotrow.RowSparse(inner), linear_loss)
        found.append(train(model, batches(seed=0, steps=3)))
    np.testing.assert_allclose(*found, atol=1e-6)
    assert np.abs(found[0] - random_table(ROWS, WIDTH)).max() > 0.01


def test_nothing_as_large_as_the_table_is_made():
    model = sum_of_rows(hotrow.Embedding(10_000, 4))
    optimizer = hotrow.RowSparse(K.Adagrad(0.1, gradient_accumulation_steps=4))
    model.compile(optimizer, "mse")
    ids = np.arange(20).reshape(5, 4)
    for _ in range(2):
        model.train_on_batch(ids, np.ones((5, 4)))
    sizes = [int(np.prod(v.shape)) for v in optimizer.variables]
    # The accumulators of Adagrad itself.
    assert sum(size >= 10_000 for size in sizes) == 1
    assert sum(sizes) < 41_000
    model.summary(print_fn=lambda _: None)


def test_xla_on_tensorflow_is_refused():
    if keras.backend.backend() != "tensorflow":
        pytest.skip("about TensorFlow")
    model = sum_of_rows(new_table())
    optimizer = hotrow.RowSparse(K.SGD(0.1, gradient_accumulation_steps=4))
    model.compile(optimizer, linear_loss, jit_compile=True)
    message = r"accumulation_steps cannot be compiled by XLA(.|\n)*steps=4. Call model"
    with pytest.raises(ValueError, match=message):
        train(model, batches(seed=0, steps=1))
