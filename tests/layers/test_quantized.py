"""int8 and int4 tables, against `keras.layers.Embedding`."""

import keras
import numpy as np
import pytest
from helpers import compiled, random_table, to_numpy

import hotrow

IDS = np.array([[1, 2, 9], [0, 0, 5]], "int32")
MODES = ["int8", "int4"]
WIDTHS = [8, 7, 1]


def model_of(layer):
    return keras.Sequential([keras.Input((3,), dtype="int32"), layer])


def quantized(cls, mode, width=8, config=None, **kwargs):
    layer = cls(10, width, weights=random_table(10, width), **kwargs)
    layer.quantize(mode, config=config)
    return layer


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", WIDTHS)
def test_rows_are_those_of_the_keras_layer(mode, width):
    ours = quantized(hotrow.Embedding, mode, width)
    theirs = quantized(keras.layers.Embedding, mode, width)
    assert [w.path.split("/")[-1] for w in ours.weights] == [
        w.path.split("/")[-1] for w in theirs.weights
    ]
    expected = to_numpy(theirs(IDS))
    np.testing.assert_allclose(to_numpy(ours(IDS)), expected, rtol=1e-6)
    np.testing.assert_allclose(
        model_of(ours).predict(IDS, verbose=0), expected, rtol=1e-6
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("ids", [3, [2], [[[1], [9]]], np.zeros((0, 2), "int32")])
def test_ids_of_any_shape(mode, ids):
    every = to_numpy(quantized(hotrow.Embedding, mode)(np.arange(10)))
    rows = to_numpy(quantized(hotrow.Embedding, mode)(ids))
    np.testing.assert_array_equal(rows, every[np.asarray(ids)])


@pytest.mark.parametrize("block_size", [-1, 2, 3, 4, 8, 128])
@pytest.mark.parametrize("width", [8, 7])
def test_blocks_of_columns(block_size, width):
    quantizers = keras.quantizers
    if not hasattr(quantizers, "Int4QuantizationConfig"):
        pytest.skip("this Keras has one scale a row only")
    ours, theirs = (
        quantized(
            cls, "int4", width, quantizers.Int4QuantizationConfig(block_size=block_size)
        )
        for cls in (hotrow.Embedding, keras.layers.Embedding)
    )
    np.testing.assert_allclose(to_numpy(ours(IDS)), to_numpy(theirs(IDS)), rtol=1e-5)


@pytest.mark.parametrize("mode", MODES)
def test_a_bad_id_reads_zeros_and_not_nan(mode):
    layer = quantized(hotrow.Embedding, mode, out_of_range="zero")
    ids = np.array([[99, 1, -1]])
    for rows in (to_numpy(layer(ids)), model_of(layer).predict(ids, verbose=0)):
        np.testing.assert_array_equal(rows[0, [0, 2]], np.zeros((2, 8)))
        assert rows[0, 1].any()


@pytest.mark.parametrize("mode", MODES)
def test_lora_on_a_quantized_table(mode, tmp_path):
    layer = quantized(hotrow.Embedding, mode)
    before = to_numpy(layer(IDS))
    layer.enable_lora(2)
    np.testing.assert_allclose(to_numpy(layer(IDS)), before, atol=1e-6)
    model = compiled(model_of(layer), optimizer=keras.optimizers.Adam(0.1))
    model.fit(IDS, np.ones((2, 3, 8)), epochs=5, verbose=0)
    tuned = to_numpy(layer(IDS))
    assert np.abs(tuned - 1).mean() < np.abs(before - 1).mean()
    np.testing.assert_allclose(to_numpy(layer.embeddings)[IDS], tuned, atol=1e-5)
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    # Merging quantizes anew.
    step = np.abs(tuned).max() / (127 if mode == "int8" else 7)
    np.testing.assert_allclose(again.predict(IDS, verbose=0), tuned, atol=1.5 * step)


@pytest.mark.parametrize("mode", MODES)
def test_quantizing_a_table_that_has_lora(mode):
    layer = hotrow.Embedding(10, 8, weights=random_table(10, 8))
    layer.enable_lora(2)
    layer.lora_embeddings_b.assign(random_table(2, 8, seed=1))
    before = to_numpy(layer(IDS))
    layer.quantize(mode)
    step = np.abs(before).max() / (127 if mode == "int8" else 7)
    np.testing.assert_allclose(to_numpy(layer(IDS)), before, atol=step)


@pytest.mark.filterwarnings("ignore:Layer InputLayer does not have a `quantize`")
@pytest.mark.parametrize("mode", MODES)
def test_model_quantize_and_the_keras_file(mode, tmp_path):
    model = model_of(hotrow.Embedding(10, 8, weights=random_table(10, 8)))
    model.quantize(mode)
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(
        again.predict(IDS, verbose=0), model.predict(IDS, verbose=0)
    )


@pytest.mark.parametrize("mode", MODES)
def test_a_quantized_file_goes_both_ways(mode, tmp_path):
    path = tmp_path / "m.weights.h5"
    ours = model_of(quantized(hotrow.Embedding, mode, name="e"))
    theirs = model_of(quantized(keras.layers.Embedding, mode, name="e"))
    expected = theirs.predict(IDS, verbose=0)
    for source, target in ((ours, theirs), (theirs, ours)):
        source.save_weights(path)
        target.load_weights(path)
        np.testing.assert_allclose(target.predict(IDS, verbose=0), expected, rtol=1e-6)


def test_a_quantized_dtype_policy(tmp_path):
    layer = hotrow.Embedding(10, 8, dtype="int8_from_mixed_bfloat16")
    model = model_of(layer)
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    assert again.layers[-1].quantization_mode == "int8"
    assert keras.backend.standardize_dtype(layer(IDS).dtype) == "bfloat16"


def test_a_subclass_is_refused_unless_it_asks():
    class Mine(hotrow.Embedding):
        pass

    layer = Mine(10, 8, name="words")
    layer.build()
    with pytest.raises(NotImplementedError, match="'words' is a Mine, a subclass"):
        layer.quantize("int8")
    layer.quantize("int8", type_check=False)
    assert layer.quantization_mode == "int8"


def test_an_unknown_mode_is_refused():
    layer = hotrow.Embedding(10, 8)
    layer.build()
    with pytest.raises((ValueError, NotImplementedError), match="int3"):
        layer.quantize("int3")
