"""Reading the rows of an embedding: one reader for each way that a table is stored.

A reader takes the layer and the ids of a batch and returns the rows as floats, at a
cost that depends on the number of ids and never on that of rows.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from hotrow import backend, keras_compat
from hotrow.ids.id_check import Ids
from hotrow.tables import registry

Reader = Callable[[keras.layers.Embedding, Ids], Any]


def lookup_rows(variable: keras.Variable, ids: Ids, row_axes: int = 1) -> Any:
    """Returns rows of a variable, in its dtype; zeros for a bad id.

    Args:
        variable: The variable.
        ids: Ids of its rows.
        row_axes: Number of its first axes that count its rows.
    """
    by_rows = registry.trained_by_rows(variable)
    rows = backend.lookup_rows(variable, ids.values, ids.valid, by_rows, row_axes)
    table = registry.find(variable)
    if table is None or table.decay is None:
        return rows
    return table.decay.read(variable, ids.values, rows)


def float_rows(layer: keras.layers.Embedding, ids: Ids) -> Any:
    """Rows of a table of floats."""
    return lookup_rows(keras_compat.embedding_table(layer), ids)


def int8_rows(layer: keras.layers.Embedding, ids: Ids) -> Any:
    """Rows of a table of int8 codes: `code / scale`, with one scale a row."""
    return _unscale(layer, lookup_rows(keras_compat.embedding_table(layer), ids), ids)


def int4_rows(layer: keras.layers.Embedding, ids: Ids) -> Any:
    """Rows of a table of int4 codes, two to a byte, the even column in the low half.

    `code / scale` with one scale a row; or `(code - zero) * scale` with a scale and a
    zero point for each block of columns of a row.
    """
    packed = lookup_rows(keras_compat.embedding_table(layer), ids)
    codes = backend.unpack_int4(packed)[..., : layer.output_dim]
    block = keras_compat.int4_block_size(layer)
    if block is None:
        return _unscale(layer, codes, ids)
    scale = lookup_rows(layer.embeddings_scale, ids)
    zero = ops.cast(lookup_rows(layer.embeddings_zero, ids), scale.dtype)
    if layer.output_dim % block and block < layer.output_dim:
        column_block = np.arange(layer.output_dim, dtype="int32") // block
        scale, zero = (ops.take(x, column_block, axis=-1) for x in (scale, zero))
        return backend.dequantize(codes, scale, zero)
    shape = ops.shape(codes)
    blocks = ops.reshape(codes, (*ops.shape(scale), min(block, layer.output_dim)))
    scale, zero = (ops.expand_dims(x, -1) for x in (scale, zero))
    return ops.reshape(backend.dequantize(blocks, scale, zero), shape)


READERS: dict[str | None, Reader] = {
    None: float_rows,
    "int8": int8_rows,
    "int4": int4_rows,
}


def add_lora(layer: keras.layers.Embedding, rows: Any, ids: Ids) -> Any:
    """`rows + (alpha / rank) * (A[ids] @ B)`: the rows with LoRA's part added.

    Source: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021,
    https://arxiv.org/abs/2106.09685, section 4.1. Only the rows of A that the ids name
    are multiplied, not the whole of it.
    """
    a = lookup_rows(layer.lora_embeddings_a, ids)
    b = ops.convert_to_tensor(layer.lora_embeddings_b)
    dtype = keras.backend.result_type(rows.dtype, a.dtype)
    rows, a, b = (ops.cast(x, dtype) for x in (rows, a, b))
    return backend.add_product(rows, a, b, layer.lora_alpha / layer.lora_rank)


def _unscale(layer: keras.layers.Embedding, codes: Any, ids: Ids) -> Any:
    scale = lookup_rows(layer.embeddings_scale, ids)
    if ids.valid is not None:
        scale = ops.where(ids.valid, scale, 1)
    return backend.dequantize(codes, ops.expand_dims(scale, -1), None)
