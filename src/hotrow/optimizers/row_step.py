"""One training step of one table: its gradient by rows, and its rows after the step."""

from typing import Any

import keras
from keras import ops

from hotrow import backend, keras_compat
from hotrow.optimizers.row_gradient import RowGradient, unscaled
from hotrow.optimizers.row_view import RowView
from hotrow.tables import registry


class RowStep:
    """The rows of a table that one step touches, read, updated and written back.

    Args:
        optimizer: The optimizer whose rule updates the rows.
        variable: The table.
        row_gradient: Gradient of the table; an id may occur several times.
        scale: Divisor of the gradient, or None.
        update_padding: Whether the row of the padding id is trained.

    Attributes:
        gradient: Gradient of each distinct row; zeros where a place is not in use.
        touched: Mask of those that are not all zeros: the rows to update.
        view: The rows of the table.
        slot_views: The same rows of the optimizer's slots, by attribute.
        decay: The weight decay that the table is under, or None.
        average: The moving averages of the optimizer, or None.
    """

    def __init__(
        self,
        optimizer: keras.Optimizer,
        variable: keras.Variable,
        row_gradient: RowGradient,
        scale: Any | None,
        update_padding: bool,
    ) -> None:
        self.variable = variable
        self._table = registry.get(variable)
        self._optimizer = optimizer
        self.decay = self._table.decay
        self.average = self._table.average
        self._ids, gradient = row_gradient.distinct(variable)
        if not update_padding:
            gradient = self._without_padding(gradient)
        gradient = ops.cast(gradient, variable.dtype)
        self.gradient = gradient if scale is None else unscaled(gradient, scale)
        self.touched = backend.is_touched(self.gradient)

    def read(self) -> None:
        """Reads the rows of the table and of the slots, and adds what regularizes."""
        rows = stored = self._take(self.variable)
        if self.decay is not None:
            rows = self.decay.caught_up(self.variable, self._ids, rows)
        now = rows
        if self._table.regularizer is not None:
            penalty = backend.gradient(self._table.regularizer, rows)
            self.gradient = self.gradient + ops.where(
                _wide(self.touched, rows), penalty, 0
            )
        self.view = RowView(self.variable, rows)
        self._slots = keras_compat.slots_of(self._optimizer, self.variable)
        self.slot_views = {
            name: RowView(slot, self._take(slot)) for name, slot in self._slots.items()
        }
        if self.average is not None:
            view = self.slot_views[keras_compat.AVERAGES]
            view.assign(
                self.average.caught_up(
                    self.variable, self._ids, view.value, stored, now
                )
            )

    def decay_weights(self) -> None:
        """Applies the weight decay of this step to the rows."""
        if self.average is not None:
            rate = None if self.decay is None else self.decay.rate()
            self.average.start_step(self.variable, rate)
        if self.decay is not None:
            self.view.assign(self.decay.of_this_step(self.view.value))
            self.decay.advance(self.variable)

    def write(self) -> None:
        """Writes the rows that were touched back."""
        if self.average is not None:
            view = self.slot_views[keras_compat.AVERAGES]
            view.assign(self.average.mix(view.value, self.view.value))
        if self.variable.constraint is not None:
            self.view.assign(self.variable.constraint(self.view.value))
        self._put(self.variable, self.view.value)
        for name, slot in self._slots.items():
            self._put(slot, self.slot_views[name].value)
        if self.decay is not None:
            self.decay.mark(self.variable, self._put, self.touched)
        if self.average is not None:
            self.average.mark(self.variable, self._put, self.touched)

    def _take(self, variable: keras.Variable) -> Any:
        return backend.take_rows(variable, self._ids, self._table.row_axes)

    def _put(self, variable: keras.Variable, rows: Any) -> None:
        backend.put_rows(variable, self._ids, rows, self.touched, self._table.row_axes)

    def _without_padding(self, gradient: Any) -> Any:
        padding_id = self._table.padding_id
        if padding_id is None:
            return gradient
        ids = self._ids
        if ids is None:
            ids = ops.arange(gradient.shape[0], dtype="int32")
        return ops.where(_wide(ops.not_equal(ids, padding_id), gradient), gradient, 0)


def _wide(mask: Any, like: Any) -> Any:
    """Gives a mask of rows as many axes as the rows have."""
    for _ in range(len(like.shape) - 1):
        mask = ops.expand_dims(mask, -1)
    return mask
