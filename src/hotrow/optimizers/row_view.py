"""Some rows of a variable, seen as a variable of their own."""

from typing import Any

import keras
from keras import ops


class RowView(keras.Variable):
    """A `keras.Variable` whose value is rows of another, for an optimizer to update.

    An optimizer's update rule works number by number, so that what is right for a table
    and its slots is right for the same rows of each. The view lives within one step:
    its value is a tensor, and assigning to it changes nothing else.

    Args:
        variable: The variable that the rows are of.
        rows: Tensor of shape `(count, ...)`: the rows.
    """

    def __init__(self, variable: keras.Variable, rows: Any) -> None:
        # Not `super().__init__`, which would make a backend's variable, and cannot
        # inside a compiled step.
        self.of = variable
        self._rows = rows

    @property
    def value(self) -> Any:
        """The rows."""
        return self._rows

    def assign(self, value: Any) -> Any:
        """Replaces the rows."""
        self._rows = ops.cast(ops.convert_to_tensor(value), self.dtype)
        return self._rows

    def assign_add(self, value: Any) -> Any:
        """Adds to the rows."""
        return self.assign(self._rows + value)

    def assign_sub(self, value: Any) -> Any:
        """Subtracts from the rows."""
        return self.assign(self._rows - value)

    @property
    def shape(self) -> Any:
        """The shape of the rows."""
        return self._rows.shape

    @property
    def ndim(self) -> int:
        """The number of axes of the rows."""
        return len(self._rows.shape)

    @property
    def dtype(self) -> str:
        """The dtype of the rows."""
        return keras.backend.standardize_dtype(self._rows.dtype)

    @property
    def name(self) -> str:
        """The name of the variable that the rows are of."""
        return self.of.name

    @property
    def path(self) -> str:
        """The path of the variable that the rows are of."""
        return self.of.path

    @property
    def trainable(self) -> bool:
        """True: an optimizer is at work on it."""
        return True

    def __repr__(self) -> str:
        return f"<RowView of {self.path}, shape={tuple(self.shape)}>"
