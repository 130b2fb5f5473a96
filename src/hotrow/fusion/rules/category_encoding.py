"""`CategoryEncoding` as ids."""

from typing import Any

import keras

from hotrow.fusion.core.encoding import (
    encode,
    encoded_shape,
    encoding_plan,
    encoding_refusal,
)
from hotrow.fusion.core.fused_layer import in_place_of
from hotrow.fusion.core.plan import Plan
from hotrow.fusion.core.producers import Producer, Shape
from hotrow.ids.id_check import IdCheck


@in_place_of(keras.layers.CategoryEncoding)
class FusedCategoryEncoding(Producer, keras.layers.CategoryEncoding):
    """`CategoryEncoding` that gives ids, -1 out of range. See `encoding`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ids = IdCheck(self.name, self.num_tokens, "zero", None)

    @classmethod
    def refusal(cls, layer: Any, shape: Shape) -> str | None:
        """Returns why `layer` cannot be fused, or None if it can."""
        if layer.sparse:
            return "it gives sparse tensors"
        return encoding_refusal(layer.output_mode, shape)

    @classmethod
    def plan(cls, layer: Any, shape: Shape) -> Plan:
        """Returns the plan of what `layer` makes of an input of this shape."""
        return encoding_plan(layer.output_mode, layer.num_tokens, shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns the shape of the ids."""
        return encoded_shape(tuple(input_shape))

    def compute_output_spec(
        self, inputs: keras.KerasTensor, count_weights: Any = None
    ) -> keras.KerasTensor:
        """Returns the shape and dtype of the ids."""
        shape = self.compute_output_shape(inputs.shape)
        return keras.KerasTensor(shape, dtype=self._ids.dtype)

    def call(self, inputs: Any, count_weights: Any = None) -> Any:
        """Returns the ids of `inputs`."""
        return encode(self.output_mode, inputs, self._ids)
