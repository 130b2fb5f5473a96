"""The eight questions that Hotrow grew from. `examples/` shows each as a script."""

import runpy
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

import hotrow

X = np.array([[5, 2, 4, 25, 17], [15, 54, 13, 2, 98]], dtype="int32")
VOCAB_SIZE, EMBEDDING_SIZE, LENGTH = 100, 25, 5
EXAMPLES = Path(__file__).parents[1] / "examples"


def embedding_model():
    layer = hotrow.Embedding(VOCAB_SIZE, EMBEDDING_SIZE, input_length=LENGTH)
    return keras.Sequential([layer])


def one_hot_model():
    dense = keras.layers.Dense(EMBEDDING_SIZE, use_bias=False)
    return keras.Sequential(
        [
            hotrow.OneHot(VOCAB_SIZE, input_length=LENGTH),
            keras.layers.TimeDistributed(dense),
        ]
    )


def sgd_by_hand(table, ids, targets, learning_rate, steps):
    """Plain SGD on the mean squared error of `table[ids]`, in float64."""
    table = table.astype("float64")
    for _ in range(steps):
        error = table[ids] - targets
        gradient = np.zeros_like(table)
        np.add.at(gradient, ids, 2 * error / error.size)
        table -= learning_rate * gradient
    return table


# 1. One-hot and then a matrix product is an embedding.


def test_shapes_of_the_three_models():
    one_hot = keras.Sequential([hotrow.OneHot(VOCAB_SIZE, input_length=LENGTH)])
    assert embedding_model().predict(X, verbose=0).shape == (2, 5, 25)
    assert one_hot.predict(X, verbose=0).shape == (2, 5, 100)
    assert one_hot_model().predict(X, verbose=0).shape == (2, 5, 25)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adagrad"])
def test_one_hot_and_dense_is_embedding(optimizer):
    a, b = embedding_model(), one_hot_model()
    b.set_weights(a.get_weights())
    assert np.array_equal(a.predict(X, verbose=0), b.predict(X, verbose=0))

    targets = np.random.default_rng(0).normal(size=(2, LENGTH, EMBEDDING_SIZE))
    for model in (a, b):
        model.compile(optimizer, "mse")
        model.fit(X, targets, epochs=10, verbose=0)
    np.testing.assert_allclose(*a.get_weights(), *b.get_weights(), atol=1e-6)


@pytest.mark.parametrize("make", [embedding_model, one_hot_model])
def test_training_is_what_it_is_by_hand(make):
    model = make()
    table = model.get_weights()[0]
    targets = np.random.default_rng(0).normal(size=(2, LENGTH, EMBEDDING_SIZE))
    model.compile(keras.optimizers.SGD(1.0), "mse")
    model.fit(X, targets, epochs=10, verbose=0)
    trained = model.get_weights()[0]
    expected = sgd_by_hand(table, X, targets, learning_rate=1.0, steps=10)
    np.testing.assert_allclose(trained, expected, atol=1e-5)

    untouched = np.setdiff1d(np.arange(VOCAB_SIZE), X)
    assert np.array_equal(trained[untouched], table[untouched])
    assert np.abs(trained - table)[np.unique(X)].min(axis=1).all()


# 2. Ids above 255, which a well-known recipe casts to uint8.

ABOVE_255 = np.array([[5, 255, 256, 299, 44], [0, 258, 270, 2, 298]], dtype="int32")


def test_the_uint8_recipe_mixes_up_ids_and_one_hot_does_not():
    recipe = keras.layers.Lambda(lambda x: ops.one_hot(ops.cast(x, "uint8"), 300))
    ids = ops.convert_to_tensor(ABOVE_255)
    remainders = ops.convert_to_tensor(ABOVE_255 % 256)
    expected = np.eye(300, dtype="float32")[ABOVE_255]
    by_recipe = ops.convert_to_numpy(recipe(ids))
    assert np.array_equal(by_recipe, ops.convert_to_numpy(recipe(remainders)))
    wrong = (by_recipe != expected).any(axis=-1)
    assert wrong[ABOVE_255 > 255].all()
    layer = hotrow.OneHot(300)
    assert np.array_equal(ops.convert_to_numpy(layer(ids)), expected)


def test_ids_above_255_keep_their_rows():
    table = np.random.default_rng(0).normal(size=(300, 3)).astype("float32")
    layer = hotrow.Embedding(300, 3, weights=table)
    assert np.array_equal(ops.convert_to_numpy(layer(ABOVE_255)), table[ABOVE_255])


@pytest.mark.parametrize(
    "layer", [hotrow.OneHot(300), hotrow.Embedding(300, 3)], ids=["OneHot", "Embedding"]
)
def test_id_300_is_no_44(layer):
    with pytest.raises(ValueError, match=r"out of range: 300\."):
        layer(np.array([[300]], dtype="int32"))


# 3. A text classifier that starts with either layer.


def first_layer(name, words):
    if name == "OneHot":
        return hotrow.OneHot(words, mask_zero=True)
    return hotrow.Embedding(words, 8, mask_zero=True)


def padded(rng, texts, length, words):
    """Texts of 2 to `length` ids from 3 on, each with 1 and 2 somewhere among them."""
    ids = np.zeros((texts, length), dtype="int32")
    one_first = rng.integers(2, size=texts)
    for row, is_first in zip(ids, one_first, strict=True):
        size = rng.integers(2, length + 1)
        row[:size] = rng.integers(3, words, size=size)
        places = np.sort(rng.choice(size, size=2, replace=False))
        row[places] = (1, 2) if is_first else (2, 1)
    return ids, one_first


@pytest.mark.parametrize(
    ("first", "rnn"), [("Embedding", keras.layers.GRU), ("OneHot", keras.layers.LSTM)]
)
def test_an_rnn_learns_the_order_of_words(first, rnn):
    rng = np.random.default_rng(0)
    ids, labels = padded(rng, texts=600, length=6, words=10)
    model = keras.Sequential(
        [first_layer(first, 10), rnn(12), keras.layers.Dense(1, activation="sigmoid")]
    )
    model.compile(keras.optimizers.Adam(0.03), "binary_crossentropy")
    model.fit(ids[:500], labels[:500], batch_size=50, epochs=8, verbose=0)
    scores = model.predict(ids[500:], batch_size=100, verbose=0)[:, 0]
    # Both words are in every text, so their order is all there is to learn.
    assert ((scores > 0.5) == labels[500:]).mean() > 0.85


@pytest.mark.parametrize("rnn", [keras.layers.GRU, keras.layers.LSTM])
@pytest.mark.parametrize("first", ["Embedding", "OneHot"])
def test_padding_is_skipped(first, rnn):
    ids, _ = padded(np.random.default_rng(0), texts=4, length=5, words=10)
    model = keras.Sequential([first_layer(first, 10), rnn(3)])
    together = ops.convert_to_numpy(model(ids))
    for row, vector in zip(ids, together, strict=True):
        alone = ops.convert_to_numpy(model(row[np.newaxis, row != 0]))[0]
        np.testing.assert_allclose(alone, vector, atol=1e-6)
    assert (ids == 0).any()


# 4. Objects, unique, ids, one-hot, matrix product, vectors.


@pytest.mark.parametrize(
    "objects",
    [
        ["the", "cat", "sat", "on", "the", "mat"],
        [2026, 1815, 1984, 1815],
        [3.5, -1.0, 3.5],
        [True, False, True],
        [["A", "C"], ["G", "A"]],
    ],
    ids=["words", "years", "floats", "bools", "grid"],
)
def test_the_layers_do_what_numpy_does_by_hand(objects):
    objects = np.array(objects)
    vocabulary, ids = np.unique(objects, return_inverse=True)
    ids = ids.reshape(objects.shape)
    table = np.random.default_rng(0).normal(size=(len(vocabulary), 3))
    table = table.astype("float32")
    one_hot = (ids[..., np.newaxis] == np.arange(len(vocabulary))).astype("float32")
    vectors = one_hot @ table

    by_one_hot = ops.convert_to_numpy(hotrow.OneHot(len(vocabulary))(ids))
    embedding = hotrow.Embedding(len(vocabulary), 3, weights=table)
    assert np.array_equal(by_one_hot, one_hot)
    assert np.array_equal(by_one_hot @ table, vectors)
    assert np.array_equal(ops.convert_to_numpy(embedding(ids)), vectors)
    assert np.array_equal(vocabulary[by_one_hot.argmax(axis=-1)], objects)


# 5. The classic first example.


def test_the_output_shape_is_known_before_the_data():
    model = keras.Sequential([hotrow.Embedding(1000, 64, input_length=10)])
    model.compile("rmsprop", "mse")
    assert model.built
    assert model.input_shape == (None, 10)
    assert model.output_shape == (None, 10, 64)

    ids = np.random.default_rng(0).integers(1000, size=(32, 10))
    vectors = model.predict(ids, verbose=0)
    assert vectors.shape == (32, 10, 64)
    assert np.array_equal(vectors, model.get_weights()[0][ids])


# 6. Flatten needs a length, and so does Dense after it.


@pytest.mark.parametrize(
    ("first", "width"),
    [
        (lambda: hotrow.Embedding(20, 4, input_length=3), 4),
        (lambda: hotrow.OneHot(20, input_length=3), 20),
    ],
    ids=["Embedding", "OneHot"],
)
def test_flatten_and_dense_build_before_the_data(first, width):
    model = keras.Sequential([first(), keras.layers.Flatten(), keras.layers.Dense(2)])
    assert model.built
    assert model.output_shape == (None, 2)
    kernel, bias = model.layers[-1].get_weights()
    assert kernel.shape == (3 * width, 2)

    ids = np.random.default_rng(0).integers(20, size=(6, 3))
    table = model.layers[0].get_weights()[0] if width == 4 else np.eye(20)
    expected = table[ids].reshape(6, -1) @ kernel + bias
    np.testing.assert_allclose(model.predict(ids, verbose=0), expected, atol=1e-5)


# 7. LoRA: enable, fine-tune, merge, reload.


@pytest.mark.parametrize("alpha", [None, 8.0])
def test_lora_trains_a_and_b_and_merges_on_saving(tmp_path, alpha):
    model = embedding_model()
    targets = np.random.default_rng(0).normal(size=(2, LENGTH, EMBEDDING_SIZE))
    model.compile("adam", "mse")
    model.fit(X, targets, epochs=2, verbose=0)
    base = model.get_weights()[0]
    plain_output = model.predict(X, verbose=0)

    layer = model.layers[0]
    layer.enable_lora(4, lora_alpha=alpha)
    a, b = layer.lora_embeddings_a, layer.lora_embeddings_b
    assert [v is w for v, w in zip(layer.trainable_weights, (a, b), strict=True)]
    a_before, b_before = ops.convert_to_numpy(a), ops.convert_to_numpy(b)
    assert not b_before.any()
    assert np.array_equal(model.predict(X, verbose=0), plain_output)

    model.compile(keras.optimizers.Adam(0.1), "mse")
    losses = model.fit(X, -targets, epochs=10, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    weights = {v.name: ops.convert_to_numpy(v) for v in layer.weights}
    assert np.array_equal(weights["embeddings"], base)
    assert not np.array_equal(ops.convert_to_numpy(a), a_before)
    assert not np.array_equal(ops.convert_to_numpy(b), b_before)

    file = tmp_path / "model.weights.h5"
    model.save_weights(file)
    plain = embedding_model()
    plain.load_weights(file)
    product = weights["lora_embeddings_a"] @ weights["lora_embeddings_b"]
    merged = base + (1.0 if alpha is None else alpha / 4) * product
    np.testing.assert_allclose(plain.get_weights()[0], merged, atol=1e-6)
    np.testing.assert_allclose(
        plain.predict(X, verbose=0), model.predict(X, verbose=0), atol=1e-6
    )


# 8. Memory: what a batch takes, not what the data would.


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_training_through_one_hot_takes_the_memory_of_a_batch():
    # The other half, that up front it takes gigabytes, is slow: see `test_examples.py`.
    measure = runpy.run_path(str(EXAMPLES / "memory.py"))["measure"]
    assert measure("OneHot") < 100
