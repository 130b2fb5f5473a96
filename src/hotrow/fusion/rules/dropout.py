"""Dropout between a one-hot and its consumer."""

from typing import Any

import keras
from keras import ops

from hotrow.fusion.core.dropping import (
    drop_categories,
    drop_places,
    dropping_refusal,
    weighted,
)
from hotrow.fusion.core.fused_layer import in_place_of, only_mask
from hotrow.fusion.core.passer import Part, Passer
from hotrow.fusion.core.plan import Plan


class _Dropping(Passer):
    """Gives, for each tensor of ids, the weights that dropout leaves them."""

    gives_ids = False
    rate: float
    seed_generator: Any
    drop = staticmethod(drop_places)

    @classmethod
    def after(cls, layer: Any, parts: list[Part]) -> Plan | str:
        """Returns the plan of what `layer` makes, or why that cannot be followed."""
        (part,) = parts
        if any(t.is_hot and t.is_weighted for t in part.plan.terms):
            return "it is the second dropout in a row"
        if not layer.rate:
            return part.plan
        return dropping_refusal(part.plan) or weighted(part.plan)

    @classmethod
    def needs_layer(cls, layer: Any, parts: list[Part]) -> bool:
        """Returns whether the tensors of the plan change."""
        return bool(layer.rate)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Returns weights of ids, and numbers of which some are zero."""
        if training and self.rate:
            plan, tensors = self.drop(self.hot, inputs, self.rate, self.seed_generator)
            given = zip(plan.terms, plan.as_lists(tensors), strict=True)
            return [tensor[-1] for _, tensor in given]
        given = zip(self.hot.terms, self.hot.as_lists(inputs), strict=True)
        dtype = keras.config.floatx()
        return [
            ops.ones(ops.shape(tensor), dtype) if term.is_hot else tensor
            for term, (tensor,) in given
        ]

    def compute_output_spec(self, inputs: Any, **_: Any) -> list[keras.KerasTensor]:
        """Returns the shapes and dtypes of weights and numbers."""
        return [
            keras.KerasTensor(
                x.shape, dtype=keras.config.floatx() if term.is_hot else x.dtype
            )
            for term, x in zip(self.hot.terms, self.kept(inputs), strict=True)
        ]

    def _mask(self, inputs: Any, previous_mask: Any) -> Any | None:
        return only_mask(previous_mask)


@in_place_of(keras.layers.Dropout)
class FusedDropout(_Dropping, keras.layers.Dropout):
    """`Dropout` of one-hot vectors: of each one it draws whether it stays."""

    @classmethod
    def after(cls, layer: Any, parts: list[Part]) -> Plan | str:
        """Returns the plan of what `layer` makes, or why that cannot be followed."""
        if layer.noise_shape is not None:
            return f"it has noise_shape={layer.noise_shape}"
        return super().after(layer, parts)


@in_place_of(keras.layers.SpatialDropout1D)
class FusedSpatialDropout1D(_Dropping, keras.layers.SpatialDropout1D):
    """`SpatialDropout1D` of one-hots: a category goes in all steps or in none."""

    drop = staticmethod(drop_categories)

    def __init__(self, *args: Any, trainable: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
