"""What holds for every public layer. A new layer joins with one line in `LAYERS`."""

import inspect

import keras
import numpy as np
import pytest
from helpers import compiled, to_numpy

import hotrow

# Makes the layer, given more arguments: always over ten ids.
LAYERS = {
    "OneHot": lambda **kwargs: hotrow.OneHot(10, **kwargs),
    "Embedding": lambda **kwargs: hotrow.Embedding(10, 4, **kwargs),
    "ReversibleEmbedding": lambda **kwargs: hotrow.ReversibleEmbedding(10, 4, **kwargs),
}
# These make what the others take: `test_encoders.py` and `tests/layers/test_lookup.py`.
TOKENS_IN = {"Lookup", "RawModel"}
SHAPES = [(), (1,), (3,), (1, 1), (2, 3), (2, 1, 3), (0,), (2, 0)]

each_layer = pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS.keys())


def ids_of(shape):
    return np.random.default_rng(0).integers(0, 10, shape).astype("int32")


def test_every_public_layer_is_here():
    public = {
        name
        for name in hotrow.__all__
        if inspect.isclass(getattr(hotrow, name))
        and issubclass(getattr(hotrow, name), keras.Layer)
    }
    assert public - TOKENS_IN == set(LAYERS)


@each_layer
@pytest.mark.parametrize("shape", SHAPES)
def test_the_output_has_the_shape_of_the_ids_and_one_axis_more(make, shape):
    layer = make()
    eager = to_numpy(layer(ids_of(shape)))
    assert eager.shape[:-1] == shape
    assert layer.compute_output_shape(shape) == eager.shape
    symbolic = layer(keras.KerasTensor(shape, dtype="int32"))
    assert symbolic.shape == eager.shape
    assert symbolic.dtype == "float32"


@each_layer
def test_the_functional_api(make):
    inputs = keras.Input((1,))
    model = keras.Model(inputs, make(input_length=1)(inputs))
    assert model.output_shape[:2] == (None, 1)
    ids = ids_of((5, 1))
    layer = model.layers[-1]
    np.testing.assert_array_equal(model.predict(ids, verbose=0), to_numpy(layer(ids)))


@each_layer
@pytest.mark.parametrize("with_input", [True, False])
def test_first_in_a_sequential(make, with_input):
    layers = [keras.Input((5,))] if with_input else []
    model = keras.Sequential([*layers, make(input_length=5)])
    width = model.layers[-1].compute_output_shape((None, 5))[-1]
    assert model.output_shape == (None, 5, width)
    ids = ids_of((3, 5))
    np.testing.assert_array_equal(
        model.predict(ids, verbose=0), to_numpy(model.layers[-1](ids))
    )
    again = keras.Sequential.from_config(model.get_config())
    assert again.output_shape == model.output_shape


@each_layer
def test_first_in_a_sequential_that_is_built_by_data(make):
    model = keras.Sequential([make(), keras.layers.GlobalMaxPooling1D()])
    ids = ids_of((3, 5))
    expected = to_numpy(model.layers[0](ids)).max(axis=1)
    np.testing.assert_allclose(model.predict(ids, verbose=0), expected)


@each_layer
def test_a_wrong_length_is_refused(make):
    layer = make(input_length=5, name="words")
    message = r"'words' has input_length=\(5,\), so it takes ids of shape \(None, 5\)"
    for ids in (ids_of((2, 4)), ids_of((5,)), keras.Input((4,)), keras.Input((5, 1))):
        with pytest.raises(ValueError, match=message):
            layer(ids)
    with pytest.raises(ValueError, match="`input_length` must be a positive integer"):
        make(input_length=0)


@each_layer
def test_input_length_fills_what_the_input_leaves_open(make):
    layer = make(input_length=(None, 3))
    output = layer(keras.Input((None, None)))
    assert output.shape[:3] == (None, None, 3)


@each_layer
@pytest.mark.parametrize("mask_zero", [True, False])
def test_the_config_round_trip(make, mask_zero):
    layer = make(mask_zero=mask_zero, out_of_range=3, input_length=5, name="words")
    config = layer.get_config()
    again = type(layer).from_config(config)
    assert again.get_config() == config
    assert (again.mask_zero, again.out_of_range, again.name) == (mask_zero, 3, "words")


@each_layer
@pytest.mark.parametrize("out_of_range", ["error", "zero", 3])
def test_the_keras_file_round_trip(make, out_of_range, tmp_path):
    layer = make(out_of_range=out_of_range, mask_zero=True)
    model = keras.Sequential([keras.Input((5,), dtype="int32"), layer])
    path = tmp_path / "model.keras"
    model.save(path)
    again = keras.models.load_model(path, safe_mode=True)
    assert type(again.layers[-1]) is type(layer)
    assert again.layers[-1].get_config() == layer.get_config()
    ids = ids_of((4, 5))
    np.testing.assert_array_equal(
        again.predict(ids, verbose=0), model.predict(ids, verbose=0)
    )


@each_layer
def test_cloning(make):
    model = keras.Sequential([keras.Input((5,), dtype="int32"), make()])
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    ids = ids_of((4, 5))
    np.testing.assert_array_equal(
        twin.predict(ids, verbose=0), model.predict(ids, verbose=0)
    )


@each_layer
def test_the_mask(make):
    ids = np.array([[0, 0, 1], [2, 0, 0], [0, 0, 0], [1, 2, 3]])
    layer = make(mask_zero=True)
    np.testing.assert_array_equal(to_numpy(layer.compute_mask(ids)), ids != 0)
    assert layer.supports_masking
    assert make().compute_mask(ids) is None
    stand_in = make(mask_zero=True, out_of_range=0)
    np.testing.assert_array_equal(
        to_numpy(stand_in.compute_mask(np.array([0, 5, 99, -1]))),
        [False, True, False, False],
    )


@each_layer
@pytest.mark.parametrize("rnn", [keras.layers.LSTM, keras.layers.GRU])
def test_an_rnn_skips_padding(make, rnn):
    """Padding on the right and on the left is as no padding; all padding is no step."""
    layer, recurrent = make(mask_zero=True), rnn(3)
    inputs = keras.Input((None,), dtype="int32")
    model = keras.Model(inputs, recurrent(layer(inputs)))
    short = model.predict(np.array([[4, 2]]), verbose=0)
    right = model.predict(np.array([[4, 2, 0, 0]]), verbose=0)
    left = model.predict(np.array([[0, 0, 4, 2]]), verbose=0)
    np.testing.assert_allclose(right, short, atol=1e-6)
    np.testing.assert_allclose(left, short, atol=1e-6)
    nothing = model.predict(np.array([[0, 0], [4, 2]]), verbose=0)
    np.testing.assert_allclose(nothing, np.concatenate([0 * short, short]), atol=1e-6)


@each_layer
@pytest.mark.parametrize(
    "policy", ["float32", "bfloat16", "float16", "mixed_bfloat16", "mixed_float16"]
)
def test_the_dtype_policy(make, policy):
    layer = make(dtype=policy)
    output = layer(ids_of((2, 3)))
    expected = keras.DTypePolicy(policy).compute_dtype
    assert keras.backend.standardize_dtype(output.dtype) == expected
    symbolic = layer(keras.Input((3,), dtype="int32"))
    assert symbolic.dtype == expected
    for variable in layer.weights:
        assert variable.dtype == keras.DTypePolicy(policy).variable_dtype


@each_layer
def test_a_model_under_mixed_precision(make):
    keras.config.set_dtype_policy("mixed_bfloat16")
    inputs = keras.Input((3,), dtype="int32")
    pooled = keras.layers.GlobalAveragePooling1D()(make()(inputs))
    model = compiled(keras.Model(inputs, keras.layers.Dense(1)(pooled)))
    model.fit(ids_of((8, 3)), np.ones((8, 1)), verbose=0)
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


@each_layer
def test_fit_learns(make):
    inputs = keras.Input((2,), dtype="int32")
    flat = keras.layers.Flatten()(make()(inputs))
    model = keras.Model(inputs, keras.layers.Dense(1)(flat))
    compiled(model, optimizer=keras.optimizers.Adam(0.05))
    ids = ids_of((64, 2))
    target = (ids[:, :1] % 3 - ids[:, 1:] % 2).astype("float32")
    losses = model.fit(ids, target, epochs=30, verbose=0).history["loss"]
    assert losses[-1] < 0.1 * losses[0]


@each_layer
def test_in_a_subclassed_model(make):
    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = make()
            self.dense = keras.layers.Dense(1)

        def call(self, ids):
            return self.dense(self.first(ids))

    model = compiled(Model())
    model.fit(ids_of((8, 3)), np.ones((8, 3, 1)), verbose=0)
    assert model.predict(ids_of((2, 3)), verbose=0).shape == (2, 3, 1)


@each_layer
def test_several_calls_share_one_layer(make):
    left, right = keras.Input((2,), dtype="int32"), keras.Input((2,), dtype="int32")
    layer = make()
    model = keras.Model([left, right], [layer(left), layer(right)])
    ids = ids_of((4, 2))
    a, b = model.predict([ids, ids], verbose=0)
    np.testing.assert_array_equal(a, b)


@each_layer
def test_a_zero_size_batch_goes_through_fit_and_predict(make):
    inputs = keras.Input((3,), dtype="int32")
    model = compiled(keras.Model(inputs, keras.layers.Dense(1)(make()(inputs))))
    assert model.predict_on_batch(ids_of((0, 3))).shape == (0, 3, 1)
    for jit_compile in (False, True):
        if jit_compile and keras.backend.backend() == "torch":
            continue
        compiled(model, jit_compile=jit_compile)
        model.train_on_batch(ids_of((0, 3)), np.zeros((0, 3, 1)))


@each_layer
def test_ids_held_in_a_variable(make):
    class Positions(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = make()
            self.ids = self.add_weight(
                shape=(3,), dtype="int32", initializer="ones", trainable=False
            )

        def call(self, inputs):
            return inputs + keras.ops.sum(self.first(self.ids), axis=0)[:1]

    model = Positions()
    expected = 3 * to_numpy(model.first([1]))[0, 0]
    np.testing.assert_allclose(
        model.predict(np.zeros((2, 1)), verbose=0), np.full((2, 1), expected), rtol=1e-5
    )


@each_layer
def test_a_list_of_numpy_numbers(make):
    layer = make()
    np.testing.assert_array_equal(
        to_numpy(layer([np.int64(1), np.int32(2)])), to_numpy(layer([1, 2]))
    )
