"""Concatenation that is no `Concatenate` layer: of `FeatureSpace`, and as operation."""

from typing import Any

from hotrow import keras_compat
from hotrow.fusion.core.fused_layer import in_place_of
from hotrow.fusion.core.passer import Part, Passer, side_by_side
from hotrow.fusion.core.plan import Plan


class _Joined(Passer):
    """Joins the terms of its inputs. No layer is left to call: these know no masks."""

    @classmethod
    def after(cls, layer: Any, parts: list[Part]) -> Plan | str:
        """Returns the plan of what `layer` makes, or why that cannot be followed."""
        if layer.axis not in (-1, len(parts[0].shape) - 1):
            return f"it joins axis {layer.axis}, and fuse follows the last one"
        if any(part.has_mask for part in parts):
            return "it is given a mask, which it drops"
        return side_by_side([part.plan for part in parts])

    @classmethod
    def needs_layer(cls, layer: Any, parts: list[Part]) -> bool:
        """Returns whether the tensors of the plan change."""
        return False


@in_place_of(keras_compat.FeatureSpaceConcat)
class JoinedFeatures(_Joined):
    """The layer by which `FeatureSpace` joins its encoded features."""


@in_place_of(keras_compat.ConcatenateOperation)
class JoinedTensors(_Joined):
    """`keras.ops.concatenate`."""
