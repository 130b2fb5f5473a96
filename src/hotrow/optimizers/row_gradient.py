"""The gradient of a table, as the rows that a batch read."""

import math
from typing import Any, NamedTuple

import keras
from keras import ops

from hotrow import backend
from hotrow.tables import registry


class RowGradient(NamedTuple):
    """Ids and the gradients of their rows.

    Attributes:
        ids: The ids, or None if `rows` are all rows of the table.
        rows: The gradients, rows along the first axis.
    """

    ids: Any | None
    rows: Any

    @classmethod
    def of(cls, variable: keras.Variable, gradient: Any) -> "RowGradient":
        """Takes a gradient of a table as the backend gave it; an id may occur twice."""
        parts = backend.row_parts(gradient)
        row_axes = registry.row_axes(variable)
        count = math.prod(variable.shape[:row_axes])
        if parts is None or _size(parts) >= count:
            dense = backend.to_dense(gradient, tuple(variable.shape))
            if row_axes > 1:
                dense = ops.reshape(dense, (count, *variable.shape[row_axes:]))
            return cls(None, dense)
        if len(parts) == 1:
            return cls(*parts[0])
        return cls(*(ops.concatenate(x) for x in zip(*parts, strict=True)))

    def distinct(self, variable: keras.Variable) -> "RowGradient":
        """Returns each id once, with the sum of its gradients."""
        if self.ids is None:
            return self
        count = math.prod(variable.shape[: registry.row_axes(variable)])
        return RowGradient(*backend.distinct(self.ids, self.rows, count))


def unscaled(gradient: Any, scale: Any) -> Any:
    """Returns the gradient of the loss from that of the loss times `scale`."""
    # In float32: a scale may be beyond float16.
    wide = ops.cast(gradient, "float32") / ops.cast(scale, "float32")
    return ops.cast(wide, gradient.dtype)


def _size(parts: list[tuple[Any, Any]]) -> float:
    """Returns the number of ids; 0 while the shape of a batch is not known."""
    sizes = [ids.shape[0] for ids, _ in parts]
    return 0 if None in sizes else math.fsum(sizes)
