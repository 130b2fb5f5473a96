"""Encodings of Keras's preprocessing layers before a fused layer.

The oracle is the model as it was, on Keras's own vectors.
"""

import keras
import numpy as np
import pytest
from fused_models import assert_same_training

import hotrow

L = keras.layers
ON_TENSORFLOW = keras.backend.backend() == "tensorflow"
# Not in the vocabulary; in it, twice; the mask token; a negative one.
INTEGERS = np.array([[99], [10], [30], [30], [0], [-7], [20]], "int32")


def lookup(mode, **kwargs):
    return L.IntegerLookup(vocabulary=[10, 20, 30], output_mode=mode, **kwargs)


def adapted(mode):
    layer = L.IntegerLookup(output_mode=mode, max_tokens=3, mask_token=0)
    layer.adapt(INTEGERS)
    return layer


def reloaded(model, tmp_path):
    model.save(tmp_path / "m.keras")
    return keras.models.load_model(tmp_path / "m.keras")


def model_of(layer, width=1, dtype="int32", units=2):
    x = keras.Input((width,), dtype=dtype)
    return keras.Model(x, L.Dense(units, name="dense")(layer(x)))


def says(model, capsys):
    fused = hotrow.fuse(model, verbose=True)
    lines = capsys.readouterr().out.splitlines()[2:]
    return fused, [" ".join(line.split()) for line in lines]


def assert_fused(model, x, tmp_path=None, atol=1e-6):
    fused = hotrow.fuse(model, strict=True)
    assert fused is not model
    expected = model.predict(x, verbose=0)
    np.testing.assert_allclose(fused.predict(x, verbose=0), expected, atol=atol)
    if tmp_path is not None:
        loaded = reloaded(fused, tmp_path)
        np.testing.assert_allclose(loaded.predict(x, verbose=0), expected, atol=atol)
    return fused


ENCODERS = {
    "lookup": lookup,
    "lookup_with_mask": lambda mode: lookup(mode, mask_token=0),
    "lookup_with_bins": lambda mode: lookup(mode, num_oov_indices=3, mask_token=0),
    "lookup_padded": lambda mode: lookup(
        mode, mask_token=0, max_tokens=7, pad_to_max_tokens=True
    ),
    "lookup_adapted": adapted,
    "hashing": lambda mode: L.Hashing(5, output_mode=mode),
    "hashing_with_mask": lambda mode: L.Hashing(5, 0, salt=[1, 2], output_mode=mode),
    "category_encoding": lambda mode: L.CategoryEncoding(100, output_mode=mode),
}


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        *((name, "one_hot") for name in ENCODERS),
        ("lookup_with_mask", "multi_hot"),
        ("hashing_with_mask", "count"),
        ("category_encoding", "multi_hot"),
        ("category_encoding", "count"),
    ],
)
def test_an_encoder_of_single_ids_is_fused(name, mode, tmp_path):
    x = INTEGERS if name != "category_encoding" else INTEGERS.clip(0)
    assert_fused(model_of(ENCODERS[name](mode)), x, tmp_path)


@pytest.mark.parametrize("mode", ["multi_hot", "count"])
@pytest.mark.parametrize("name", ["lookup_with_mask", "hashing", "category_encoding"])
def test_bags_are_sums_of_rows(name, mode):
    x = np.random.default_rng(0).choice([10, 20, 30, 0, 77], (6, 4))
    assert_fused(model_of(ENCODERS[name](mode), 4), x)


@pytest.mark.parametrize("is_fused", [False, True])
def test_out_of_vocabulary_without_a_bin_is_an_error_as_before(is_fused):
    model = model_of(lookup("one_hot", num_oov_indices=0))
    fused = assert_fused(model, INTEGERS[1:3])
    # Keras loses the text of the error where it does not come from a graph.
    with pytest.raises(Exception, match=r"in vocabulary|calling IntegerLookup.call"):
        (fused if is_fused else model).predict(INTEGERS, verbose=0)


def test_floats_in_bins_are_fused(tmp_path):
    layer = L.Discretization([0.0, 1.5, 3.0], output_mode="one_hot")
    model = model_of(layer, dtype="float32")
    if model.get_layer("dense").kernel.shape[0] != 4:
        pytest.skip("This Keras gives a wrong shape to the layer.")
    x = np.array([[-1], [0], [1.5], [9], [np.inf]], "float32")
    assert_fused(model, x, tmp_path)
    layer = L.Discretization(num_bins=3, output_mode="one_hot")
    layer.adapt(np.arange(30.0))
    assert_fused(model_of(layer, dtype="float32"), x, tmp_path)


def test_pairs_in_bins_are_fused(tmp_path):
    a, b = (keras.Input((1,), dtype="int32") for _ in "ab")
    hot = L.HashedCrossing(5, output_mode="one_hot")([a, b])
    model = keras.Model([a, b], L.Dense(2)(hot))
    assert_fused(model, [INTEGERS, INTEGERS[::-1].copy()], tmp_path)


@pytest.mark.parametrize("bag", [False, True])
def test_operations_are_fused(bag, tmp_path):
    x = keras.Input((3,), dtype="int32")
    hot = keras.ops.multi_hot(x, 5) if bag else keras.ops.one_hot(x, 5)
    model = keras.Model(x, L.Dense(2)(hot))
    assert_fused(model, np.array([[0, 4, 4], [1, 2, 3]], "int32"), tmp_path)


def test_joined_operations_are_fused(tmp_path):
    x = keras.Input((), dtype="int32")
    numbers = keras.Input((2,))
    hot = keras.ops.one_hot(x, 5)
    model = keras.Model(
        [x, numbers], L.Dense(2)(keras.ops.concatenate([numbers, hot], axis=-1))
    )
    given = [np.array([0, 4, 1], "int32"), np.ones((3, 2), "float32")]
    assert_fused(model, given, tmp_path)


@pytest.mark.parametrize(
    ("hot", "why"),
    [
        (lambda x: keras.ops.one_hot(x, 5, axis=1), "its categories are on axis 1"),
        (lambda x: lookup("multi_hot")(L.Reshape((2, 1))(x)), "is given 3 axes"),
        (
            lambda x: lookup("tf_idf", idf_weights=[0.1, 0.2, 0.3])(x),
            "it has output_mode='tf_idf', and fuse knows one_hot, multi_hot, count",
        ),
        (
            lambda x: keras.ops.concatenate([hotrow.OneHot(5, mask_zero=True)(x)] * 2),
            "it joins axis 0, and fuse follows the last one",
        ),
        (
            lambda x: keras.ops.concatenate(
                [hotrow.OneHot(5, mask_zero=True)(x)] * 2, axis=-1
            ),
            "it is given a mask, which it drops",
        ),
        (
            lambda x: L.Dropout(0.5)(lookup("count")(x)),
            "it drops sums of one-hots, and fuse drops single ones",
        ),
    ],
)
def test_what_is_no_one_hot_is_listed(hot, why, capsys):
    x = keras.Input((2,), dtype="int32")
    model = keras.Model(x, L.Flatten()(hot(x)))
    fused, lines = says(model, capsys)
    assert fused is model
    assert why in lines[0]
    with pytest.raises(ValueError, match=r"It cannot fuse (\d) of \1:"):
        hotrow.fuse(model, strict=True)


def test_bags_of_words_are_listed(capsys):
    layer = L.TextVectorization(
        vocabulary=["a", "b"], output_mode="multi_hot", name="text"
    )
    model = model_of(layer, dtype="string")
    assert says(model, capsys) == (
        model,
        [
            "text -> ... no: it makes vectors of texts of any length, and fuse knows "
            "those of ids"
        ],
    )
    layer = L.TextVectorization(vocabulary=["a"], output_sequence_length=2)
    assert says(model_of(layer, dtype="string"), capsys)[1] == []


def feature_space(**kwargs):
    kinds = keras.utils.FeatureSpace
    features = {
        "age": kinds.float_discretized(num_bins=3),
        "code": kinds.integer_categorical(),
        "size": kinds.float_normalized(),
        "raw": kinds.float(),
        "zip": kinds.integer_hashed(num_bins=7),
    }
    data = {
        "age": np.linspace(10.0, 70.0, 12),
        "code": np.tile([3, 5, 9], 4),
        "size": np.linspace(-1.0, 1.0, 12),
        "raw": np.linspace(0.0, 1.0, 12),
        "zip": np.arange(12) * 1000,
    }
    if ON_TENSORFLOW:
        features["city"] = kinds.string_categorical(num_oov_indices=2)
        data["city"] = np.array(["Rome", "Oslo", "Bern"] * 4)
    space = keras.utils.FeatureSpace(features, crosses=[("code", "zip")], **kwargs)
    # Keras 3.12 adapts to nothing else.
    dataset = pytest.importorskip("tensorflow").data.Dataset
    space.adapt(dataset.from_tensor_slices(data))
    data = {name: column[:, None] for name, column in sorted(data.items())}
    if ON_TENSORFLOW:
        data["city"] = [["Rome"], ["?"], [""]] * 4
        # Keras 3.12 takes strings in tensors only, and then all in tensors.
        data = {name: keras.ops.convert_to_tensor(x) for name, x in data.items()}
    return space, data


# Keras makes an int64 of a cross, which JAX makes an int32.
CROSSES = pytest.mark.filterwarnings("ignore:(?s).*dtype int64 requested")


@CROSSES
def test_a_feature_space_is_fused_and_trains_by_rows():
    space, data = feature_space(crossing_dim=6)
    data["code"] = data["code"] + 2
    x = L.Dropout(0.0)(L.Dense(4, "relu")(space.get_encoded_features()))
    inputs = dict(space.get_inputs())
    model = keras.Model(inputs, L.Dense(1, "sigmoid")(x))
    fused = assert_fused(model, data, atol=1e-5)
    assert not [layer.name for layer in fused.layers if "concat" in layer.name]
    if keras.backend.backend() != "jax":
        # On JAX, Keras does not train models that look up in their graph.
        assert_same_training(
            model, fused, data, lambda: hotrow.RowSparse("adam"), 3, run_eagerly=True
        )


@CROSSES
def test_a_wide_and_deep_feature_space_is_fused():
    space, data = feature_space(output_mode="dict")
    encoded = space.get_encoded_features()
    wide = L.Concatenate()([encoded["code"], encoded["code_X_zip"]])
    deep = L.Dense(3, "relu")(L.Concatenate()([encoded["age"], encoded["size"]]))
    joined = L.Concatenate()([wide, deep])
    model = keras.Model(dict(space.get_inputs()), L.Dense(1)(joined))
    fused = hotrow.fuse(model, strict=True)
    # Called, not predicted: JAX compiles the latter.
    expected, got = (keras.ops.convert_to_numpy(m(data)) for m in (model, fused))
    np.testing.assert_allclose(got, expected, atol=1e-5)


@pytest.mark.skipif(not ON_TENSORFLOW, reason="Keras has strings on TensorFlow only")
@pytest.mark.parametrize("by_adapting", [False, True])
def test_strings_are_fused(by_adapting, tmp_path):
    words = ["Rome", "Oslo", "new\nline" if not by_adapting else "Bern", "Zürich"]
    kwargs = {"num_oov_indices": 2, "mask_token": ""}
    if by_adapting:
        layer = L.StringLookup(output_mode="one_hot", **kwargs)
        layer.adapt(words)
    else:
        layer = L.StringLookup(vocabulary=words, output_mode="one_hot", **kwargs)
    x = keras.ops.convert_to_tensor([[w] for w in ["", "?", "Paris", *words]])
    model = model_of(layer, dtype="string")
    fused = assert_fused(model, x, tmp_path)
    assert_same_training(model, fused, x, lambda: hotrow.RowSparse("adam"), 2)
