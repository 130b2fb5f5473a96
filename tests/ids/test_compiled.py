"""The layers in functions that the user compiles, outside Keras's training loops."""

import keras
import numpy as np
import pytest
from helpers import random_table
from keras import ops

import hotrow

BACKEND = keras.backend.backend()
IDS = np.array([[1, 2, 9], [0, 0, 5]], "int32")
BAD = np.array([[1, 2, 9], [0, 77, 5]], "int32")
TABLE = random_table(10, 4)

only = {
    name: pytest.mark.skipif(name != BACKEND, reason=f"about {name}")
    for name in ("jax", "tensorflow", "torch")
}


@pytest.fixture
def layer():
    return hotrow.Embedding(10, 4, weights=TABLE, name="words")


@only["jax"]
def test_jax_jit_of_a_layer(layer):
    import jax

    hot = hotrow.OneHot(10, name="hot")
    look_up = jax.jit(lambda ids: (layer(ids), hot(ids)))
    rows, vectors = look_up(IDS)
    np.testing.assert_array_equal(rows, TABLE[IDS])
    np.testing.assert_array_equal(vectors, np.eye(10)[IDS])
    with pytest.raises(Exception, match="received an id that is out of range: 77"):
        jax.block_until_ready(look_up(BAD))
    np.testing.assert_array_equal(look_up(IDS)[0], TABLE[IDS])


@only["jax"]
def test_jax_vmap_grad_and_scan(layer):
    import jax

    np.testing.assert_array_equal(jax.vmap(layer)(IDS), TABLE[IDS])
    _, scanned = jax.lax.scan(lambda _, ids: (0, layer(ids)), 0, IDS)
    np.testing.assert_array_equal(scanned, TABLE[IDS])

    def loss(table):
        with keras.StatelessScope([(layer.embeddings, table)]):
            return layer(IDS).sum()

    expected = np.zeros_like(TABLE)
    np.add.at(expected, IDS, 1)
    np.testing.assert_array_equal(jax.grad(loss)(TABLE), expected)
    np.testing.assert_array_equal(jax.jit(jax.grad(loss))(TABLE), expected)


@only["jax"]
def test_a_custom_jax_loop_finds_a_bad_id_at_the_next_keras_call(layer):
    import jax

    model = keras.Sequential([keras.Input((3,), dtype="int32"), layer])
    trainable = [v.value for v in model.trainable_variables]
    state = [v.value for v in model.non_trainable_variables]
    step = jax.jit(model.stateless_call)
    rows, state = step(trainable, state, IDS)
    np.testing.assert_array_equal(rows, TABLE[IDS])
    rows, state = step(trainable, state, BAD)
    np.testing.assert_array_equal(rows[1, 1], np.zeros(4))
    for variable, value in zip(model.non_trainable_variables, state, strict=True):
        variable.assign(value)
    with pytest.raises(ValueError, match=r"'words' received .*: 77"):
        model.predict(IDS, verbose=0)
    model.predict(IDS, verbose=0)


@only["tensorflow"]
@pytest.mark.parametrize("jit_compile", [False, True])
def test_tf_function(layer, jit_compile):
    import tensorflow as tf

    look_up = tf.function(lambda ids: layer(ids), jit_compile=jit_compile)
    np.testing.assert_array_equal(look_up(tf.constant(IDS)), TABLE[IDS])
    if jit_compile:
        # XLA drops asserts; nothing can be raised here.
        np.testing.assert_array_equal(look_up(tf.constant(BAD))[1, 1], np.zeros(4))
    else:
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"words(.|\n)*\[77\]"):
            look_up(tf.constant(BAD))
    np.testing.assert_array_equal(look_up(tf.constant(IDS)), TABLE[IDS])


@only["tensorflow"]
def test_a_tf_gradient_is_made_of_rows(layer):
    import tensorflow as tf

    @tf.function
    def gradient(ids):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(ids))
        return tape.gradient(loss, layer.embeddings.value)

    rows = gradient(tf.constant(IDS))
    assert isinstance(rows, tf.IndexedSlices)
    expected = np.zeros_like(TABLE)
    np.add.at(expected, IDS, 1)
    np.testing.assert_array_equal(tf.convert_to_tensor(rows), expected)


@only["tensorflow"]
def test_tf_data(layer):
    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices(IDS).map(hotrow.OneHot(10))
    np.testing.assert_array_equal(np.stack(list(data)), np.eye(10)[IDS])


@only["tensorflow"]
def test_ragged_and_sparse_tensors_as_in_the_keras_layer(layer):
    import tensorflow as tf

    ragged = tf.ragged.constant([[1, 2], [3], []], dtype="int32")
    theirs = keras.layers.Embedding(10, 4, weights=TABLE)
    for model in (layer, keras.Sequential([layer])):
        rows = model(ragged)
        assert isinstance(rows, tf.RaggedTensor)
        np.testing.assert_array_equal(rows.flat_values, theirs(ragged).flat_values)
    inputs = keras.Input((None,), dtype="int32", ragged=True)
    assert layer(inputs).ragged
    with pytest.raises(ValueError, match="out of range: 77"):
        layer(tf.ragged.constant([[1], [77, 2]]))
    sparse = tf.sparse.from_dense([[1, 0, 2]])
    np.testing.assert_array_equal(layer(sparse), theirs(sparse))
    mask = hotrow.OneHot(10, mask_zero=True).compute_mask(ragged)
    np.testing.assert_array_equal(mask.flat_values, [True] * 3)


@only["jax"]
def test_sparse_ids_on_jax(layer):
    from jax.experimental.sparse import BCOO

    np.testing.assert_array_equal(layer(BCOO.fromdense(IDS)), TABLE[IDS])


@only["torch"]
def test_torch_gradients(layer):
    ids = ops.convert_to_tensor(IDS)
    layer(ids).sum().backward()
    expected = np.zeros_like(TABLE)
    np.add.at(expected, IDS, 1)
    np.testing.assert_array_equal(layer.embeddings.value.grad.numpy(), expected)
