"""Strings enter by a layer, and one file holds the model and its vocabulary."""

import gc
import os
import pickle
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import hotrow

VOCAB = hotrow.Vocabulary(["Oslo", "Paris", "\u00c5s"], lowercase=False)
WORDS = ["Paris", "Oslo", "?", "\u00c5s"]
IDS = [3, 2, 1, 4]


def values(tensor):
    return np.asarray(keras.ops.convert_to_numpy(tensor)).tolist()


@pytest.mark.parametrize(
    "make",
    [list, np.array, lambda x: np.array(x, object), pd.Series, pa.array],
)
def test_raw_values_give_ids_of_the_backend(make):
    ids = hotrow.Lookup(VOCAB)(make(WORDS))
    assert keras.ops.is_tensor(ids)
    assert keras.backend.standardize_dtype(ids.dtype) == "int32"
    assert values(ids) == IDS


def test_rows():
    layer = hotrow.Lookup(VOCAB, length=2, padding="pre", truncating="pre")
    rows = [["Oslo"], ["Oslo", "Paris", "?"]]
    assert values(layer(rows)) == [[0, 2], [3, 1]]


def test_integers():
    layer = hotrow.Lookup(hotrow.Vocabulary([7, 5]))
    assert values(layer(np.array([5, 6]))) == [3, 1]
    assert values(layer(keras.ops.convert_to_tensor([5, 6]))) == [3, 1]


def test_a_symbolic_input():
    ids = hotrow.Lookup(VOCAB)(keras.Input((7,), dtype="string"))
    assert ids.shape == (None, 7)
    assert ids.dtype == "int32"
    ids = hotrow.Lookup(VOCAB, length=3)(keras.Input((7,), dtype="string"))
    assert ids.shape == (None, 3)


@pytest.mark.parametrize("batched", [True, False])
def test_in_tf_data(batched):
    tf = pytest.importorskip("tensorflow")
    layer = hotrow.Lookup(VOCAB)
    data = tf.data.Dataset.from_tensor_slices(WORDS)
    data = data.batch(4).map(layer) if batched else data.map(layer).batch(4)
    ids = next(iter(data))
    assert ids.dtype == tf.int32
    assert ids.numpy().tolist() == IDS
    assert layer(tf.constant(WORDS)).numpy().tolist() == IDS
    assert layer(tf.ragged.constant([["Oslo"], []])).to_list() == [[2], []]
    rows = tf.data.Dataset.from_tensors([WORDS]).map(hotrow.Lookup(VOCAB, length=3))
    assert rows.element_spec.shape == (1, 3)
    assert next(iter(rows)).numpy().tolist() == [IDS[:3]]
    with pytest.raises(ValueError, match="A ragged tensor is not padded"):
        hotrow.Lookup(VOCAB, length=3)(tf.ragged.constant([["Oslo"], []]))


def test_in_a_py_dataset():
    layer = hotrow.Lookup(VOCAB)

    class Data(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, i):
            return layer(WORDS[2 * i : 2 * i + 2]), np.zeros((2, 1))

    model = small_model()
    model.compile("sgd", "mse")
    model.fit(Data(workers=2, use_multiprocessing=False), verbose=0)
    assert model.predict(Data(), verbose=0).shape == (4, 1)


def test_a_tensor_that_needs_gradients():
    torch = pytest.importorskip("torch")
    vocabulary = hotrow.Vocabulary([15, 25])
    ids = vocabulary.encode(torch.tensor([25.0, 15.0], requires_grad=True))
    assert ids.tolist() == vocabulary.encode([25, 15]).tolist()


def test_in_a_torch_data_loader():
    data = pytest.importorskip("torch.utils.data")
    loader = data.DataLoader(WORDS, batch_size=4, collate_fn=hotrow.Lookup(VOCAB))
    assert [values(batch) for batch in loader] == [IDS]


def test_in_grain():
    grain = pytest.importorskip("grain")
    data = grain.MapDataset.source(WORDS).map(hotrow.Lookup(VOCAB))
    assert [int(data[i]) for i in range(4)] == IDS


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="strings in a graph"
)
def test_inside_a_model_of_tensorflow(tmp_path):
    import tensorflow as tf

    words = tf.constant(WORDS)
    inputs = keras.Input((), dtype="string")
    outputs = small_model()(hotrow.Lookup(VOCAB)(inputs))
    model = keras.Model(inputs, outputs)
    model.compile("sgd", "mse")
    model.fit(words, np.zeros((4, 1)), verbose=0)
    expected = model.predict(words, verbose=0)
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(again.predict(words, verbose=0), expected)


def small_model():
    return keras.Sequential(
        [hotrow.Embedding(len(VOCAB), 3), keras.layers.Dense(1, use_bias=True)]
    )


def test_a_file_alone_predicts_from_strings_in_a_fresh_process(tmp_path):
    raw = hotrow.RawModel(small_model(), hotrow.Lookup(VOCAB))
    raw.compile(hotrow.RowSparse("adam"), "mse")
    raw.fit(WORDS, np.arange(4.0)[:, None], epochs=2, verbose=0)
    expected = raw.predict(WORDS, verbose=0)
    raw.save(tmp_path / "m.keras")
    script = (
        "import keras, hotrow; model = keras.saving.load_model('m.keras'); "
        r"print(model.predict(['Paris', 'Oslo', '?', '\u00c5s'], verbose=0).tolist())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "KERAS_BACKEND": keras.backend.backend()},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(
        np.array(eval(done.stdout.splitlines()[-1])), expected, rtol=1e-5
    )


def test_a_raw_model_of_several_inputs(tmp_path):
    city, size = (
        keras.Input((), name="city", dtype="int32"),
        keras.Input((1,), name="n"),
    )
    vectors = hotrow.Embedding(len(VOCAB), 3)(city)
    outputs = keras.layers.Dense(1)(keras.ops.concatenate([vectors, size], -1))
    model = keras.Model({"city": city, "n": size}, outputs)
    raw = hotrow.RawModel(model, {"city": hotrow.Lookup(VOCAB)})
    frame = {"city": WORDS, "n": np.ones((4, 1), "float32")}
    expected = model.predict({"city": np.array(IDS), "n": frame["n"]}, verbose=0)
    np.testing.assert_allclose(raw.predict(frame, verbose=0), expected, rtol=1e-6)
    raw.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(again.predict(frame, verbose=0), expected, rtol=1e-6)
    with pytest.raises(ValueError, match="An input is missing: 'city'"):
        raw.predict({"n": frame["n"]})
    with pytest.raises(ValueError, match=r"takes a dict of inputs. Received: list"):
        raw.predict(WORDS)


def test_every_method_of_a_raw_model_is_that_of_the_model():
    raw = hotrow.RawModel(small_model(), hotrow.Lookup(VOCAB))
    model, ids, y = raw.model, np.array(IDS), np.ones((4, 1))
    raw.compile("sgd", "mse")
    raw.fit(WORDS, y, validation_data=(WORDS, y), verbose=0)
    raw.train_on_batch(WORDS, y)
    expected = model.predict(ids, verbose=0)
    np.testing.assert_allclose(raw.predict(np.array(WORDS), verbose=0), expected)
    np.testing.assert_allclose(raw.predict_on_batch(WORDS), expected, rtol=1e-6)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(raw(WORDS)), expected, rtol=1e-6
    )
    loss = model.evaluate(ids, y, verbose=0)
    assert raw.evaluate(WORDS, y, verbose=0) == pytest.approx(loss)
    assert raw.test_on_batch(WORDS, y) == pytest.approx(loss)


def test_a_layer_pickles():
    layer = pickle.loads(pickle.dumps(hotrow.Lookup(VOCAB, length=2)))
    assert layer.vocabulary == VOCAB
    assert values(layer([["Oslo"]])) == [[2, 0]]


def test_a_config_is_enough_where_the_vocabulary_is_in_use():
    layer = hotrow.Lookup(hotrow.Vocabulary(["Oslo", "Paris"]), length=2)
    config = layer.get_config()
    assert config["digest"] == layer.vocabulary.digest
    again = hotrow.Lookup.from_config(config)
    assert again.get_config() == config
    assert values(again([["Paris"]])) == [[3, 0]]
    # They share tokens, and not what becomes of them.
    layer.vocabulary.grow(["Rome"])
    assert len(again.vocabulary) == 4
    assert hotrow.Lookup.from_config(config).vocabulary == again.vocabulary
    del layer, again
    gc.collect()
    with pytest.raises(ValueError, match="has no vocabulary"):
        assert hotrow.Lookup.from_config(config).vocabulary


def saved(path):
    """Saves a model with two vocabularies, and returns the bytes of each by name."""
    inputs = {name: keras.Input((), name=name, dtype="int32") for name in "ab"}
    summed = hotrow.Embedding(4, 1)(inputs["a"]) + hotrow.Embedding(4, 1)(inputs["b"])
    lookups = {
        name: hotrow.Lookup(hotrow.Vocabulary([f"{name}0", f"{name}1"]), name=name)
        for name in "ab"
    }
    hotrow.RawModel(keras.Model(inputs, summed), lookups).save(path)
    with zipfile.ZipFile(path) as file:
        return {
            name: file.read(name)
            for name in file.namelist()
            if name.endswith("vocabulary.arrow")
        }


def rewrite(path, changes):
    """Changes files in a `.keras` file, whose check sums are right then."""
    with zipfile.ZipFile(path) as file:
        content = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(path, "w") as file:
        for name, data in {**content, **changes}.items():
            if data is not None:
                file.writestr(name, data)


def test_what_is_wrong_with_a_vocabulary_in_a_keras_file_is_said(tmp_path):
    path = tmp_path / "m.keras"
    parts = saved(path)
    a, b = (next(n for n, data in parts.items() if x in data) for x in (b"a0", b"b0"))
    for data, problem in [
        (parts[a].replace(b"a0a1", b"a0a2"), "It has changed since it was written"),
        (parts[a][:100], "It is not a whole Arrow IPC file"),
        (b"", "It is not a whole Arrow IPC file"),
        (None, "The model's file does not hold it"),
        (parts[b], "Its digest is .*, and the layer was saved with that of"),
    ]:
        saved(path)
        rewrite(path, {a: data})
        with pytest.raises(
            ValueError, match=f"vocabulary of the layer 'a' cannot be loaded. {problem}"
        ):
            keras.saving.load_model(path)
    saved(path)
    rewrite(path, {a: parts[b], b: parts[a]})
    with pytest.raises(ValueError, match="A total of 2 objects could not"):
        keras.saving.load_model(path)


def test_weights_of_another_vocabulary_are_refused(tmp_path):
    path = tmp_path / "m.weights.h5"
    raw = hotrow.RawModel(small_model(), hotrow.Lookup(VOCAB))
    raw.predict(WORDS, verbose=0)
    raw.save_weights(path)
    other = hotrow.Vocabulary(VOCAB.tokens[::-1])
    raws = [
        hotrow.RawModel(small_model(), hotrow.Lookup(vocab)) for vocab in (VOCAB, other)
    ]
    for one in raws:
        one.predict(WORDS, verbose=0)
    same, different = raws
    same.load_weights(path)
    expected = raw.predict(WORDS, verbose=0)
    np.testing.assert_allclose(same.predict(WORDS, verbose=0), expected, rtol=1e-6)
    with pytest.raises(ValueError, match="weights were trained with another vocabular"):
        different.load_weights(path)
    # After the error, weights of its own load.
    different.save_weights(path)
    different.load_weights(path)
    # The model within has no vocabulary, and its weights go anywhere.
    raw.model.save_weights(path)
    different.model.load_weights(path)


def test_errors():
    config = hotrow.Lookup(VOCAB, name="words").get_config()
    empty = hotrow.Lookup.from_config({**config, "digest": None})
    with pytest.raises(ValueError, match="The layer 'words' has no vocabulary"):
        empty(["a"])
    with pytest.raises(ValueError, match=r"takes a hotrow.Vocabulary. Received: list"):
        hotrow.Lookup(["a"])
    with pytest.raises(ValueError, match="without an id of padding cannot fill rows"):
        hotrow.Lookup(hotrow.Vocabulary(["a"], reserve_padding=False), length=2)
    with pytest.raises(ValueError, match='`padding` must be "pre" or "post"'):
        hotrow.Lookup(VOCAB, padding="left")
    with pytest.raises(ValueError, match="`length` must be a positive integer"):
        hotrow.Lookup(VOCAB, length=0)
    with pytest.raises(ValueError, match=r"`lookup` must be a hotrow.Lookup"):
        hotrow.RawModel(small_model(), VOCAB)

    class Data(keras.utils.PyDataset):
        pass

    raw = hotrow.RawModel(small_model(), hotrow.Lookup(VOCAB))
    with pytest.raises(ValueError, match="Call the Lookup in the dataset"):
        raw.predict(Data())
