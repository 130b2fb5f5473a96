"""`ReversibleEmbedding` against Keras's layer, NumPy and the plain optimizers."""

import keras
import numpy as np
import pytest
from helpers import random_table, to_numpy

import hotrow

V, D, T = 11, 4, 5
K = keras.optimizers
BACKEND = keras.backend.backend()
# Ids of the first rows only, so that some rows have no part of a lookup.
IDS = np.random.default_rng(1).integers(0, 4, (6, T)).astype("int32")
VECTORS = np.random.default_rng(2).normal(size=(3, D)).astype("float32")


def layers(*args, **kwargs):
    """Our layer and Keras's, with the same weights."""
    made = [
        cls(V, D, *args, **kwargs)
        for cls in (hotrow.ReversibleEmbedding, keras.layers.ReversibleEmbedding)
    ]
    for layer in made:
        layer.build()
        rng = np.random.default_rng(3)
        layer.set_weights([rng.normal(size=w.shape) for w in layer.get_weights()])
    assert [w.name for w in made[0].weights] == [w.name for w in made[1].weights]
    return made


def language_model(layer, training_of=slice(None)):
    """Returns a model from ids to logits, through one dense layer."""
    ids = keras.Input((T,), dtype="int32")
    dense = keras.layers.Dense(D, kernel_initializer="identity", name="hidden")
    logits = layer(dense(layer(ids)), reverse=True)
    return keras.Model(ids, logits[..., training_of])


def trained(layer, optimizer, columns=slice(None), count=3):
    """Returns the losses of some steps, and the weights after them."""
    model = language_model(layer, columns)
    model.compile(optimizer, "mse", run_eagerly=BACKEND != "jax")
    shape = (*IDS.shape, model.output_shape[-1])
    target = np.random.default_rng(4).normal(size=shape).astype("float32")
    losses = [float(model.train_on_batch(IDS, target)) for _ in range(count)]
    return losses, model.get_weights()


def assert_same(a, b, atol=1e-5):
    for x, y in zip(*map(keras.tree.flatten, (a, b)), strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-5, atol=atol)


def test_both_ways_give_what_keras_s_layer_gives():
    for tie, cap, dtype, lora in (
        (True, None, None, None),
        (True, 2.0, "float16", None),
        (True, 2.0, None, 2),
        # Keras cannot make one with LoRA and a kernel of its own.
        (False, None, None, None),
        (False, 2.0, "float16", None),
    ):
        ours, theirs = layers(tie, logit_soft_cap=cap, reverse_dtype=dtype)
        if lora:
            for layer in (ours, theirs):
                layer.enable_lora(lora, lora_alpha=3)
                layer.lora_embeddings_a.assign(random_table(V, lora, seed=5))
                layer.lora_embeddings_b.assign(random_table(lora, D, seed=6))
        np.testing.assert_allclose(
            to_numpy(ours(IDS)), to_numpy(theirs(IDS)), rtol=1e-6, atol=1e-6
        )
        logits, expected = (x(VECTORS, reverse=True) for x in (ours, theirs))
        rough = {"rtol": 1e-2, "atol": 1e-2} if dtype else {"rtol": 1e-5, "atol": 1e-6}
        np.testing.assert_allclose(to_numpy(logits), to_numpy(expected), **rough)
        assert tuple(logits.shape) == ours.compute_output_shape((3, D), reverse=True)
        symbolic = ours(keras.KerasTensor((3, D)), True)
        assert symbolic.shape == (3, V)
        assert keras.backend.standardize_dtype(logits.dtype) == symbolic.dtype
        assert symbolic.dtype == (dtype or "float32")


def test_lora_beside_a_kernel_of_its_own():
    layer = hotrow.ReversibleEmbedding(V, D, tie_weights=False, lora_rank=2)
    layer.build()
    expected = VECTORS @ to_numpy(layer.reverse_embeddings)
    np.testing.assert_allclose(
        to_numpy(layer(VECTORS, reverse=True)), expected, rtol=1e-5
    )
    with pytest.raises(ValueError, match="cannot add new elements of state"):
        layer.add_weight(shape=(1,), name="extra")


def test_a_first_table_is_the_table_s_alone():
    table = random_table(D, D)
    layer = hotrow.ReversibleEmbedding(D, D, False, "zeros", weights=table)
    np.testing.assert_array_equal(to_numpy(layer.embeddings), table)
    np.testing.assert_array_equal(to_numpy(layer.reverse_embeddings), 0)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("tie", [True, False])
def test_mixed_precision(tie, policy):
    layer, _ = layers(tie, dtype=policy)
    table = to_numpy(layer.weights[0])
    kernel = table.T if tie else to_numpy(layer.weights[1])
    logits = layer(VECTORS, reverse=True)
    assert keras.backend.standardize_dtype(logits.dtype) == policy[len("mixed_") :]
    np.testing.assert_allclose(to_numpy(logits), VECTORS @ kernel, atol=0.05)
    assert all(w.dtype == "float32" for w in layer.weights)
    losses, weights = trained(layer, hotrow.RowSparse(K.SGD(0.1)))
    assert losses[-1] < losses[0]
    assert all(np.isfinite(w).all() for w in weights)


def test_one_step_by_hand():
    """`dE = (dL E W^T at the ids) + dL^T h`, with `h = E[ids] W` and W the identity."""
    layer, _ = layers()
    table = layer.get_weights()[0]
    columns = slice(2, 6)
    for optimizer in (K.SGD(1.0), hotrow.RowSparse(K.SGD(1.0))):
        layer.set_weights([table])
        _, weights = trained(layer, optimizer, columns, count=1)
        hidden = table[IDS]
        logits = hidden @ table.T[:, columns]
        target = np.random.default_rng(4).normal(size=logits.shape)
        dloss = 2 * (logits - target) / logits.size
        dtable = np.zeros_like(table)
        np.add.at(dtable, IDS, dloss @ table[columns])
        dtable[columns] += np.einsum("btv,btd->vd", dloss, hidden)
        np.testing.assert_allclose(weights[0], table - dtable, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("tie", [True, False])
def test_it_trains_as_keras_s_layer_does(tie):
    # On TensorFlow Keras's Adam squares the parts of a row one by one, where they are
    # not added to a dense gradient first.
    make = (lambda: K.Adam(0.05)) if tie else (lambda: K.SGD(0.5))
    ours, theirs = layers(tie)
    expected = trained(theirs, make())
    start = np.random.default_rng(3)
    values = [start.normal(size=w.shape) for w in ours.get_weights()]
    for optimizer in (make(), hotrow.RowSparse(make())):
        ours.set_weights(values)
        assert_same(trained(ours, optimizer), expected)


@pytest.mark.parametrize("mask_zero", [True, False])
def test_weight_decay_of_rows_that_steps_do_not_touch(mask_zero):
    """A whole read sees every row as decay has left it by now."""

    def train(layer, optimizer):
        of_class = keras.Input((V,))
        model = language_model(layer)
        logits = model.output * of_class[:, None]
        model = keras.Model([model.input, of_class], logits)
        model.compile(optimizer, "mse", run_eagerly=BACKEND != "jax")
        losses = []
        # Only the last step touches the rows of classes that no id names.
        for count in (1, 2, 2, V):
            x = [IDS, np.repeat(np.arange(V)[None] < count, len(IDS), 0)]
            losses.append(float(model.train_on_batch(x, np.ones((*IDS.shape, V)))))
        return losses, model.get_weights()

    ours, theirs = layers(mask_zero=mask_zero)
    expected = train(theirs, K.SGD(0.1, weight_decay=0.3))
    assert_same(train(ours, hotrow.RowSparse(K.SGD(0.1, weight_decay=0.3))), expected)


def test_the_row_of_padding_is_a_class_unless_it_has_a_kernel_of_its_own():
    for tie in (True, False):
        ours, _ = layers(tie, mask_zero=True)
        before = ours.get_weights()[0]
        _, weights = trained(ours, hotrow.RowSparse(K.SGD(0.1)), count=1)
        assert (weights[0][0] != before[0]).any() == tie
        assert (weights[0][1] != before[1]).any()


@pytest.mark.parametrize("tie", [True, False])
def test_files_both_ways(tie, tmp_path):
    ours, theirs = layers(tie)
    models = [language_model(layer) for layer in (ours, theirs)]
    expected = models[1].predict(IDS, verbose=0)
    for source, target in (models[::-1], models):
        source.save_weights(tmp_path / "x.weights.h5")
        target.set_weights([0 * w for w in target.get_weights()])
        target.load_weights(tmp_path / "x.weights.h5")
        np.testing.assert_allclose(target.predict(IDS, verbose=0), expected, rtol=1e-5)
    models[0].save(tmp_path / "x.keras")
    loaded = keras.saving.load_model(tmp_path / "x.keras")
    assert type(loaded.layers[1]) is hotrow.ReversibleEmbedding
    assert loaded.layers[1].get_config() == ours.get_config()
    np.testing.assert_allclose(loaded.predict(IDS, verbose=0), expected, rtol=1e-5)


def quantization_configs():
    has_blocks = hasattr(keras.quantizers, "Int4QuantizationConfig")
    yield "int8", None
    # JAX takes seconds to compile the operations of each.
    if BACKEND != "jax" or not has_blocks:
        yield "int4", None
    if has_blocks:
        yield "int4", keras.quantizers.Int4QuantizationConfig(block_size=2)


@pytest.mark.parametrize("tie", [True, False])
# Keras's layer transposes an axis of scales, which PyTorch warns of.
@pytest.mark.filterwarnings("ignore:.*The use of `x.T` on tensors")
def test_quantized(tie, tmp_path):
    for mode, config in quantization_configs():
        made = layers(tie, logit_soft_cap=5.0)
        for layer in made:
            layer.quantize(mode, config=config)
        ours, theirs = made
        expected = to_numpy(theirs(VECTORS, reverse=True))
        np.testing.assert_allclose(
            to_numpy(ours(VECTORS, reverse=True)), expected, rtol=1e-5
        )
        np.testing.assert_allclose(to_numpy(ours(IDS)), to_numpy(theirs(IDS)))
    language_model(ours).save(tmp_path / "x.keras")
    loaded = keras.saving.load_model(tmp_path / "x.keras").layers[1]
    np.testing.assert_allclose(
        to_numpy(loaded(VECTORS, reverse=True)), expected, rtol=1e-5
    )


def test_lora_over_codes():
    for mode, config in quantization_configs():
        layer, _ = layers(logit_soft_cap=5.0)
        layer.quantize(mode, config=config)
        layer.enable_lora(2)
        layer.lora_embeddings_b.assign(random_table(2, D))
        merged = to_numpy(layer(np.arange(V)))
        np.testing.assert_allclose(
            to_numpy(layer(VECTORS, reverse=True)),
            np.tanh(VECTORS @ merged.T / 5) * 5,
            # The vectors are quantized, too.
            atol=0.05,
        )


def test_a_subclass_is_not_quantized_unasked():
    class Mine(hotrow.ReversibleEmbedding):
        pass

    layer = Mine(V, D)
    layer.build()
    with pytest.raises(NotImplementedError, match="is a Mine, a subclass of"):
        layer.quantize("int8")
    layer.quantize("int8", type_check=False)


def test_masks():
    layer = hotrow.ReversibleEmbedding(V, D, mask_zero=True)
    ids = keras.Input((T,), dtype="int32")
    vectors = layer(ids)
    logits = layer(vectors, reverse=True)
    mean = keras.layers.GlobalAveragePooling1D()
    model = keras.Model(ids, [mean(vectors), mean(logits)])
    x = np.array([[3, 4, 0, 0, 0]])
    table = layer.get_weights()[0]
    rows, scores = model.predict(x, verbose=0)
    np.testing.assert_allclose(rows[0], table[[3, 4]].mean(axis=0), rtol=1e-5)
    # Logits carry no mask, as those of Keras's layer do not.
    np.testing.assert_allclose(scores[0], table @ table[x[0]].mean(axis=0), rtol=1e-4)


def test_vectors_of_another_length_are_refused():
    layer = hotrow.ReversibleEmbedding(V, D, name="words")
    message = r"'words' takes vectors of output_dim=4 numbers .* shape \(6, 5\)\. For"
    with pytest.raises(ValueError, match=message):
        layer(IDS, reverse=True)
    with pytest.raises(ValueError, match=r"'words' .* out of range: 11"):
        layer(np.array([[V]]))


def test_a_class_of_both_layers():
    """Arguments are passed on by name, so other bases may take some of them."""

    class Both(hotrow.Embedding, keras.layers.ReversibleEmbedding):
        pass

    layer = Both(V, D, "ones", mask_zero=True, tie_weights=False)
    np.testing.assert_array_equal(to_numpy(layer(IDS)), np.ones((6, T, D)))
    assert layer.mask_zero
    assert not layer.tie_weights
    assert layer.reverse_embeddings.shape == (D, V)
