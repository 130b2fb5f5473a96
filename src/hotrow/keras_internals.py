"""Every private name of Keras that Hotrow touches, and nothing else.

Keras has no public way to do these. `tests/test_keras_internals.py` fails loudly when
Keras changes one of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
from keras.src.backend.common.stateless_scope import get_stateless_scope
from keras.src.backend.common.symbolic_scope import in_symbolic_scope

__all__ = [
    "get_stateless_scope",
    "in_symbolic_scope",
    "int4_block_size",
    "new_state_allowed",
    "set_first_layer_shape",
    "table_of",
]


def set_first_layer_shape(layer: keras.Layer, shape: tuple[int | None, ...]) -> None:
    """Lets `Sequential` build at once when `layer` comes first.

    `Sequential.add` puts an `InputLayer` of this shape before such a layer. The public
    way to say so, the argument `input_shape`, warns that it is out of favour.
    """
    layer._input_shape_arg = shape


def table_of(layer: keras.layers.Embedding) -> keras.Variable:
    """Returns the variable of an embedding, without LoRA merged into it."""
    return layer._embeddings


def int4_block_size(layer: keras.layers.Embedding) -> int | None:
    """Returns how many columns share a scale, or None where the whole row does."""
    size: Any = getattr(layer, "_int4_block_size", None)
    return None if size in (None, -1) else int(size)


@contextmanager
def new_state_allowed(layer: keras.Layer) -> Iterator[None]:
    """Lets a layer that is built take new weights."""
    layer._tracker.unlock()
    try:
        yield
    finally:
        layer._tracker.lock()
