"""Errors of the layers that say what Keras's say, and those that Keras lacks."""

import keras
import numpy as np
import pytest

import hotrow

LAYERS = (hotrow.Embedding, hotrow.ReversibleEmbedding)
each_layer = pytest.mark.parametrize("cls", LAYERS)


def message_of(function):
    with pytest.raises(ValueError, match=r".") as caught:
        function()
    return str(caught.value)


@each_layer
def test_phrases_of_keras_stand_in_the_errors(cls):
    """Callers match on these. What Keras says of its own layer is the oracle."""

    def unbuilt(layer_class):
        layer_class(10, 4).enable_lora(2)

    def constrained(layer_class):
        layer = layer_class(10, 4, embeddings_constraint="non_neg")
        layer.build()
        layer.enable_lora(2)

    def twice(layer_class):
        layer = layer_class(10, 4, lora_rank=2)
        layer.build()
        layer.enable_lora(2)

    for function, phrase in (
        (unbuilt, "Cannot enable lora on a layer that isn't yet built"),
        (constrained, "Lora is incompatible with embedding constraints"),
        (twice, "lora is already enabled"),
    ):
        for layer_class in (keras.layers.Embedding, cls):
            assert message_of(lambda f=function, c=layer_class: f(c)).startswith(phrase)
    assert message_of(lambda: cls(10, 4, embeddings_constraint="non_neg", lora_rank=2))


@each_layer
@pytest.mark.parametrize("mode", ["int7", "x", 8, None])
def test_an_unknown_quantization_mode(cls, mode):
    ours, theirs = cls(10, 4), keras.layers.Embedding(10, 4)
    for layer in (ours, theirs):
        layer.build()
    expected = message_of(lambda: theirs.quantize(mode))
    assert message_of(lambda: ours.quantize(mode)) == expected
    # As a dtype policy that another package makes may have it.
    ours.dtype_policy._quantization_mode = mode or "x"
    message = "Invalid quantization mode.*Expected one of.*Received: quantization_mode"
    with pytest.raises(NotImplementedError, match=message):
        ours.quantized_call(np.array([1]))


@each_layer
@pytest.mark.parametrize("value", ["x", [1], True])
def test_lora_alpha_is_a_number(cls, value):
    message = "`lora_alpha` must be a number. Received: lora_alpha="
    with pytest.raises(ValueError, match=message):
        cls(10, 4, lora_rank=2, lora_alpha=value)
    layer = cls(10, 4)
    layer.build()
    with pytest.raises(ValueError, match=message):
        layer.enable_lora(2, value)
    assert not layer.lora_enabled


@each_layer
def test_a_table_of_another_shape_is_refused(cls):
    """JAX read row 1 of a table of two rows for id 9."""
    layer = cls(
        10,
        4,
        name="words",
        embeddings_initializer=lambda shape, dtype=None: keras.ops.zeros((2, 4), dtype),
    )
    message = r"'words' must have the shape.*\(10, 4\).*initializer.*\(2, 4\)"
    with pytest.raises(ValueError, match=message):
        layer.build()


@pytest.mark.parametrize("dtype", ["int8_from_float32", "string"])
def test_one_hot_vectors_are_numbers(dtype):
    with pytest.raises(ValueError, match=f"'hot' has no variables.*dtype='{dtype}'"):
        hotrow.OneHot(4, name="hot", dtype=dtype)
