"""`TimeDistributed(Dense)` after a one-hot."""

from typing import Any

import keras

from hotrow import keras_compat
from hotrow.fusion.core.fused_layer import FusedLayer, in_place_of, quantization_refusal
from hotrow.fusion.core.plan import Plan
from hotrow.fusion.rules.dense import dense


@in_place_of(keras.layers.TimeDistributed)
class FusedTimeDistributed(FusedLayer, keras.layers.TimeDistributed):
    """Rows of the kernel of the dense layer, for all steps at once."""

    @classmethod
    def refusal(
        cls, layer: Any, plan: Plan, shape: tuple[int | None, ...]
    ) -> str | None:
        """Returns why `layer` cannot be fused, or None if it can."""
        if type(layer.layer) is not keras.layers.Dense:
            return f"it wraps a {type(layer.layer).__name__}, and fuse knows Dense"
        return quantization_refusal(layer.layer)

    @classmethod
    def twin(cls, layer: Any, plan: Plan) -> Any:
        """Returns a fused layer around the same dense layer."""
        config = layer.get_config()
        config.pop("layer")
        twin = cls(layer.layer, hot=plan, **config)
        twin.adopt(layer)
        return twin

    def kernels(self) -> list[tuple[keras.Variable, int]]:
        """Returns the kernel of the dense layer."""
        if quantization_refusal(self.layer):
            return []
        return [(keras_compat.kernel_of(self.layer), 1)]

    def call(
        self, inputs: Any, training: bool | None = None, mask: Any | None = None
    ) -> Any:
        """Returns the output for the tensors of the plan."""
        if quantization_refusal(self.layer):
            vectors = self.hot.vectors(inputs, self.compute_dtype)
            return self.layer(vectors, training=training)
        return dense(self.layer, self.hot.pick(inputs))
