"""What is true of `OneHot` alone."""

import keras
import numpy as np
import pytest
from helpers import compiled, to_numpy
from keras import ops

import hotrow

IDS = np.array([[5, 2, 4, 25, 17], [15, 54, 13, 2, 98]])


def test_it_is_the_identity_matrix_indexed():
    np.testing.assert_array_equal(to_numpy(hotrow.OneHot(100)(IDS)), np.eye(100)[IDS])


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "bool"])
def test_whole_number_dtypes(dtype):
    hot = hotrow.OneHot(100, dtype=dtype)(IDS)
    assert keras.backend.standardize_dtype(hot.dtype) == dtype
    np.testing.assert_array_equal(
        ops.convert_to_numpy(hot), np.eye(100, dtype=dtype)[IDS]
    )


def test_padding_has_the_vector_of_category_0():
    hot = to_numpy(hotrow.OneHot(3, mask_zero=True)(np.array([0, 2])))
    np.testing.assert_array_equal(hot, [[1, 0, 0], [0, 0, 1]])


def test_it_has_no_weights():
    layer = hotrow.OneHot(10)
    layer(np.array([1]))
    assert layer.weights == []
    assert layer.count_params() == 0


def test_a_dense_layer_on_top_is_an_embedding_exactly():
    """Outputs, and weights after steps of training, to the last bit or nearly."""
    inputs = keras.Input((5,), dtype="int32")
    dense = keras.layers.Dense(25, use_bias=False)
    hot = keras.Model(inputs, dense(hotrow.OneHot(100)(inputs)))
    table = hotrow.Embedding(100, 25)
    rows = keras.Model(inputs, table(inputs))
    rows.set_weights(hot.get_weights())
    np.testing.assert_array_equal(hot.predict(IDS), rows.predict(IDS))
    target = np.random.default_rng(0).normal(size=(2, 5, 25))
    for model in (hot, rows):
        compiled(model).fit(IDS, target, epochs=5, verbose=0)
    np.testing.assert_allclose(
        hot.get_weights()[0], rows.get_weights()[0], rtol=1e-6, atol=1e-7
    )


@pytest.mark.parametrize(("dtype", "depth"), [("uint8", 300), ("bool", 3)])
def test_a_sequential_without_an_input_casts_no_id_to_the_dtype_of_the_output(
    dtype, depth
):
    ids = np.array([[0, depth - 1]])
    model = keras.Sequential([hotrow.OneHot(depth, dtype=dtype)])
    with pytest.raises(ValueError, match=r"its Input, which cannot hold every id"):
        model.predict(ids, verbose=0)
    layer = hotrow.OneHot(depth, dtype=dtype)
    model = keras.Sequential([keras.Input((2,), dtype="int32"), layer])
    np.testing.assert_array_equal(model.predict(ids, verbose=0).argmax(axis=-1), ids)
