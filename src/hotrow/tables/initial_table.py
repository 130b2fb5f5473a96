"""Tables that come from outside: given as `weights`, or stored in a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from keras import ops

from hotrow import keras_compat

# NaNs are looked for in pieces, so that a memory-mapped table stays out of memory.
_ROWS_AT_ONCE = 65_536


def check(layer: Any, weights: Any) -> np.ndarray:
    """Returns `weights` as an array that fits the layer, or raises `ValueError`."""
    if layer.quantization_mode is not None:
        raise ValueError(
            f"Layer '{layer.name}' cannot take `weights` of floats with the quantized "
            f"dtype {layer.dtype_policy.name!r}. Leave out the dtype, and call "
            f"layer.quantize({layer.quantization_mode!r}) on the layer that you get."
        )
    table = _as_array(weights)
    # `kind` knows no bfloat16, which NumPy calls void.
    if table.dtype.kind not in "biufV":
        raise ValueError(
            f"`weights` of layer '{layer.name}' must hold numbers. Received: weights "
            f"of dtype {table.dtype}. Pass an array of floats."
        )
    shape = (layer.input_dim, layer.output_dim)
    if table.shape != shape:
        raise ValueError(
            f"`weights` of layer '{layer.name}' must have the shape (input_dim, "
            f"output_dim) = {shape}. Received: weights of shape {table.shape}. Mend "
            "`input_dim` and `output_dim`, or the array."
        )
    for start in range(0, len(table), _ROWS_AT_ONCE):
        is_nan = np.isnan(table[start : start + _ROWS_AT_ONCE]).any(axis=1)
        if is_nan.any():
            raise ValueError(
                f"`weights` of layer '{layer.name}' must hold numbers. Received: NaN "
                f"in row {start + int(np.argmax(is_nan))}. Give that row a value, such "
                "as zeros."
            )
    return table


def _as_array(weights: Any) -> np.ndarray:
    if isinstance(weights, (list, tuple)) and len(weights) == 1:
        only = _as_array(weights[0])
        return only if only.ndim == 2 else only[np.newaxis]
    if ops.is_tensor(weights) or isinstance(weights, keras.Variable):
        weights = ops.convert_to_numpy(weights)
    return np.asanyarray(weights)


@contextmanager
def as_initializer(layer: Any, table: np.ndarray) -> Iterator[None]:
    """Has `layer` start from `table` if it is built now, and forget it afterwards."""
    declared = layer.embeddings_initializer

    def initializer(shape: tuple[int, ...], dtype: Any = None) -> Any:
        # The table is made first; a reversible layer then makes another variable.
        layer.embeddings_initializer = declared
        # A copy: PyTorch would otherwise train the user's own array.
        return ops.convert_to_tensor(np.array(table), dtype=dtype)

    layer.embeddings_initializer = initializer
    try:
        yield
    finally:
        layer.embeddings_initializer = declared


def check_made(layer: Any, table: keras.Variable) -> None:
    """Raises `ValueError` if an initializer made a table of another shape.

    Keras takes it, and for an id beyond its last row JAX then reads another row.
    """
    if keras_compat.get_stateless_scope() is not None:
        return
    shape = (layer.input_dim, layer.output_dim)
    made = tuple(table.value.shape)
    if made != shape:
        raise ValueError(
            f"The table of layer '{layer.name}' must have the shape (input_dim, "
            f"output_dim) = {shape}. Received: an `embeddings_initializer` that "
            f"returns shape {made}. Return the shape that the initializer is given; "
            "for a table of your own, pass weights=array."
        )


def check_stored(layer: Any, store: Any) -> None:
    """Raises `ValueError` if a stored table does not fit, before any of it is used."""
    if not layer.built:
        return
    names = layer.variable_serialization_spec.get(layer.quantization_mode, [])
    held = [
        keras_compat.embedding_table(layer) if name == "embeddings" else variable
        for name in names
        if (variable := getattr(layer, name, None)) is not None
    ]
    stored = len(store.keys())
    if stored != len(held):
        raise ValueError(
            f"The file holds {stored} arrays for layer '{layer.name}', which takes "
            f"{len(held)}: {', '.join(variable.name for variable in held)}. Nothing "
            "was loaded into this layer. Give it the quantization that it had when it "
            "was saved."
        )
    for key, variable in zip(map(str, range(len(held))), held, strict=True):
        if key in store and tuple(store[key].shape) != tuple(variable.shape):
            raise ValueError(
                f"The file holds `{variable.name}` of shape {tuple(store[key].shape)} "
                f"for layer '{layer.name}', which has shape {tuple(variable.shape)}. "
                "Nothing was loaded into this layer. Build it with the `input_dim`, "
                "`output_dim` and quantization that were saved."
            )
