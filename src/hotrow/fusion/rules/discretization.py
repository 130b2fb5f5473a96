"""`Discretization` with vectors as output, as ids."""

from typing import Any

import keras

from hotrow.fusion.core.encoding import IdsOfEncoding
from hotrow.fusion.core.fused_layer import in_place_of
from hotrow.fusion.core.producers import Shape


@in_place_of(keras.layers.Discretization)
class FusedDiscretization(IdsOfEncoding, keras.layers.Discretization):
    """`Discretization` that gives the numbers of the bins."""

    @classmethod
    def refusal(cls, layer: Any, shape: Shape) -> str | None:
        """Returns why `layer` cannot be fused, or None if it can."""
        if layer.bin_boundaries is None:
            return "it has no bin_boundaries yet"
        return super().refusal(layer, shape)

    @classmethod
    def width_of(cls, layer: Any) -> int:
        """Returns the number of categories of `layer`."""
        return len(layer.bin_boundaries) + 1

    @classmethod
    def with_ids(cls, layer: Any) -> dict[str, Any]:
        """Returns the arguments that differ from those of `layer`."""
        return {}
