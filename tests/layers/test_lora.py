"""LoRA on `Embedding`, against NumPy and `keras.layers.Embedding`."""

import keras
import numpy as np
import pytest
from helpers import compiled, random_table, to_numpy

import hotrow

TABLE = random_table(10, 4)
IDS = np.array([[1, 2, 9], [0, 0, 5]], "int32")


def with_lora(cls=hotrow.Embedding, **kwargs):
    """A layer with LoRA whose factors are not zero."""
    layer = cls(10, 4, weights=TABLE, **kwargs)
    layer.enable_lora(2, lora_alpha=6)
    layer.lora_embeddings_a.assign(random_table(10, 2, seed=1))
    layer.lora_embeddings_b.assign(random_table(2, 4, seed=2))
    return layer


def merged():
    a, b = random_table(10, 2, seed=1), random_table(2, 4, seed=2)
    return TABLE + 6 / 2 * a @ b


def model_of(layer):
    return keras.Sequential([keras.Input((3,), dtype="int32"), layer])


def test_a_lookup_adds_the_product_of_the_factors():
    layer = with_lora()
    np.testing.assert_allclose(to_numpy(layer(IDS)), merged()[IDS], rtol=1e-5)
    np.testing.assert_allclose(
        model_of(layer).predict(IDS, verbose=0), merged()[IDS], rtol=1e-5
    )


@pytest.mark.parametrize("ids", [3, [2], [[[1], [9]]], np.zeros((0, 2), "int32")])
def test_ids_of_any_shape(ids):
    rows = to_numpy(with_lora()(ids))
    np.testing.assert_allclose(rows, merged()[np.asarray(ids)], rtol=1e-5)


@pytest.mark.parametrize("policy", ["bfloat16", "float16", "mixed_float16"])
def test_dtype_policies(policy):
    layer = with_lora(dtype=policy)
    assert layer(IDS).shape == (2, 3, 4)
    np.testing.assert_allclose(to_numpy(layer(IDS)), merged()[IDS], rtol=0.1, atol=0.1)
    assert tuple(layer.embeddings.shape) == (10, 4)


def test_embeddings_is_the_merged_table():
    np.testing.assert_allclose(to_numpy(with_lora().embeddings), merged(), rtol=1e-5)


def test_it_agrees_with_the_keras_layer():
    ours, theirs = with_lora(), with_lora(keras.layers.Embedding)
    np.testing.assert_allclose(to_numpy(ours(IDS)), to_numpy(theirs(IDS)), rtol=1e-5)
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    assert [w.trainable for w in ours.weights] == [w.trainable for w in theirs.weights]


def test_training_moves_the_factors_as_in_keras_and_leaves_the_table():
    target = np.random.default_rng(3).normal(size=(2, 3, 4)).astype("float32")
    trained = []
    for cls in (hotrow.Embedding, keras.layers.Embedding):
        model = model_of(with_lora(cls))
        compiled(model).fit(IDS, target, epochs=3, verbose=0)
        trained.append({w.name: w.numpy() for w in model.weights})
    ours, theirs = trained
    np.testing.assert_array_equal(ours["embeddings"], TABLE)
    assert not np.array_equal(ours["lora_embeddings_a"], random_table(10, 2, seed=1))
    for name, value in ours.items():
        np.testing.assert_allclose(value, theirs[name], rtol=1e-4, atol=1e-6)


def test_a_fresh_lora_changes_nothing():
    layer = hotrow.Embedding(10, 4, weights=TABLE, lora_rank=2)
    np.testing.assert_array_equal(to_numpy(layer(IDS)), TABLE[IDS])


def test_the_alpha_of_the_constructor_is_used():
    layer = hotrow.Embedding(10, 4, weights=TABLE, lora_rank=2, lora_alpha=6)
    layer.lora_embeddings_a.assign(random_table(10, 2, seed=1))
    layer.lora_embeddings_b.assign(random_table(2, 4, seed=2))
    np.testing.assert_allclose(to_numpy(layer(IDS)), merged()[IDS], rtol=1e-5)
    config = layer.get_config()
    assert (config["lora_rank"], config["lora_alpha"]) == (2, 6)


def test_a_bad_id_adds_nothing():
    layer = with_lora(out_of_range="zero")
    predicted = model_of(layer).predict(np.array([[99, 1, -1]]), verbose=0)[0]
    np.testing.assert_allclose(predicted[1], merged()[1], rtol=1e-5)
    np.testing.assert_array_equal(predicted[[0, 2]], np.zeros((2, 4)))


@pytest.mark.parametrize("cls", [hotrow.Embedding, keras.layers.Embedding])
def test_saving_merges_and_a_plain_layer_loads_it(cls, tmp_path):
    path = tmp_path / "m.weights.h5"
    model_of(with_lora()).save_weights(path)
    plain = model_of(cls(10, 4))
    plain.load_weights(path)
    np.testing.assert_allclose(plain.get_weights()[0], merged(), rtol=1e-5)


def test_a_keras_file_with_lora_reloads_and_can_be_tuned_on(tmp_path):
    path = tmp_path / "m.keras"
    model = model_of(with_lora())
    model.save(path)
    again = keras.models.load_model(path)
    np.testing.assert_allclose(
        again.predict(IDS, verbose=0), model.predict(IDS, verbose=0), rtol=1e-5
    )
    losses = compiled(again).fit(IDS, np.ones((2, 3, 4)), epochs=5, verbose=0)
    assert losses.history["loss"][-1] < losses.history["loss"][0]


def test_saving_under_mixed_precision_rounds_nothing(tmp_path):
    path = tmp_path / "m.weights.h5"
    model_of(with_lora(dtype="mixed_bfloat16")).save_weights(path)
    plain = model_of(hotrow.Embedding(10, 4))
    plain.load_weights(path)
    np.testing.assert_allclose(plain.get_weights()[0], merged(), rtol=1e-5)


def test_lora_with_a_constraint_is_refused():
    message = "incompatible with embedding constraints.*'words'.*Leave out one"
    with pytest.raises(ValueError, match=message):
        hotrow.Embedding(
            10, 4, lora_rank=2, embeddings_constraint="non_neg", name="words"
        )
    layer = hotrow.Embedding(10, 4, embeddings_constraint="non_neg", name="words")
    layer.build()
    with pytest.raises(ValueError, match=message):
        layer.enable_lora(2)
    assert len(layer.weights) == 1


def test_lora_before_build_and_twice_and_with_a_bad_rank():
    layer = hotrow.Embedding(10, 4, name="words")
    with pytest.raises(ValueError, match=r"isn't yet built.*'words'"):
        layer.enable_lora(2)
    layer.build()
    with pytest.raises(ValueError, match="`rank` must be a positive integer"):
        layer.enable_lora(0)
    layer.enable_lora(2)
    message = "lora is already enabled on layer 'words', of rank 2"
    with pytest.raises(ValueError, match=message):
        layer.enable_lora(3)
    with pytest.raises(ValueError, match="`lora_rank` must be a positive integer"):
        hotrow.Embedding(10, 4, lora_rank=1.5)
