"""Layers that make one-hot vectors, giving the ids that the vectors are of."""

from typing import Any

import keras
from keras import ops

from hotrow.fusion.fused_layer import in_place_of
from hotrow.fusion.plan import Plan, Term
from hotrow.ids import IdCheck, Ids
from hotrow.layers.one_hot import OneHot


class Producer:
    """Mixin of layers that give ids in place of one-hot vectors, -1 for none."""

    replaces: Any

    @classmethod
    def makes_one_hots(cls, layer: Any) -> bool:
        """Whether `layer` makes one-hot vectors, and nothing else."""
        return True

    @classmethod
    def refusal(cls, layer: Any) -> str | None:
        """Returns why `layer` cannot be fused, or None if it can."""
        return None

    @classmethod
    def plan(cls, layer: Any) -> Plan:
        """Returns the plan of what `layer` makes."""
        raise NotImplementedError


@in_place_of(OneHot)
class FusedOneHot(Producer, OneHot):
    """`OneHot` that gives ids: in range, or -1 where its vector is all zeros."""

    @classmethod
    def plan(cls, layer: Any) -> Plan:
        """Returns the plan of what `layer` makes."""
        return Plan(layer.input_dim, (Term(layer.input_dim),))

    def _vectors(self, ids: Ids) -> Any:
        return ids.values

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the ids."""
        return super().compute_output_shape(input_shape)[:-1]

    def compute_output_spec(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Returns the shape and dtype of the ids."""
        spec = super().compute_output_spec(inputs)
        return keras.KerasTensor(spec.shape, dtype=self._ids.dtype)


@in_place_of(keras.layers.CategoryEncoding)
class FusedCategoryEncoding(Producer, keras.layers.CategoryEncoding):
    """`CategoryEncoding(output_mode="one_hot")` that gives ids, -1 out of range.

    As in Keras's layer, a last axis of length 1 gives way to the one-hot axis.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ids = IdCheck(self.name, self.num_tokens, "zero", None)

    @classmethod
    def makes_one_hots(cls, layer: Any) -> bool:
        """Whether `layer` makes one-hot vectors, and nothing else."""
        return bool(layer.output_mode == "one_hot")

    @classmethod
    def refusal(cls, layer: Any) -> str | None:
        """Returns why `layer` cannot be fused, or None if it can."""
        return "it gives sparse tensors" if layer.sparse else None

    @classmethod
    def plan(cls, layer: Any) -> Plan:
        """Returns the plan of what `layer` makes."""
        return Plan(layer.num_tokens, (Term(layer.num_tokens),))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape of the ids."""
        return super().compute_output_shape(input_shape)[:-1]

    def compute_output_spec(
        self, inputs: keras.KerasTensor, count_weights: Any = None
    ) -> keras.KerasTensor:
        """Returns the shape and dtype of the ids."""
        shape = self.compute_output_shape(inputs.shape)
        return keras.KerasTensor(shape, dtype=self._ids.dtype)

    def call(self, inputs: Any, count_weights: Any = None) -> Any:
        """Returns the ids of `inputs`."""
        inputs = ops.convert_to_tensor(inputs)
        if len(inputs.shape) > 1 and inputs.shape[-1] == 1:
            inputs = ops.squeeze(inputs, -1)
        return self._ids.admit(inputs).values
