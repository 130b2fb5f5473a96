"""The network between encoded columns and a prediction."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from hotrow.fusion.fuse import fuse
from hotrow.layers.embedding import Embedding
from hotrow.layers.one_hot import OneHot
from hotrow.tabular.network.first_weights import FirstWeights
from hotrow.tabular.network.input_layout import NUMBERS, InputLayout
from hotrow.tabular.network.masked_mean import MaskedMean
from hotrow.tabular.network.numeric_input import NumericInput
from hotrow.tabular.network.stack import Stack
from hotrow.tabular.schema import Schema

FIRST = ("embedding", "onehot")
HIDDEN = (256, 128)
DROPOUT = 0.2
BINS = 16
_VECTOR_STDDEV = 0.01
_MOST_INPUTS = 1024


def build_network(
    schema: Schema,
    encoders: Mapping[str, Any],
    layout: InputLayout,
    *,
    first: str = "embedding",
    hidden: Sequence[int] = HIDDEN,
    dropout: float = DROPOUT,
    bins: int = BINS,
    class_counts: np.ndarray | None = None,
    seed: int = 0,
) -> keras.Model:
    """Returns a network that takes the inputs of a layout, not compiled.

    Ids become vectors, those of texts and of columns of many values their mean; numbers
    are standardized and cut into bins. All side by side enter layers of `relu`, each
    with dropout, and these the prediction: the probability of the second class, the
    probabilities of all classes, or a number as `TargetEncoder.scaled` returns it.

    A new network predicts the shares of the classes, or the mean, whatever the row: the
    last kernel is zeros. More than 1,024 inputs are scaled down, since one step of Adam
    moves a unit by as much as all its inputs together.

    Args:
        schema: Schema of the table.
        encoders: What encodes each column, by the column's name.
        layout: The inputs.
        first: What ids enter by: `"embedding"`, or `"onehot"` for `hotrow.OneHot` and a
            `Dense` layer of the same width, fused.
        hidden: Units of the hidden layers.
        dropout: Share of the units that is dropped in training.
        bins: Into how many bins a column of numbers is cut, at most; 0 for none.
        class_counts: How many training rows each class has. Defaults to `None`: as many
            each.
        seed: Seed of the first weights and of the dropout.
    """
    draws = len(layout.stacks) + 2 * len(hidden)
    draw = map(int, np.random.default_rng(seed).integers(2**31, size=draws))
    inputs: dict[str, Any] = {}
    parts = []
    for stack in layout.stacks:
        ids = keras.Input(stack.shape, dtype="int32", name=stack.name)
        inputs[stack.name] = ids
        parts.append(_vectors(ids, stack, first, next(draw)))
    if layout.numbers:
        layer = _numeric_input(layout, encoders, bins)
        inputs[NUMBERS] = keras.Input((len(layer.mean),), name=NUMBERS)
        parts.append(layer(inputs[NUMBERS]))
    x = keras.layers.Concatenate(name="all")(parts) if len(parts) > 1 else parts[0]
    scale = min(1.0, _MOST_INPUTS / x.shape[-1])
    if scale < 1:
        x = keras.layers.Rescaling(scale, name="scaled_down")(x)
    for number, units in enumerate(hidden, 1):
        start = FirstWeights((2 / x.shape[-1]) ** 0.5 / scale, next(draw))
        scale = 1.0
        x = keras.layers.Dense(
            units, "relu", kernel_initializer=start, name=f"hidden_{number}"
        )(x)
        x = keras.layers.Dropout(dropout, seed=next(draw), name=f"dropout_{number}")(x)
    classes = schema.target.classes or ()
    units, activation = {
        "regression": (1, None),
        "binary": (1, "sigmoid"),
        "multiclass": (len(classes), "softmax"),
    }[schema.target.task]
    last = keras.layers.Dense(
        units, activation, kernel_initializer="zeros", name="prediction"
    )
    network = keras.Model(inputs, last(x), name="network")
    if class_counts is not None:
        last.bias.assign(_log_odds(class_counts, schema.target.task))
    return (
        fuse(network, strict=True) if first == "onehot" and layout.stacks else network
    )


def vectors_of(network: keras.Model, layout: InputLayout) -> dict[str, np.ndarray]:
    """Returns the vectors of each column's ids, by the column's name."""
    vectors: dict[str, np.ndarray] = {}
    for stack in layout.stacks:
        layer = network.get_layer(_layer_name(stack))
        is_embedding = isinstance(layer, Embedding)
        table = layer.embeddings if is_embedding else layer.weights[0]
        vectors |= stack.vectors(keras.ops.convert_to_numpy(table))
    return vectors


def _log_odds(counts: np.ndarray, task: str) -> np.ndarray:
    """Returns the bias of the prediction of classes by their shares."""
    # A class that no training row has is still possible.
    odds = np.log(np.asarray(counts, "float64") + 0.5)
    odds -= odds.mean()
    return odds if task == "multiclass" else odds[1:] - odds[:1]


def _layer_name(stack: Stack) -> str:
    return f"{stack.name}_vectors"


def _vectors(ids: Any, stack: Stack, first: str, seed: int) -> Any:
    """Returns the vectors of all columns of a stack, side by side on one axis."""
    has_lists = stack.length is not None
    # Small, so that what is learned soon outweighs chance: neighbors mean something.
    start = FirstWeights(_VECTOR_STDDEV, seed)
    if first == "embedding":
        vectors = Embedding(
            stack.rows,
            stack.width,
            embeddings_initializer=start,
            mask_zero=has_lists,
            name=_layer_name(stack),
        )(ids)
    else:
        one_hots = OneHot(
            stack.rows, mask_zero=has_lists, name=f"{stack.name}_one_hot"
        )(ids)
        vectors = keras.layers.Dense(
            stack.width,
            use_bias=False,
            kernel_initializer=start,
            name=_layer_name(stack),
        )(one_hots)
    if has_lists:
        vectors = MaskedMean(name=f"{stack.name}_mean")(vectors)
    side_by_side = (len(stack.columns) * stack.width,)
    return keras.layers.Reshape(side_by_side, name=f"{stack.name}_all")(vectors)


def _numeric_input(
    layout: InputLayout, encoders: Mapping[str, Any], bins: int
) -> NumericInput:
    mean: list[float] = []
    std: list[float] = []
    edges: list[list[float]] = []
    for name in layout.numbers:
        encoder = encoders[name]
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
    return edges.tolist() if len(edges) > 2 else []
