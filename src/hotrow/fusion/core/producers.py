"""Layers that give the ids of one-hot vectors, in place of those that make these."""

from typing import Any

import keras

from hotrow.fusion.core.fused_layer import in_place_of
from hotrow.fusion.core.plan import Plan, Term
from hotrow.ids.id_check import Ids
from hotrow.layers.one_hot import OneHot

Shape = tuple[int | None, ...]


class Producer:
    """Mixin of layers that give ids in place of one-hot vectors, -1 for none."""

    replaces: Any

    @classmethod
    def makes_one_hots(cls, layer: Any) -> bool:
        """Returns whether `layer` makes vectors of categories, of whatever kind."""
        return True

    @classmethod
    def refusal(cls, layer: Any, shape: Shape) -> str | None:
        """Returns why `layer` cannot be fused, or None if it can.

        Args:
            layer: A layer or operation of the class `replaces`.
            shape: Shape of its input, or of the first of them.
        """
        return None

    @classmethod
    def plan(cls, layer: Any, shape: Shape) -> Plan:
        """Returns the plan of what `layer` makes of an input of this shape."""
        raise NotImplementedError

    @classmethod
    def twin(cls, layer: Any, name: str) -> Any:
        """Returns the layer that takes the place of `layer`, under a name."""
        new: Any = cls
        return new.from_config({**layer.get_config(), "name": name})


@in_place_of(OneHot)
class FusedOneHot(Producer, OneHot):
    """`OneHot` that gives ids: in range, or -1 where its vector is all zeros."""

    @classmethod
    def plan(cls, layer: Any, shape: Shape) -> Plan:
        """Returns the plan of what `layer` makes of an input of this shape."""
        return Plan(layer.input_dim, (Term(layer.input_dim),))

    def _vectors(self, ids: Ids) -> Any:
        return ids.values

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns the shape of the ids."""
        return super().compute_output_shape(input_shape)[:-1]

    def compute_output_spec(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Returns the shape and dtype of the ids."""
        spec = super().compute_output_spec(inputs)
        return keras.KerasTensor(spec.shape, dtype=self._ids.dtype)
