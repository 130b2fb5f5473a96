"""The gradient of a table that waits for an update (`gradient_accumulation_steps`)."""

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from hotrow import backend, keras_compat
from hotrow.optimizers.row_gradient import RowGradient
from hotrow.tables import registry


class PendingGradient:
    """The ids and rows of the steps since the last update.

    Keras keeps the sum of the dense gradients, in a variable as large as the table. In
    files this stands in its place, and is dense.

    Args:
        optimizer: The optimizer that makes the update.
        variable: The table.
        is_dense: Whether its gradient will come dense.
    """

    def __init__(
        self, optimizer: keras.Optimizer, variable: keras.Variable, is_dense: bool
    ) -> None:
        self._optimizer = optimizer
        self._variable = variable
        row_axes = registry.row_axes(variable)
        self._rows = backend.PendingRows(
            optimizer.gradient_accumulation_steps,
            (math.prod(variable.shape[:row_axes]), *variable.shape[row_axes:]),
            variable.dtype,
            f"{variable.path.replace('/', '_')}_pending",
            is_dense,
        )

    @property
    def variables(self) -> list[keras.Variable]:
        """The variables that hold them, where a compiled step has to be given those."""
        variables: list[keras.Variable] = self._rows.variables
        return variables

    def reserve(self, gradient: RowGradient) -> None:
        """Makes room for the gradient of a step."""
        self._rows.reserve(*gradient)

    def add(self, place: Any, gradient: RowGradient) -> None:
        """Keeps the gradient of the step that is number `place` since the update."""
        self._rows.add(place, *gradient)

    def take(self, by_rows: bool) -> RowGradient:
        """Returns the sum of what is kept, an id several times; and forgets it."""
        gradient = RowGradient(*self._rows.take(by_rows))
        self._rows.clear()
        return gradient

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the table."""
        return tuple(self._variable.shape)

    def numpy(self) -> np.ndarray:
        """Returns the sum as one dense array."""
        dense: np.ndarray = self._rows.numpy().reshape(self.shape)
        return dense

    def assign(self, value: Any) -> None:
        """Takes a dense array for the sum of the steps since the last update."""
        count = ops.convert_to_numpy(keras_compat.count_of_steps(self._optimizer))
        place = int(count) % self._optimizer.gradient_accumulation_steps
        row_axes = registry.row_axes(self._variable)
        dense = np.asarray(value).reshape(-1, *self.shape[row_axes:])
        self._rows.load(dense, place)
