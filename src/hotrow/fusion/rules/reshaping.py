"""`Flatten` and `Reshape` between a one-hot and its consumer."""

import math
from typing import Any

import keras
from keras import ops

from hotrow.fusion.core.fused_layer import in_place_of
from hotrow.fusion.core.passer import Part, Passer, merged
from hotrow.fusion.core.plan import Plan


def _merge_from(part: Part, first: int) -> Plan | str:
    """Returns the plan after the axes from `first` on became one."""
    lengths = part.shape[first:-1]
    if None in lengths:
        return "it merges an axis whose length is not known"
    return merged(part.plan, tuple(n for n in lengths if n is not None))


@in_place_of(keras.layers.Flatten)
class FusedFlatten(Passer, keras.layers.Flatten):
    """`Flatten`: a one-hot of position and category, at `position * width + id`."""

    ends_masks = True

    @classmethod
    def after(cls, layer: Any, parts: list[Part]) -> Plan | str:
        """Returns the plan of what `layer` makes, or why that cannot be followed."""
        (part,) = parts
        if layer.data_format == "channels_first" and len(part.shape) > 2:
            return "its channels come first"
        return _merge_from(part, 1)

    @classmethod
    def needs_layer(cls, layer: Any, parts: list[Part]) -> bool:
        """Returns whether there is a mask, which ends here."""
        return parts[0].has_mask

    def call(self, inputs: Any) -> Any:
        """Returns the tensors of the plan, which are now read another way."""
        # Of the same values and not the same, since those carry a mask.
        return [x + 0 for x in keras.tree.flatten(inputs)]


@in_place_of(keras.layers.Reshape)
class FusedReshape(Passer, keras.layers.Reshape):
    """`Reshape` that leaves the last axis alone: the others are axes of ids."""

    ends_masks = True

    @classmethod
    def after(cls, layer: Any, parts: list[Part]) -> Plan | str:
        """Returns the plan of what `layer` makes, or why that cannot be followed."""
        (part,) = parts
        target = cls._target(layer, part)
        if isinstance(target, str):
            return target
        merges = target[-1] // part.plan.width
        return part.plan if merges == 1 else merged(part.plan, (merges,))

    @staticmethod
    def _target(layer: Any, part: Part) -> Any:
        """Returns the axes after that of the batch, or why it cannot be followed."""
        before: Any = part.shape[1:]
        target = tuple(layer.target_shape)
        if None in before:
            return "it is given an axis whose length is not known"
        if -1 in target:
            known = -math.prod(target)
            target = tuple(math.prod(before) // known if n == -1 else n for n in target)
        if target and target[-1] % part.plan.width == 0:
            return target
        return f"its target_shape={tuple(layer.target_shape)} takes vectors apart"

    def call(self, inputs: Any) -> Any:
        """Returns the tensors of the plan, with other outer axes."""
        specs = self.compute_output_spec(inputs)
        return [
            ops.reshape(x, (ops.shape(x)[0], *spec.shape[1:]))
            for x, spec in zip(keras.tree.flatten(inputs), specs, strict=True)
        ]

    def compute_output_spec(self, inputs: Any, **_: Any) -> list[keras.KerasTensor]:
        """Returns the shapes and dtypes of the tensors."""
        specs: list[Any] = []
        for term, given in zip(self.hot.terms, self.hot.as_lists(inputs), strict=True):
            inner = (*term.lengths, *(() if term.is_hot else (term.size,)))
            for x in given:
                outer = math.prod(x.shape[1:]) // math.prod(inner)
                shape = (x.shape[0], *self._outer(outer), *inner)
                specs.append(keras.KerasTensor(shape, dtype=x.dtype))
        return specs

    def _outer(self, vectors: int) -> tuple[int, ...]:
        """Returns the axes of a sample's vectors, and of those that become one."""
        *outer, last = self.target_shape
        if last == -1:
            last = vectors * self.hot.width // math.prod(outer)
        merges = last // self.hot.width
        known = -math.prod(outer) * merges
        outer = [vectors // known if n == -1 else n for n in outer]
        return tuple(outer) if merges == 1 else (*outer, merges)
