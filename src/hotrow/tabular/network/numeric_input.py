"""The layer that numbers enter a network by."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import keras
import numpy as np
from keras import ops

# A value that far from the mean, in standard deviations, is as far as one can be.
FARTHEST = 8.0


@keras.saving.register_keras_serializable(package="hotrow")
class NumericInput(keras.Layer):
    """Turns columns of numbers, with NaN for missing ones, into inputs of a network.

    For each column there is

    - the number minus the mean, divided by the standard deviation, and at most 8 in
      size; 0 where it is missing,
    - 1 where it is missing, else 0,
    - with `edges`, the piecewise linear encoding of Gorishniy et al. (2022,
      https://arxiv.org/abs/2203.05556): for each bin between two edges, how far the
      number has come through it, from 0 to 1. Missing numbers are 0 in all.

    Args:
        mean: The mean of each column.
        std: The standard deviation of each column; 0 counts as 1.
        edges: For each column, a rising list of edges of bins, or an empty one.
            Defaults to `None`, no bins.
        **kwargs: `name` and `dtype`, as in every Keras layer.

    Call arguments:
        inputs: Float tensor of shape `(batch, columns)`.

    Output shape:
        `(batch, 2 * columns + bins)`.

    Raises:
        ValueError: If the arguments are not for the same number of columns.
    """

    def __init__(
        self,
        mean: Sequence[float],
        std: Sequence[float],
        edges: Sequence[Sequence[float]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.mean = [float(value) for value in mean]
        self.std = [float(value) or 1.0 for value in std]
        edges = [[] for _ in self.mean] if edges is None else edges
        self.edges = [[float(edge) for edge in column] for column in edges]
        if not len(self.mean) == len(self.std) == len(self.edges):
            raise ValueError(
                "`mean`, `std` and `edges` must be of as many columns. Received: "
                f"{len(self.mean)}, {len(self.std)} and {len(self.edges)}."
            )
        bins = [
            (column, low, high - low)
            for column, edges_of_one in enumerate(self.edges)
            for low, high in pairwise(edges_of_one)
        ]
        self._column = np.array([one[0] for one in bins], "int32")
        self._low = np.array([one[1] for one in bins], "float32")
        self._span = np.array([one[2] for one in bins], "float32")
        self.built = True

    def build(self, input_shape: Any) -> None:
        """There is nothing to build."""

    def call(self, inputs: Any) -> Any:
        """Returns the numbers as inputs of a network."""
        missing = ops.isnan(inputs)
        mean = ops.convert_to_tensor(self.mean, inputs.dtype)
        std = ops.convert_to_tensor(self.std, inputs.dtype)
        known = ops.where(missing, mean, inputs)
        scaled = ops.clip((known - mean) / std, -FARTHEST, FARTHEST)
        parts = [scaled, ops.cast(missing, inputs.dtype)]
        if len(self._column):
            column = ops.convert_to_tensor(self._column)
            low = ops.convert_to_tensor(self._low, inputs.dtype)
            span = ops.convert_to_tensor(self._span, inputs.dtype)
            come = (ops.take(known, column, axis=1) - low) / span
            there = 1 - ops.take(ops.cast(missing, inputs.dtype), column, axis=1)
            parts.append(ops.clip(come, 0.0, 1.0) * there)
        return ops.concatenate(parts, axis=-1)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Returns the shape of what comes out."""
        return (input_shape[0], 2 * len(self.mean) + len(self._column))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the layer."""
        return {
            **super().get_config(),
            "mean": self.mean,
            "std": self.std,
            "edges": self.edges,
        }
