"""Files: between backends, between Keras's layer and ours, and broken ones."""

import json
import os
import subprocess
import sys
import zipfile

import h5py
import keras
import numpy as np
import pytest
from helpers import random_table

import hotrow
from hotrow.backend import SUPPORTED

IDS = np.array([[1, 2, 9], [0, 0, 5]], "int32")


def make_model(cls=hotrow.Embedding):
    return keras.Sequential(
        [
            keras.Input((3,), dtype="int32"),
            cls(10, 4, name="words"),
            keras.layers.Flatten(name="flat"),
            keras.layers.Dense(2, name="dense"),
        ],
        name="model",
    )


@pytest.mark.parametrize("backend", SUPPORTED)
def test_a_file_loads_under_every_backend(backend, tmp_path):
    pytest.importorskip(backend)
    model = make_model()
    model.save(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    script = f"""
import keras, numpy as np, hotrow
model = keras.models.load_model("model.keras")
ids = np.array({IDS.tolist()}, "int32")
first = model.predict(ids, verbose=0)
for weight in model.weights:
    weight.assign(0 * weight.numpy())
model.load_weights("model.weights.h5")
np.savez("out.npz", first=first, second=model.predict(ids, verbose=0))
"""
    environment = {**os.environ, "KERAS_BACKEND": backend}
    subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, check=True
    )
    out = np.load(tmp_path / "out.npz")
    expected = model.predict(IDS, verbose=0)
    np.testing.assert_allclose(out["first"], expected, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(out["second"], expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("ours_first", [True, False])
def test_weights_go_both_ways_between_keras_and_us(ours_first, tmp_path):
    classes = [hotrow.Embedding, keras.layers.Embedding]
    source, target = map(make_model, classes if ours_first else classes[::-1])
    path = tmp_path / "model.weights.h5"
    source.save_weights(path)
    target.load_weights(path)
    np.testing.assert_array_equal(
        target.predict(IDS, verbose=0), source.predict(IDS, verbose=0)
    )
    for weight in target.weights:
        weight.assign(np.zeros(weight.shape))
    target.set_weights(source.get_weights())
    np.testing.assert_array_equal(
        target.predict(IDS, verbose=0), source.predict(IDS, verbose=0)
    )


def test_variables_are_those_of_the_keras_layer():
    ours, theirs = make_model(), make_model(keras.layers.Embedding)
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]
    assert ours.count_params() == theirs.count_params()
    assert len(ours.get_weights()) == len(theirs.get_weights())
    assert len(ours.trainable_variables) == len(theirs.trainable_variables)


def test_a_weights_file_holds_what_the_file_of_the_keras_layer_holds(tmp_path):
    names = []
    for cls in (hotrow.Embedding, keras.layers.Embedding):
        make_model(cls).save_weights(tmp_path / "w.weights.h5")
        with h5py.File(tmp_path / "w.weights.h5") as file:
            found = set()
            file.visititems(
                lambda name, item, found=found: (
                    found.add(name) if isinstance(item, h5py.Dataset) else None
                )
            )
            names.append(found)
    assert names[0] == names[1]


def test_the_table_is_no_part_of_the_config(tmp_path):
    table = random_table(20_000, 8)
    layer = hotrow.Embedding(20_000, 8, weights=table)
    model = keras.Sequential([keras.Input((3,), dtype="int32"), layer])
    assert len(model.to_json()) < 4_000
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as file:
        config = json.loads(file.read("config.json"))
        assert len(json.dumps(config)) < 4_000
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.get_weights()[0], table)


@pytest.mark.parametrize("kept", [0, 100, 0.5, 0.95])
def test_a_truncated_file_says_so(kept, tmp_path):
    path = tmp_path / "model.keras"
    make_model().save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: kept if kept > 1 else int(kept * len(whole))])
    with pytest.raises((ValueError, OSError, zipfile.BadZipFile), match="zip file"):
        keras.models.load_model(path)


def test_a_corrupt_weights_file_leaves_the_model_whole(tmp_path):
    path = tmp_path / "model.weights.h5"
    model = make_model()
    model.save_weights(path)
    before = model.get_weights()
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(OSError, match="truncated file"):
        model.load_weights(path)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_table_of_another_shape_is_refused_and_nothing_is_loaded(tmp_path):
    path = tmp_path / "model.weights.h5"
    make_model().save_weights(path)
    other = keras.Sequential(
        [keras.Input((3,), dtype="int32"), hotrow.Embedding(12, 4, name="words")]
    )
    before = other.get_weights()[0]
    with pytest.raises(ValueError, match=r"shape \(10, 4\).*which has shape \(12, 4\)"):
        other.layers[-1].load_own_variables({"0": np.zeros((10, 4))})
    np.testing.assert_array_equal(other.get_weights()[0], before)


def test_a_quantized_file_is_refused_by_a_float_layer_with_lora(tmp_path):
    path = tmp_path / "q.weights.h5"
    quantized = make_model()
    quantized.layers[0].quantize("int8")
    quantized.save_weights(path)
    target = make_model()
    target.layers[0].enable_lora(2)
    before = target.layers[0].get_weights()
    with pytest.raises(ValueError, match=r"holds 2 arrays .*'words', which takes 1"):
        target.load_weights(path)
    for old, new in zip(before, target.layers[0].get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.skipif(
    keras.backend.backend() == "torch",
    reason="Keras exports no SavedModel from PyTorch",
)
@pytest.mark.filterwarnings("ignore:.*native_serialization:DeprecationWarning")
@pytest.mark.parametrize("out_of_range", ["error", "zero", 3])
def test_export_to_a_saved_model(out_of_range, tmp_path):
    import tensorflow as tf

    inputs = keras.Input((3,), dtype="int32")
    table = hotrow.Embedding(10, 4, mask_zero=True, out_of_range=out_of_range)
    hot = hotrow.OneHot(10, out_of_range=out_of_range)
    model = keras.Model(inputs, [keras.layers.GRU(2)(table(inputs)), hot(inputs)])
    model.export(tmp_path / "saved", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "saved")
    served = loaded.serve(tf.constant(IDS))
    for ours, theirs in zip(model.predict(IDS, verbose=0), served, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-5, atol=1e-6)
