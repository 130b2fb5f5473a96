"""Reads and sets private attributes of Keras's layers, models and variables."""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
from keras.src.backend.common.variables import AutocastScope
from keras.src.callbacks.callback_list import CallbackList

# What Keras and its callbacks set on a model that they train, beside public names.
TRAINING_STATE = ("_initial_epoch",)

# The module whose functions run callbacks.
CALLBACKS_FILE = inspect.getfile(CallbackList)


def set_first_layer_shape(layer: keras.Layer, shape: tuple[int | None, ...]) -> None:
    """Sets the input shape of a layer, with which `Sequential` builds it at once.

    `Sequential.add` puts an `InputLayer` of this shape before such a layer. The public
    way to say so, the argument `input_shape`, warns that it is deprecated.
    """
    layer._input_shape_arg = shape


def embedding_table(layer: keras.layers.Embedding) -> keras.Variable:
    """Returns the variable of an embedding, without LoRA merged into it."""
    return layer._embeddings


def stored_value(variable: keras.Variable) -> Any:
    """Returns the tensor of a variable, without autocast or a stateless scope."""
    return variable._value


def store_value(variable: keras.Variable, value: Any) -> None:
    """Replaces the tensor of a variable by another of the same shape and dtype."""
    variable._value = value


def int4_block_size(layer: keras.layers.Embedding) -> int | None:
    """Returns the number of columns that share a scale, or None for a whole row."""
    size: Any = getattr(layer, "_int4_block_size", None)
    return None if size in (None, -1) else int(size)


@contextmanager
def new_state_allowed(layer: keras.Layer) -> Iterator[None]:
    """Temporarily unlocks a built layer, so that `add_weight` works."""
    was_locked = layer._tracker.locked
    layer._tracker.unlock()
    try:
        yield
    finally:
        # Not locked yet in the midst of `build`.
        layer._tracker.locked = was_locked


def no_autocast() -> Any:
    """Returns a context in which variables are read in the dtype they are stored in."""
    return AutocastScope(None)


def kernel_of(layer: keras.Layer) -> keras.Variable:
    """Returns the variable of the kernel of a dense or convolution layer."""
    return layer._kernel


def layers_in(model: keras.Model) -> Iterator[keras.Layer]:
    """Returns the layers of a model, and the layers nested in them."""
    return model._flatten_layers(include_self=False)


def share_state(layer: keras.Layer, source: keras.Layer) -> None:
    """Replaces the variables, layers and seed generators of a layer by another's."""
    kinds = (keras.Variable, keras.Layer, keras.random.SeedGenerator)
    plain = (type(None), bool, int, float, str, list, tuple)
    # On PyTorch a layer keeps the layers in it elsewhere.
    for name, value in {**vars(source), **vars(source).get("_modules", {})}.items():
        if isinstance(value, kinds):
            replace_tracked(layer, name, value)
        elif name.startswith("_") or hasattr(layer, name):
            continue
        elif isinstance(value, plain):
            # What `build` leaves, such as None for a bias that is not used.
            setattr(layer, name, value)


def replace_tracked(layer: keras.Layer, name: str, value: Any) -> None:
    """Sets an attribute that Keras tracks, and untracks its previous value."""
    old = getattr(layer, name, None)
    if old is not None:
        layer._tracker.untrack(old)
    setattr(layer, name, value)


def share_rnn_states(rnn: keras.layers.RNN, source: keras.layers.RNN) -> None:
    """Replaces the states of a stateful RNN by those of another."""
    # Not `setattr`: Keras tracks them nowhere.
    vars(rnn)["states"] = source.states
    vars(rnn)["_expected_batch_size"] = source._expected_batch_size
