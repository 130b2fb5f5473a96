"""Fails loudly when Keras changes one of the private names that Hotrow touches.

If one of these fails under a new Keras, mend `hotrow/keras_internals.py`: no other
module may touch a private name.
"""

import ast
from pathlib import Path

import keras
import numpy as np
import pytest

import hotrow
from hotrow import keras_internals

SOURCE = Path(hotrow.__file__).parent


def test_sequential_puts_an_input_before_a_layer_that_knows_its_shape():
    layer = keras.layers.Dense(2)
    keras_internals.set_first_layer_shape(layer, (3,))
    model = keras.Sequential([layer])
    assert model.built
    assert model.input_shape == (None, 3)


def test_an_embedding_keeps_its_table_where_we_look():
    layer = keras.layers.Embedding(5, 2)
    layer.build()
    assert keras_internals.table_of(layer) is layer.embeddings
    layer.enable_lora(1)
    assert isinstance(keras_internals.table_of(layer), keras.Variable)
    assert keras_internals.table_of(layer).shape == (5, 2)


def test_an_int4_embedding_says_how_many_columns_share_a_scale():
    layer = keras.layers.Embedding(5, 6)
    layer.build()
    layer.quantize("int4")
    block = keras_internals.int4_block_size(layer)
    scales = layer.embeddings_scale.shape
    assert scales == ((5,) if block is None else (5, -(-6 // block)))
    if hasattr(keras.quantizers, "Int4QuantizationConfig"):
        layer = keras.layers.Embedding(5, 6)
        layer.build()
        config = keras.quantizers.Int4QuantizationConfig(block_size=2)
        layer.quantize("int4", config=config)
        assert keras_internals.int4_block_size(layer) == 2


def test_a_layer_that_is_built_takes_new_weights_only_when_allowed():
    layer = keras.layers.Dense(2)
    layer.build((None, 3))
    with pytest.raises(ValueError, match="cannot add new elements of state"):
        layer.add_weight(shape=(1,), name="extra")
    with keras_internals.new_state_allowed(layer):
        layer.add_weight(shape=(1,), name="extra")
    with pytest.raises(ValueError, match="cannot add new elements of state"):
        layer.add_weight(shape=(1,), name="more")


def test_the_scopes_can_be_seen():
    variable = keras.Variable(np.zeros(2))
    assert keras_internals.get_stateless_scope() is None
    assert not keras_internals.in_symbolic_scope()
    with keras.StatelessScope([(variable, np.ones(2))]) as scope:
        assert keras_internals.get_stateless_scope() is scope
    with keras.SymbolicScope():
        assert keras_internals.in_symbolic_scope()


def test_a_seed_generator_is_state_but_no_weight():
    layer = keras.layers.Dense(2)
    layer.generator = keras.random.SeedGenerator(0)
    layer.build((None, 3))
    assert any(v is layer.generator.state for v in layer.non_trainable_variables)
    assert len(layer.weights) == 2
    assert tuple(layer.generator.state.shape) == (2,)
    assert not layer.generator.state.numpy().any()


def test_no_other_module_touches_keras_src():
    found = [
        path.relative_to(SOURCE)
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("keras.")
    ]
    assert set(found) == {Path("keras_internals.py")}
