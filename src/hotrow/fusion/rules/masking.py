"""`Masking` between a one-hot and its consumer."""

from typing import Any

import keras
from keras import ops

from hotrow.fusion.core.fused_layer import in_place_of
from hotrow.fusion.core.passer import Part, Passer
from hotrow.fusion.core.plan import Plan


@in_place_of(keras.layers.Masking)
class FusedMasking(Passer, keras.layers.Masking):
    """`Masking(0)`: a vector of zeros is masked, and an id tells whether it is one."""

    @classmethod
    def after(cls, layer: Any, parts: list[Part]) -> Plan | str:
        """Returns the plan of what `layer` makes, or why that cannot be followed."""
        if layer.mask_value != 0:
            return f"it has mask_value={layer.mask_value!r}, and fuse knows 0"
        return parts[0].plan

    def call(self, inputs: Any) -> Any:
        """Returns the tensors of the plan, with nothing where they are masked."""
        present: Any = self._mask(inputs, None)
        result = []
        for term, given in zip(self.hot.terms, self.hot.as_lists(inputs), strict=True):
            for place, tensor in enumerate(given):
                nothing = -1 if term.is_hot and place == 0 else 0
                wide = present
                for _ in range(len(tensor.shape) - len(present.shape)):
                    wide = ops.expand_dims(wide, -1)
                result.append(ops.where(wide, tensor, nothing))
        return result

    def _mask(self, inputs: Any, previous_mask: Any) -> Any | None:
        picked = self.hot.pick(inputs)
        parts = []
        if picked.ids is not None:
            hot = picked.ids >= 0
            if picked.weights is not None:
                hot = ops.logical_and(hot, ops.not_equal(picked.weights, 0))
            parts.append(ops.any(hot, axis=-1))
        parts += (ops.any(ops.not_equal(x, 0), axis=-1) for x, _ in picked.dense)
        result = parts[0]
        for part in parts[1:]:
            result = ops.logical_or(result, part)
        return result
