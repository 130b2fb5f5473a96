"""`Embedding` against NumPy, numerical gradients and `keras.layers.Embedding`."""

import keras
import numpy as np
import pytest
from helpers import compiled, random_table, to_numpy
from keras import ops

import hotrow

IDS = np.random.default_rng(1).integers(0, 10, (8, 3)).astype("int32")


def twins(**kwargs):
    """Our layer and Keras's, with the same table, each in a model."""
    table = random_table(10, 4)
    models = []
    for cls in (hotrow.Embedding, keras.layers.Embedding):
        layer = cls(10, 4, weights=table, **kwargs)
        models.append(keras.Sequential([keras.Input((3,), dtype="int32"), layer]))
    return models


@pytest.mark.parametrize("dtype", ["int32", "uint8", "float32"])
def test_it_reads_what_the_keras_layer_reads(dtype):
    ours, theirs = (model.layers[-1] for model in twins())
    ids = IDS.astype(dtype)
    np.testing.assert_array_equal(to_numpy(ours(ids)), to_numpy(theirs(ids)))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"embeddings_regularizer": "l2"},
        {"activity_regularizer": "l2"},
        {"embeddings_constraint": "max_norm"},
        {"mask_zero": True},
        {"trainable": False},
        {"dtype": "mixed_bfloat16"},
    ],
    ids=str,
)
def test_it_trains_as_the_keras_layer_does(options):
    ours, theirs = twins(**options)
    target = np.random.default_rng(2).normal(size=(8, 3, 4)).astype("float32")
    histories = []
    for model in (ours, theirs):
        compiled(model)
        if options.get("trainable") is False:
            histories.append(model.evaluate(IDS, target, verbose=0))
            continue
        fitted = model.fit(IDS, target, epochs=3, shuffle=False, verbose=0)
        histories.append(fitted.history["loss"])
    tolerance = 1e-2 if "dtype" in options else 1e-5
    np.testing.assert_allclose(*histories, rtol=tolerance)
    np.testing.assert_allclose(
        ours.get_weights()[0],
        theirs.get_weights()[0],
        rtol=tolerance,
        atol=1e-3 if "dtype" in options else 1e-6,
    )


@pytest.mark.parametrize("mode", [{}, {"jit_compile": False}, {"run_eagerly": True}])
@pytest.mark.parametrize(
    "optimizer", ["adam", "rmsprop", "adagrad", "adadelta", "nadam", "ftrl"]
)
def test_equal_ids_of_a_batch_are_one_row_to_an_optimizer(optimizer, mode):
    """Against a dense product with one-hot vectors made in NumPy.

    On TensorFlow, Keras's own layer squares the parts of such a row one by one.
    """
    table = random_table(10, 4)
    ours = keras.Sequential(
        [keras.Input((3,), dtype="int32"), hotrow.Embedding(10, 4, weights=table)]
    )
    dense = keras.layers.Dense(4, use_bias=False)
    theirs = keras.Sequential([keras.Input((3, 10)), dense])
    dense.set_weights([table])
    target = np.random.default_rng(2).normal(size=(8, 3, 4)).astype("float32")
    for model, inputs in ((ours, IDS), (theirs, np.eye(10)[IDS])):
        compiled(model, optimizer=keras.optimizers.get(optimizer), **mode)
        for _ in range(3):
            model.train_on_batch(inputs, target)
    np.testing.assert_allclose(
        ours.get_weights()[0], theirs.get_weights()[0], rtol=1e-4, atol=1e-6
    )


def test_a_step_of_sgd_follows_the_numerical_gradient():
    """Every entry of the table against a central difference of the loss."""
    table = random_table(5, 2).astype("float64")
    ids = np.array([[0, 1, 1], [3, 0, 1]])
    target = np.random.default_rng(3).normal(size=(2, 3, 2))

    def loss(table):
        return np.mean((np.tanh(table[ids]) - target) ** 2)

    gradient = np.zeros_like(table)
    for place in np.ndindex(*table.shape):
        step = np.zeros_like(table)
        step[place] = 1e-5
        gradient[place] = (loss(table + step) - loss(table - step)) / 2e-5
    layer = hotrow.Embedding(5, 2, weights=table)
    inputs = keras.Input((3,), dtype="int32")
    model = keras.Model(inputs, keras.layers.Activation("tanh")(layer(inputs)))
    compiled(model, optimizer=keras.optimizers.SGD(1.0))
    model.train_on_batch(ids, target)
    np.testing.assert_allclose(
        table - model.get_weights()[0], gradient, rtol=1e-3, atol=1e-6
    )
    assert not gradient[2].any()
    assert not gradient[4].any()


def test_the_same_seed_gives_the_same_table_as_the_keras_layer():
    tables = []
    for cls in (hotrow.Embedding, keras.layers.Embedding):
        keras.utils.set_random_seed(7)
        layer = cls(20, 3)
        layer.build()
        tables.append(layer.get_weights()[0])
    np.testing.assert_array_equal(*tables)


def test_mixed_precision_casts_rows_and_not_the_table():
    layer = hotrow.Embedding(10, 4, dtype="mixed_bfloat16")
    layer.build()
    with keras.src.backend.AutocastScope("bfloat16"):
        table = ops.convert_to_tensor(layer.embeddings)
    assert keras.backend.standardize_dtype(table.dtype) == "float32"
    assert keras.backend.standardize_dtype(layer(IDS).dtype) == "bfloat16"


def test_every_argument_of_the_keras_layer_is_kept_in_the_config():
    options = {
        "embeddings_initializer": keras.initializers.RandomNormal(seed=1),
        "embeddings_regularizer": keras.regularizers.L2(0.1),
        "embeddings_constraint": keras.constraints.MaxNorm(2),
        "activity_regularizer": keras.regularizers.L1(0.2),
        "mask_zero": True,
    }
    ours = hotrow.Embedding(10, 4, name="e", **options).get_config()
    theirs = keras.layers.Embedding(10, 4, name="e", **options).get_config()
    assert theirs.items() <= ours.items()
    assert set(ours) - set(theirs) == {"input_length", "out_of_range"}


def test_the_table_before_it_is_built():
    with pytest.raises(AttributeError, match="embeddings"):
        _ = hotrow.Embedding(10, 4).embeddings


def test_a_bad_output_dim_is_refused():
    for value in (0, -3, 2.5, True, "4"):
        with pytest.raises(ValueError, match="`output_dim` must be a positive integer"):
            hotrow.Embedding(10, value)


def test_an_unknown_argument_is_refused():
    with pytest.raises(ValueError, match=r"Unrecognized keyword arguments.*size"):
        hotrow.Embedding(10, 4, size=3)


@pytest.mark.slow
def test_a_table_of_more_than_2_to_the_31_elements():
    """Linear offsets that overflow 32 bits must not wrap around."""
    rows, width = 2**26 + 3, 33
    assert rows * width > 2**31
    layer = hotrow.Embedding(
        rows, width, embeddings_initializer="zeros", dtype="float16"
    )
    layer.build()
    last = np.array([[0, rows - 1]], "int32")
    table = ops.convert_to_tensor(layer.embeddings)
    ones = ops.ones((1, width), dtype="float16")
    layer.embeddings.assign(ops.slice_update(table, (rows - 1, 0), ones))
    del table
    np.testing.assert_array_equal(to_numpy(layer(last))[0], [[0] * width, [1] * width])
