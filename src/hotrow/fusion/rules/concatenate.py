"""`Concatenate` between one-hots and their consumer."""

from typing import Any

import keras
from keras import ops

from hotrow.fusion.core.fused_layer import in_place_of
from hotrow.fusion.core.passer import Part, Passer, side_by_side
from hotrow.fusion.core.plan import Plan


@in_place_of(keras.layers.Concatenate)
class FusedConcatenate(Passer, keras.layers.Concatenate):
    """`Concatenate` along the last axis, of one-hots and numbers.

    Only what it does to masks is left to do.
    """

    @classmethod
    def after(cls, layer: Any, parts: list[Part]) -> Plan | str:
        """Returns the plan of what `layer` makes, or why that cannot be followed."""
        rank = len(parts[0].shape)
        if layer.axis not in (-1, rank - 1):
            return f"it joins axis {layer.axis}, and fuse follows the last one"
        return side_by_side([part.plan for part in parts])

    @classmethod
    def needs_layer(cls, layer: Any, parts: list[Part]) -> bool:
        """Returns whether there is a mask."""
        return any(part.has_mask for part in parts)

    def build(self, input_shape: Any) -> None:
        """There is nothing to build, and the shapes to check are not vectors'."""
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Returns the tensors of the plan."""
        # Of the same values and not the same, since each carries a mask of its own.
        return [x + 0 for x in inputs]

    def _mask(self, inputs: Any, previous_mask: Any) -> Any | None:
        stand_ins, masks = [], []
        given = self.hot.as_lists(inputs)
        their = self.hot.as_lists(previous_mask or [None] * len(inputs))
        for term, (tensor, *_), (mask, *_) in zip(
            self.hot.terms, given, their, strict=True
        ):
            # One number of each vector is enough to say where there is a mask.
            first = tensor if term.is_hot else tensor[..., 0]
            for _ in term.lengths:
                first = first[..., 0]
            stand_ins.append(ops.expand_dims(first, -1))
            masks.append(mask)
        return keras.layers.Concatenate.compute_mask(self, stand_ins, masks)
