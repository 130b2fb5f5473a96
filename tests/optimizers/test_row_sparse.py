"""`RowSparse` in models: every way in which a table is used, and what lies on it."""

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
from hotrow import backend

K = keras.optimizers


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


def two_calls(layer):
    inputs = keras.Input((4,), dtype="int32")
    left, right = layer(inputs[:, :2]), layer(inputs[:, 2:])
    return keras.Model(inputs, ops.sum(left * right, axis=1))


def time_distributed(layer):
    inputs = keras.Input((2, 2), dtype="int32")
    rows = keras.layers.TimeDistributed(layer)(inputs)
    return keras.Model(inputs, ops.sum(ops.square(rows), axis=(1, 2)))


def nested(layer):
    inputs = keras.Input((4,), dtype="int32")
    return keras.Model(inputs, 2 * sum_of_rows(layer)(inputs))


def subclassed(layer):
    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.words = layer

        def call(self, ids):
            return ops.sum(self.words(ids), axis=1) + ops.mean(self.words(ids), axis=1)

    return Model()


def sequential(layer):
    return keras.Sequential([layer, keras.layers.GlobalAveragePooling1D()])


def tied(layer):
    inputs = keras.Input((4,), dtype="int32")

    class Scores(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.words = layer

        def call(self, ids):
            rows = ops.mean(self.words(ids), axis=1)
            scores = ops.matmul(rows, ops.transpose(self.words.embeddings))
            return ops.matmul(scores, ops.convert_to_tensor(random_table(ROWS, WIDTH)))

    return keras.Model(inputs, Scores()(inputs))


def scanned(layer):
    class Cell(keras.layers.Layer):
        state_size = WIDTH

        def __init__(self):
            super().__init__()
            self.words = layer

        def call(self, ids, states):
            state = states[0] + self.words(ops.cast(ids[:, 0], "int32"))
            return state, [state]

    inputs = keras.Input((4, 1))
    return keras.Model(inputs, keras.layers.RNN(Cell())(inputs))


MODELS = {
    "one call": sum_of_rows,
    "two calls": two_calls,
    "TimeDistributed": time_distributed,
    "nested": nested,
    "subclassed": subclassed,
    "Sequential": sequential,
    "tied": tied,
    "RNN": scanned,
}


def steps_for(name, count=3):
    for ids, targets in batches(seed=0, steps=count):
        if name == "TimeDistributed":
            ids = ids.reshape(-1, 2, 2)
        yield (
            (ids[..., np.newaxis].astype("float32") if name == "RNN" else ids),
            targets,
        )


@pytest.mark.parametrize("name", MODELS)
def test_a_table_is_trained_as_by_the_plain_optimizer(name, by_rows):
    tables = []
    for optimizer in (K.SGD(0.1), hotrow.RowSparse(K.SGD(0.1))):
        layer = new_table()
        model = MODELS[name](layer)
        model.compile(optimizer, linear_loss)
        for ids, targets in steps_for(name):
            model.train_on_batch(ids, targets)
        tables.append(layer.get_weights()[0])
    np.testing.assert_allclose(*tables, atol=1e-6)
    if name == "tied":
        assert not any(by_rows)
    elif name != "RNN":
        assert all(by_rows)


def test_rows_of_an_embedding_in_a_loop_of_keras_are_lazy_too():
    tables = []
    for name in ("one call", "RNN"):
        layer = new_table()
        model = MODELS[name](layer)
        model.compile(hotrow.RowSparse(K.Adam(0.1)), linear_loss)
        for ids, targets in steps_for(name):
            model.train_on_batch(ids, targets)
        tables.append(layer.get_weights()[0])
    np.testing.assert_allclose(*tables, atol=1e-6)


@pytest.mark.parametrize(
    "kwargs",
    [
        {"run_eagerly": True},
        {"jit_compile": True},
        {"jit_compile": False},
        {"steps_per_execution": 2},
    ],
    ids=str,
)
def test_every_way_to_compile(kwargs):
    if keras.backend.backend() == "torch" and (
        "steps_per_execution" in kwargs or kwargs.get("jit_compile")
    ):
        pytest.skip("PyTorch has no steps_per_execution, and compiles for minutes")
    steps = list(batches(seed=0, steps=4))
    ids, targets = (np.concatenate(x) for x in zip(*steps, strict=True))
    tables = []
    for wrap in (lambda x: x, hotrow.RowSparse):
        model = sum_of_rows(new_table())
        model.compile(wrap(K.Adagrad(0.1)), linear_loss, **kwargs)
        model.fit(ids, targets, batch_size=5, epochs=2, shuffle=False, verbose=0)
        tables.append(table_of(model))
    np.testing.assert_allclose(*tables, atol=2e-6)


def test_other_variables_are_trained_as_by_the_inner_optimizer():
    ids = np.arange(ROWS).reshape(10, 4)
    weights = []
    for wrap in (lambda x: x, hotrow.RowSparse):
        keras.utils.set_random_seed(0)
        model = sum_of_rows(new_table(), dense=True)
        model.compile(wrap(K.AdamW(0.05, weight_decay=0.1, clipnorm=1.0)), "mse")
        model.fit(ids, np.ones((10, 1)), epochs=5, batch_size=10, verbose=0)
        weights.append(model.get_weights())
    for a, b in zip(*weights, strict=True):
        np.testing.assert_allclose(a, b, atol=2e-6)


def test_without_a_table_it_warns_and_does_what_the_inner_optimizer_does():
    weights = []
    for wrap in (lambda x: x, hotrow.RowSparse):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        model.compile(wrap(K.Adam(0.1)), "mse")
        x = random_table(8, 3)
        if wrap is hotrow.RowSparse:
            with pytest.warns(UserWarning, match="found no table among 2 variables"):
                model.optimizer.build(model.trainable_variables)
        model.fit(x, x[:, :2], epochs=2, verbose=0)
        weights.append(model.get_weights())
    for a, b in zip(*weights, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_lora_trains_the_rows_of_a(by_rows):
    factors = []
    for wrap in (lambda x: x, hotrow.RowSparse):
        keras.utils.set_random_seed(0)
        layer = hotrow.Embedding(ROWS, WIDTH, lora_rank=2, name="words")
        model = sum_of_rows(layer)
        layer.lora_embeddings_b.assign(random_table(2, WIDTH))
        before = to_numpy(layer.lora_embeddings_a)
        model.compile(wrap(K.Adagrad(0.1)), linear_loss)
        steps = list(batches(seed=0, steps=3))
        for ids, targets in steps:
            model.train_on_batch(ids, targets)
        after = to_numpy(layer.lora_embeddings_a)
        factors.append((after, to_numpy(layer.lora_embeddings_b)))
        touched = np.unique(np.concatenate([ids for ids, _ in steps]))
        moved = np.flatnonzero((before != after).any(axis=1))
        np.testing.assert_array_equal(moved, touched)
    for a, b in zip(*factors, strict=True):
        np.testing.assert_allclose(a, b, atol=2e-6)
    assert all(by_rows)


@pytest.mark.parametrize("inner", [K.SGD, K.Adam])
def test_an_id_that_reads_zeros_touches_no_row(inner):
    model = sum_of_rows(new_table(out_of_range="zero"))
    model.compile(hotrow.RowSparse(inner(0.1)), linear_loss)
    table = train(model, [(np.array([[-1, 99, 5]]), np.ones((1, WIDTH), "float32"))])
    moved = np.flatnonzero((table != random_table(ROWS, WIDTH)).any(axis=1))
    np.testing.assert_array_equal(moved, [5])


@pytest.mark.parametrize("update_padding", [False, True])
@pytest.mark.parametrize("ids", [[[0, 0, 7]], [list(range(ROWS))]], ids=["few", "all"])
def test_the_row_of_padding(update_padding, ids):
    model = sum_of_rows(new_table(mask_zero=True))
    optimizer = hotrow.RowSparse(K.AdamW(0.1), update_padding=update_padding)
    model.compile(optimizer, linear_loss)
    table = train(model, [(np.array(ids), np.ones((1, WIDTH), "float32"))] * 2)
    moved = (table[0] != random_table(ROWS, WIDTH)[0]).any()
    assert moved == update_padding
    assert (table[7] != random_table(ROWS, WIDTH)[7]).all()


def test_without_mask_zero_row_0_is_a_row_like_any():
    model = sum_of_rows(new_table())
    model.compile(hotrow.RowSparse("adam"), linear_loss)
    table = train(model, [(np.array([[0, 7]]), np.ones((1, WIDTH), "float32"))])
    assert (table[0] != random_table(ROWS, WIDTH)[0]).all()


def test_a_regularizer_works_once_on_each_touched_row():
    steps = list(batches(seed=0, steps=4))
    model = sum_of_rows(new_table(embeddings_regularizer=keras.regularizers.L2(0.05)))
    model.compile(hotrow.RowSparse(K.SGD(0.1)), linear_loss)
    table = train(model, steps)
    expected = random_table(ROWS, WIDTH).astype("float64")
    for ids, targets in steps:
        gradient = dense_gradient(ids, targets)
        touched = np.unique(ids)
        gradient[touched] += 2 * 0.05 * expected[touched]
        expected -= 0.1 * gradient
    np.testing.assert_allclose(table, expected, atol=1e-6)


def test_with_a_plain_optimizer_a_regularizer_is_that_of_keras_again():
    ids, targets = next(batches(seed=0, steps=1))
    layer = new_table(embeddings_regularizer=keras.regularizers.L2(0.05))
    model = sum_of_rows(layer)
    model.compile(hotrow.RowSparse("sgd"), linear_loss)
    by_rows = model.train_on_batch(ids, targets)
    layer.set_weights([random_table(ROWS, WIDTH)])
    model.compile(K.SGD(0.1), linear_loss)
    plain = model.train_on_batch(ids, targets)
    penalty = 0.05 * (random_table(ROWS, WIDTH) ** 2).sum()
    np.testing.assert_allclose(plain - by_rows, penalty, rtol=1e-4)
    never = np.setdiff1d(np.arange(ROWS), ids)
    decayed = random_table(ROWS, WIDTH)[never] * (1 - 0.1 * 2 * 0.05)
    np.testing.assert_allclose(layer.get_weights()[0][never], decayed, rtol=1e-5)


def test_a_constraint_holds_for_touched_rows():
    constraint = keras.constraints.UnitNorm(axis=1)
    model = sum_of_rows(new_table(embeddings_constraint=constraint))
    model.compile(hotrow.RowSparse(K.SGD(0.1)), linear_loss)
    steps = list(batches(seed=0, steps=2))
    table = train(model, steps)
    touched = np.unique(np.concatenate([ids for ids, _ in steps]))
    norms = np.linalg.norm(table, axis=1)
    np.testing.assert_allclose(norms[touched], 1, atol=1e-4)
    never = np.setdiff1d(np.arange(ROWS), touched)
    np.testing.assert_array_equal(table[never], random_table(ROWS, WIDTH)[never])


def test_a_schedule_and_callbacks_set_the_learning_rate():
    ids, targets = next(batches(seed=0, steps=1))
    schedule = K.schedules.PiecewiseConstantDecay([1], [0.5, 0.0])
    model = sum_of_rows(new_table())
    model.compile(hotrow.RowSparse(K.SGD(schedule)), linear_loss)
    tables = [train(model, [(ids, targets)]) for _ in range(4)]
    np.testing.assert_array_equal(tables[2], tables[3])
    assert (tables[0] != tables[1]).any()

    model = sum_of_rows(new_table())
    model.compile(hotrow.RowSparse(K.SGD(0.5)), linear_loss)
    plateau = keras.callbacks.ReduceLROnPlateau("loss", factor=0.1, patience=1)
    by_epoch = keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.5)
    model.fit(ids, 0 * targets, epochs=3, callbacks=[plateau, by_epoch], verbose=0)
    rate = float(model.optimizer.learning_rate)
    assert rate == pytest.approx(0.5 * 0.5**3 * 0.1**2, rel=1e-3)
    assert float(model.optimizer.inner_optimizer.learning_rate) == rate


def test_under_mixed_bfloat16():
    keras.config.set_dtype_policy("mixed_bfloat16")
    steps = list(batches(seed=0, steps=4))
    tables = []
    for wrap in (lambda x: x, hotrow.RowSparse):
        model = sum_of_rows(new_table())
        model.compile(wrap(K.Adagrad(0.1)), linear_loss)
        tables.append(train(model, steps))
    np.testing.assert_allclose(*tables, atol=2e-2)
    assert tables[1].dtype == "float32"


def test_iterations_count_steps():
    model = sum_of_rows(new_table())
    model.compile(hotrow.RowSparse("adam"), linear_loss)
    train(model, batches(seed=0, steps=3))
    assert int(model.optimizer.iterations) == 3


def test_a_table_that_a_step_leaves_out_stays():
    inputs = [keras.Input((2,), dtype="int32") for _ in range(2)]
    used, unused = new_table(), hotrow.Embedding(ROWS, WIDTH, name="unused")
    outputs = [ops.sum(used(inputs[0]), axis=1), ops.sum(unused(inputs[1]), axis=1)]
    model = keras.Model(inputs, outputs)
    model.compile(
        hotrow.RowSparse("adam"), [linear_loss, linear_loss], loss_weights=[1.0, 0.0]
    )
    before = unused.get_weights()[0]
    ids, targets = np.array([[1, 2]]), np.ones((1, WIDTH), "float32")
    model.train_on_batch([ids, ids], [targets, targets])
    np.testing.assert_array_equal(unused.get_weights()[0], before)
    assert (used.get_weights()[0] != random_table(ROWS, WIDTH)).any()
