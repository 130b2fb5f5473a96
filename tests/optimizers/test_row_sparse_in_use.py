"""`RowSparse` over the life of a model: compiled again, loaded, set, shared, frozen.

Each test is a way in which a result was once wrong.
"""

import keras
import numpy as np
import pytest
from helpers import to_numpy
from keras import ops

import hotrow

BACKEND = keras.backend.backend()
K = keras.optimizers
RNG = np.random.default_rng(0)
X = RNG.integers(0, 20, (16, 4)).astype("int32")
Y = (3 * RNG.normal(size=(16, 1))).astype("float32")


def make_model(**kwargs):
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((4,), dtype="int32"),
            hotrow.Embedding(20, 3, name="words", **kwargs),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dense(1),
        ]
    )


def lazy_model(**kwargs):
    keras.utils.set_random_seed(0)
    layers = [
        hotrow.Embedding(20, 3, **kwargs),
        keras.layers.Flatten(),
        keras.layers.Dense(1),
    ]
    return keras.Sequential(layers)


def decaying():
    return hotrow.RowSparse(K.SGD(0.1, weight_decay=1.0))


def fit(model, **kwargs):
    kwargs = {"batch_size": 4, "shuffle": False, "verbose": 0, **kwargs}
    return model.fit(X, Y, **kwargs).history


def some_steps(model, count=5):
    for step in range(count):
        model.train_on_batch(X[step : step + 1], Y[step : step + 1])


def assert_same(weights, others, atol=1e-6):
    for a, b in zip(weights, others, strict=True):
        np.testing.assert_allclose(a, b, atol=atol)


def test_a_model_that_is_compiled_again_trains_as_it_says():
    seen = []
    for wrap in (lambda x: x, hotrow.RowSparse):
        model = make_model()
        model.compile(wrap(K.SGD(0.1)), "mse")
        fit(model)
        model.compile(wrap(K.SGD(0.1, clipnorm=1e-3)), "mae", metrics=["mape"])
        history = fit(model)
        model.compile(K.SGD(0.05), "mse")
        fit(model)
        seen.append((history, model.get_weights()))
    assert set(seen[0][0]) == set(seen[1][0])
    for name in seen[0][0]:
        np.testing.assert_allclose(seen[0][0][name], seen[1][0][name], rtol=1e-4)
    assert_same(seen[0][1], seen[1][1])


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_decay_in_a_model_that_is_built_by_fit(run_eagerly):
    seen = []
    for wrap in (lambda x: x, hotrow.RowSparse):
        model = lazy_model()
        optimizer = wrap(K.SGD(0.1, weight_decay=0.5))
        model.compile(optimizer, "mse", run_eagerly=run_eagerly)
        losses = fit(model, batch_size=1, epochs=2)["loss"]
        seen.append([np.array(losses), *model.get_weights()])
    assert_same(*seen, atol=1e-5)


@pytest.mark.parametrize(
    "kwargs",
    [
        {"embeddings_regularizer": "l2"},
        {"embeddings_constraint": keras.constraints.UnitNorm(axis=1)},
    ],
    ids=["regularizer", "constraint"],
)
def test_what_lies_on_a_table_of_a_model_that_is_built_by_fit(kwargs):
    lazy = lazy_model(**kwargs)
    lazy.compile(hotrow.RowSparse("sgd"), "mse")
    fit(lazy, epochs=2)
    early = lazy_model(**kwargs)
    early.build((None, 4))
    early.compile(hotrow.RowSparse("sgd"), "mse")
    fit(early, epochs=2)
    assert_same(lazy.get_weights(), early.get_weights())


def test_values_that_are_set_in_mid_training_do_not_decay_for_the_past():
    model = make_model()
    model.compile(decaying(), "mse")
    start = model.get_weights()
    some_steps(model)
    model.set_weights(start)
    assert_same(model.get_weights(), start, atol=0)
    some_steps(model)
    layer = model.layers[0]
    layer.set_weights([np.ones((20, 3))])
    assert_same(layer.get_weights(), [np.ones((20, 3))], atol=0)


def test_early_stopping_restores_the_best_weights():
    model = make_model()
    model.compile(hotrow.RowSparse(K.SGD(0.5, weight_decay=0.5)), "mse")
    stop = keras.callbacks.EarlyStopping("loss", restore_best_weights=True, patience=1)
    fit(model, epochs=6, callbacks=[stop])
    assert_same(model.get_weights(), stop.best_weights)


@pytest.mark.parametrize("dtype", ["float16", "mixed_float16"])
def test_a_scale_beyond_float16_goes_on_training(dtype):
    model = make_model(dtype=dtype)
    optimizer = hotrow.RowSparse(
        K.SGD(0.5), loss_scaling=True, initial_scale=2.0**15, dynamic_growth_steps=1
    )
    model.compile(optimizer, "mse")
    for _ in range(3):
        before = model.get_weights()[0]
        model.train_on_batch(X, Y * 0.001)
        assert (before != model.get_weights()[0]).any()
    assert float(optimizer.dynamic_scale) > 2.0**16


@pytest.mark.parametrize("clip", ["clipnorm", "global_clipnorm"])
def test_bad_ids_do_not_count_in_clipping(clip):
    ids = X.copy()
    ids[:, :2] = 99
    seen = []
    for wrap in (lambda x: x, hotrow.RowSparse):
        model = make_model(out_of_range="zero")
        model.compile(wrap(K.SGD(0.5, **{clip: 0.05})), "mse")
        model.fit(ids, Y, batch_size=2, epochs=2, shuffle=False, verbose=0)
        seen.append(model.get_weights())
    assert_same(*seen)


def test_another_model_over_the_same_table_reads_it_as_it_is():
    model = make_model()
    part = keras.Model(model.inputs, model.layers[0].output)
    before = part.predict(X, verbose=0)
    model.compile(decaying(), "mse")
    some_steps(model)
    rows = part.predict(X, verbose=0)
    np.testing.assert_allclose(rows, model.layers[0].get_weights()[0][X], atol=1e-6)
    assert np.abs(rows - before).max() > 0.001
    model.compile("sgd", "mse")
    np.testing.assert_allclose(part.predict(X, verbose=0), rows, atol=1e-6)


def test_a_table_without_a_gradient_does_not_decay():
    if BACKEND == "jax":
        pytest.skip("on JAX every variable has a gradient")
    model = make_model()
    optimizer = decaying()
    model.compile(optimizer, "mse")
    fit(model)
    model.layers[0].trainable = False
    model.compile(optimizer, "mse")
    before = model.get_weights()
    fit(model, epochs=2)
    after = model.get_weights()
    np.testing.assert_array_equal(before[0], after[0])
    assert (before[1] != after[1]).any()


def test_a_frozen_layer_shows_its_table_as_it_is():
    model = make_model()
    model.compile(decaying(), "mse")
    some_steps(model)
    model.layers[0].trainable = False
    shown = model.layers[0].get_weights()[0]
    model.optimizer.catch_up()
    np.testing.assert_array_equal(shown, model.layers[0].get_weights()[0])


def test_a_table_is_quantized_as_it_is():
    model = make_model()
    model.compile(decaying(), "mse")
    some_steps(model)
    before = model.predict(X, verbose=0)
    model.layers[0].quantize("int8")
    again = keras.Sequential(model.layers)
    np.testing.assert_allclose(again.predict(X, verbose=0), before, atol=2e-3)


def test_variables_are_left_out_of_decay():
    seen = []
    for wrap in (lambda x: x, hotrow.RowSparse):
        model = make_model()
        optimizer = wrap(K.SGD(0.1, weight_decay=0.5))
        optimizer.exclude_from_weight_decay(var_names=["embeddings"])
        model.compile(optimizer, "mse")
        fit(model)
        seen.append(model.get_weights())
    assert_same(*seen)


def test_weights_of_a_model_that_was_compiled_otherwise(tmp_path):
    source = make_model()
    source.save_weights(tmp_path / "plain.weights.h5")
    model = make_model()
    model.compile(hotrow.RowSparse("adam"), "mse")
    some_steps(model)
    with pytest.warns(UserWarning, match=r"holds 0 variables|Skipping variable"):
        model.load_weights(tmp_path / "plain.weights.h5")
    assert_same(model.get_weights(), source.get_weights(), atol=0)


@pytest.mark.skipif(BACKEND == "jax", reason="on JAX the optimizer is built first")
def test_a_first_step_before_the_optimizer_is_built():
    model = make_model()
    optimizer = hotrow.RowSparse(K.SGD(0.1), loss_scaling=True, initial_scale=1024.0)
    weights = model.trainable_weights
    before = model.get_weights()[-1]
    if BACKEND == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = optimizer.scale_loss(ops.sum(model(X)))
        grads = tape.gradient(loss, [weight.value for weight in weights])
    else:
        optimizer.scale_loss(ops.sum(model(X))).backward()
        grads = [weight.value.grad for weight in weights]
    optimizer.apply(grads, weights)
    np.testing.assert_allclose(before - model.get_weights()[-1], 1.6, rtol=1e-4)


@pytest.mark.skipif(BACKEND == "torch", reason="Keras exports none")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_model_that_decays_is_exported_as_it_is(tmp_path):
    import tensorflow as tf

    model = make_model(out_of_range="zero")
    model.compile(decaying(), "mse")
    some_steps(model)
    model.export(tmp_path / "exported", verbose=False)
    exported = tf.saved_model.load(tmp_path / "exported")
    expected = model.predict(X, verbose=0)
    np.testing.assert_allclose(to_numpy(exported.serve(X)), expected, atol=1e-6)


@pytest.mark.skipif(BACKEND != "jax", reason="about jax.jit")
def test_a_function_of_ones_own_reads_a_whole_table_as_it_is():
    import jax

    model = make_model()
    model.compile(decaying(), "mse")
    some_steps(model)
    layer = model.layers[0]
    whole = jax.jit(lambda: layer.embeddings + 0)()
    np.testing.assert_allclose(whole, layer.get_weights()[0], atol=1e-6)
