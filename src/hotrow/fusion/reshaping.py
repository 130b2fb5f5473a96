"""`Flatten` and `Reshape` between a one-hot and its consumer."""

import math
from typing import Any

import keras
from keras import ops

from hotrow.fusion.fused_layer import only_mask
from hotrow.fusion.passer import Part, Passer, merged
from hotrow.fusion.plan import Plan


def _merge_from(part: Part, first: int) -> Plan | str:
    """Returns the plan after the axes from `first` on became one."""
    lengths = part.shape[first:-1]
    if None in lengths:
        return "it merges an axis whose length is not known"
    return merged(part.plan, tuple(n for n in lengths if n is not None))


@keras.saving.register_keras_serializable(package="hotrow")
class FusedFlatten(Passer, keras.layers.Flatten):
    """`Flatten`: a one-hot of position and category, at `position * width + id`."""

    replaces = keras.layers.Flatten

    @classmethod
    def after(cls, layer: Any, parts: list[Part]) -> Plan | str:
        """Returns the plan of what `layer` makes, or why that cannot be followed."""
        (part,) = parts
        if layer.data_format == "channels_first" and len(part.shape) > 2:
            return "its channels come first"
        return _merge_from(part, 1)

    @classmethod
    def needs_layer(cls, layer: Any, parts: list[Part]) -> bool:
        """Whether the tensors of the plan change: they are read another way."""
        return False


@keras.saving.register_keras_serializable(package="hotrow")
class FusedReshape(Passer, keras.layers.Reshape):
    """`Reshape` that leaves the last axis alone: the others are axes of ids."""

    replaces = keras.layers.Reshape

    @classmethod
    def after(cls, layer: Any, parts: list[Part]) -> Plan | str:
        """Returns the plan of what `layer` makes, or why that cannot be followed."""
        (part,) = parts
        target = cls._target(layer, part)
        if isinstance(target, str):
            return target
        if cls.needs_layer(layer, parts):
            return part.plan
        return _merge_from(part, len(target))

    @classmethod
    def needs_layer(cls, layer: Any, parts: list[Part]) -> bool:
        """Whether the tensors of the plan change, and are not just read another way."""
        target = cls._target(layer, parts[0])
        return target[-1] == parts[0].plan.width and target != parts[0].shape[1:]

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
        if target and target[-1] == part.plan.width:
            return target
        if target and target[:-1] == before[: len(target) - 1]:
            return target
        return f"its target_shape={tuple(layer.target_shape)} takes the last axis apart"

    def call(self, inputs: Any) -> Any:
        """Returns the tensors of the plan, with other outer axes."""
        outer = self._outer()
        result: list[Any] = []
        for term, given in zip(self.hot.terms, self.hot.as_lists(inputs), strict=True):
            inner = (*term.lengths, *(() if term.is_hot else (term.size,)))
            result += (ops.reshape(x, (ops.shape(x)[0], *outer, *inner)) for x in given)
        return result

    def _outer(self) -> tuple[int, ...]:
        return tuple(self.target_shape[:-1])

    def compute_output_spec(self, inputs: Any, **_: Any) -> list[keras.KerasTensor]:
        """Returns the shapes and dtypes of the tensors."""
        specs: list[Any] = []
        for term, given in zip(self.hot.terms, self.hot.as_lists(inputs), strict=True):
            inner = (*term.lengths, *(() if term.is_hot else (term.size,)))
            specs += (
                keras.KerasTensor(
                    (x.shape[0], *self._known_outer(x, inner), *inner), dtype=x.dtype
                )
                for x in given
            )
        return specs

    def _known_outer(self, x: Any, inner: tuple[int, ...]) -> tuple[int, ...]:
        outer = self._outer()
        if -1 not in outer:
            return outer
        count = math.prod(x.shape[1:]) // math.prod(inner)
        return tuple(count // -math.prod(outer) if n == -1 else n for n in outer)

    def _mask(self, inputs: Any, previous_mask: Any) -> Any | None:
        return only_mask(previous_mask)
