"""The network between encoded columns and a prediction."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from hotrow.fusion.fuse import fuse
from hotrow.layers.embedding import Embedding
from hotrow.layers.one_hot import OneHot
from hotrow.tabular.network.first_weights import FirstWeights
from hotrow.tabular.network.inputs import (
    NUMBERS,
    id_columns,
    input_names,
    number_columns,
)
from hotrow.tabular.network.masked_mean import MaskedMean
from hotrow.tabular.network.numeric_input import NumericInput
from hotrow.tabular.network.units import Units
from hotrow.tabular.network.widths import width_of
from hotrow.tabular.schema import Schema

FIRST = ("embedding", "onehot")
HIDDEN = (256, 128)
DROPOUT = 0.2
BINS = 16
_VECTOR_STDDEV = 0.01


def build_network(
    schema: Schema,
    encoders: Mapping[str, Any],
    *,
    first: str = "embedding",
    target_mean: float = 0.0,
    target_std: float = 1.0,
    hidden: Sequence[int] = HIDDEN,
    dropout: float = DROPOUT,
    bins: int = BINS,
    seed: int = 0,
) -> keras.Model:
    """Returns a network that takes encoded columns, not compiled.

    Ids become vectors, those of texts and of columns of many values their mean; numbers
    are standardised and cut into bins. All side by side enter layers of `relu`, each
    with dropout, and these the prediction: the probability of the second class, the
    probabilities of all classes, or a number.

    Args:
        schema: Of the table.
        encoders: What encodes each column, by the column's name.
        first: What ids enter by: `"embedding"`, or `"onehot"` for `hotrow.OneHot` and a
            `Dense` layer of the same width, fused.
        target_mean: Of a regression, the target's mean in training.
        target_std: Of a regression, the target's standard deviation in training.
        hidden: Units of the hidden layers.
        dropout: Share of the units that is dropped in training.
        bins: Into how many bins a column of numbers is cut, at most; 0 for none.
        seed: Seed of the first weights and of the dropout.
    """
    draw = map(
        int,
        np.random.default_rng(seed).integers(
            2**31, size=len(schema.columns) + 2 * len(hidden) + 1
        ),
    )
    columns = id_columns(schema)
    names = input_names(columns)
    inputs: dict[str, Any] = {}
    parts = []
    for column in columns:
        name, encoder = names[column.name], encoders[column.name]
        is_many = column.kind in ("multi", "text")
        shape = (encoder.length,) if is_many else ()
        inputs[name] = keras.Input(shape, dtype="int32", name=name)
        rows = len(encoder.vocabulary)
        vectors = _vectors(inputs[name], name, rows, is_many, first, next(draw))
        parts.append(MaskedMean(name=f"{name}_mean")(vectors) if is_many else vectors)
    if number_columns(schema):
        layer = _numeric_input(schema, encoders, bins)
        inputs[NUMBERS] = keras.Input((len(layer.mean),), name=NUMBERS)
        parts.append(layer(inputs[NUMBERS]))
    x = keras.layers.Concatenate(name="all")(parts) if len(parts) > 1 else parts[0]
    for number, units in enumerate(hidden, 1):
        start = FirstWeights((2 / x.shape[-1]) ** 0.5, next(draw))
        x = keras.layers.Dense(
            units, "relu", kernel_initializer=start, name=f"hidden_{number}"
        )(x)
        x = keras.layers.Dropout(dropout, seed=next(draw), name=f"dropout_{number}")(x)
    start = FirstWeights(x.shape[-1] ** -0.5, next(draw))
    task, classes = schema.target.task, schema.target.classes
    if task == "regression":
        x = keras.layers.Dense(1, kernel_initializer=start, name="scaled")(x)
        x = Units(target_mean, target_std, name="prediction")(x)
    else:
        many = task == "multiclass"
        x = keras.layers.Dense(
            len(classes or ()) if many else 1,
            "softmax" if many else "sigmoid",
            kernel_initializer=start,
            name="prediction",
        )(x)
    network = keras.Model(inputs, x, name="network")
    return fuse(network, strict=True) if first == "onehot" and columns else network


def table_of(network: keras.Model, name: str) -> np.ndarray:
    """Returns the vectors of a column's ids: the table, or the kernel in its place."""
    layer = network.get_layer(f"{name}_vectors")
    if isinstance(layer, Embedding):
        return keras.ops.convert_to_numpy(layer.embeddings)
    return keras.ops.convert_to_numpy(layer.weights[0])


def _vectors(
    ids: Any, name: str, rows: int, is_many: bool, first: str, seed: int
) -> Any:
    width = width_of(rows)
    # Small, so that what is learned soon outweighs chance: neighbours mean something.
    start = FirstWeights(_VECTOR_STDDEV, seed)
    name = f"{name}_vectors"
    if first == "embedding":
        return Embedding(
            rows, width, embeddings_initializer=start, mask_zero=is_many, name=name
        )(ids)
    one_hots = OneHot(rows, mask_zero=is_many, name=f"{name}_one_hot")(ids)
    return keras.layers.Dense(
        width, use_bias=False, kernel_initializer=start, name=name
    )(one_hots)


def _numeric_input(
    schema: Schema, encoders: Mapping[str, Any], bins: int
) -> NumericInput:
    mean: list[float] = []
    std: list[float] = []
    edges: list[list[float]] = []
    for column in number_columns(schema):
        encoder = encoders[column.name]
        mean += np.ravel(encoder.mean).tolist()
        std += np.ravel(encoder.std).tolist()
        # Of dates, a column for each of their numbers.
        quantiles = np.asarray(encoder.quantiles, "float64")
        each = quantiles.T if quantiles.ndim == 2 else [quantiles]
        edges += [_edges(one, bins) for one in each]
    return NumericInput(mean, std, edges, name="numeric_input")


def _edges(quantiles: np.ndarray, bins: int) -> list[float]:
    """Returns the edges of at most `bins` bins with about as many rows in each."""
    if bins == 0:
        return []
    at = np.linspace(0, len(quantiles) - 1, min(bins + 1, len(quantiles))).round()
    edges = np.unique(quantiles[at.astype(int)].astype("float32"))
    edges = edges[np.isfinite(edges)]
    return edges.tolist() if len(edges) > 2 else []
