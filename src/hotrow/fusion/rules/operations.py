"""`keras.ops.one_hot` and `keras.ops.multi_hot` in a graph, as ids."""

from typing import Any

import keras

from hotrow import keras_compat
from hotrow.fusion.core.encoding import (
    encode,
    encoded_shape,
    encoding_plan,
    encoding_refusal,
)
from hotrow.fusion.core.fused_layer import in_place_of
from hotrow.fusion.core.plan import Plan, Term
from hotrow.fusion.core.producers import Producer, Shape
from hotrow.ids.id_check import IdCheck


def _refusal(operation: Any, shape: Shape) -> str | None:
    if operation.sparse:
        return "it gives sparse tensors"
    if operation.axis not in (-1, len(shape)):
        return f"its categories are on axis {operation.axis}, and fuse knows the last"
    return None


class _IdsOfOperation(Producer, keras.layers.Layer):
    """A layer that takes the place of an operation.

    Args:
        num_classes: The number of categories.
        **kwargs: Arguments of every layer.
    """

    def __init__(self, num_classes: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_classes = num_classes
        # Ids are compared as they come, not in the dtype of the layer.
        self.autocast = False
        self._ids = IdCheck(self.name, num_classes, "zero", None)
        self.built = True

    @classmethod
    def twin(cls, layer: Any, name: str) -> Any:
        """Returns the layer that takes the place of an operation, under a name."""
        return cls(layer.num_classes, name=name)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the layer."""
        return {**super().get_config(), "num_classes": self.num_classes}


@in_place_of(keras_compat.OneHotOperation)
class OneHotIds(_IdsOfOperation):
    """Ids in place of `keras.ops.one_hot`, -1 out of range."""

    @classmethod
    def refusal(cls, layer: Any, shape: Shape) -> str | None:
        """Returns why an operation cannot be fused, or None if it can."""
        return _refusal(layer, shape)

    @classmethod
    def plan(cls, layer: Any, shape: Shape) -> Plan:
        """Returns the plan of what an operation makes."""
        return Plan(layer.num_classes, (Term(layer.num_classes),))

    def compute_output_spec(self, inputs: Any) -> keras.KerasTensor:
        """Returns the shape and dtype of the ids."""
        return keras.KerasTensor(inputs.shape, dtype=self._ids.dtype)

    def call(self, inputs: Any) -> Any:
        """Returns the ids."""
        return self._ids.admit(inputs).values


@in_place_of(keras_compat.MultiHotOperation)
class MultiHotIds(_IdsOfOperation):
    """Ids in place of `keras.ops.multi_hot`, -1 out of range and for repetitions."""

    @classmethod
    def refusal(cls, layer: Any, shape: Shape) -> str | None:
        """Returns why an operation cannot be fused, or None if it can."""
        return _refusal(layer, shape) or encoding_refusal("multi_hot", shape)

    @classmethod
    def plan(cls, layer: Any, shape: Shape) -> Plan:
        """Returns the plan of what an operation makes."""
        return encoding_plan("multi_hot", layer.num_classes, shape)

    def compute_output_spec(self, inputs: Any) -> keras.KerasTensor:
        """Returns the shape and dtype of the ids."""
        shape = encoded_shape(tuple(inputs.shape))
        return keras.KerasTensor(shape, dtype=self._ids.dtype)

    def call(self, inputs: Any) -> Any:
        """Returns the ids."""
        return encode("multi_hot", inputs, self._ids)
