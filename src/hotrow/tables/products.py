"""Products with a whole table: one for each way that a table is stored.

A product takes a layer and vectors and returns `vectors @ transpose(table)`, a number
for each row, at a cost that is that of the table.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from hotrow import backend, keras_compat
from hotrow.ids.id_check import Ids
from hotrow.tables import registry
from hotrow.tables.read_rows import int4_rows

Product = Callable[[keras.layers.ReversibleEmbedding, Any, Callable], Any]


def by_floats(layer: Any, vectors: Any, cast: Callable) -> Any:
    """Products with a table of floats, which `cast` gives the dtype of the product."""
    table = cast(registry.whole(keras_compat.embedding_table(layer)))
    return ops.matmul(cast(vectors), ops.transpose(table))


def by_int8(layer: Any, vectors: Any, cast: Callable) -> Any:
    """Products of int8 codes, those of the vectors by those of the table."""
    codes, scale = _quantized(layer, vectors)
    return _of_codes(layer, codes, scale, keras_compat.embedding_table(layer))


def by_int4(layer: Any, vectors: Any, cast: Callable) -> Any:
    """Products of the int8 codes of the vectors by int4 codes, or by blocks of them.

    A block has a scale and a zero point of its own, so it is turned into floats first.
    """
    codes, scale = _quantized(layer, vectors)
    if keras_compat.int4_block_size(layer) is None:
        packed = ops.convert_to_tensor(keras_compat.embedding_table(layer))
        table = backend.unpack_int4(packed)[..., : layer.output_dim]
        return _of_codes(layer, codes, scale, table)
    every_id = Ids(ops.arange(layer.input_dim, dtype="int32"), None)
    table = ops.cast(int4_rows(layer, every_id), layer.compute_dtype)
    return ops.matmul(ops.cast(codes, table.dtype), ops.transpose(table)) / scale


PRODUCTS: dict[str | None, Product] = {
    None: by_floats,
    "int8": by_int8,
    "int4": by_int4,
}


def of_lora(layer: Any, vectors: Any, cast: Callable) -> Any:
    """`(alpha / rank) * (vectors @ transpose(B)) @ transpose(A)`, with no merged table.

    Source: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021,
    https://arxiv.org/abs/2106.09685, section 4.1.
    """
    a, b = registry.whole(layer.lora_embeddings_a), layer.lora_embeddings_b
    narrow = ops.matmul(cast(vectors), ops.transpose(cast(b)))
    scale = layer.lora_alpha / layer.lora_rank
    return scale * ops.matmul(narrow, ops.transpose(cast(a)))


def _quantized(layer: Any, vectors: Any) -> tuple[Any, Any]:
    """Returns codes of vectors and a scale for each, or the vectors and 1."""
    vectors = ops.cast(vectors, layer.compute_dtype)
    if not layer.inputs_quantizer:
        return vectors, ops.ones((1,), dtype=layer.compute_dtype)
    codes, scale = layer.inputs_quantizer(vectors)
    return codes, scale


def _of_codes(layer: Any, codes: Any, scale: Any, table: Any) -> Any:
    products = ops.matmul(codes, ops.transpose(table))
    of_rows = ops.convert_to_tensor(layer.embeddings_scale)
    return ops.cast(products, layer.compute_dtype) / (scale * of_rows)
