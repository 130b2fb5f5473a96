"""Layers between a one-hot and its consumer: what becomes of the plan on the way."""

from typing import Any, NamedTuple

import keras

from hotrow.fusion.core.fused_layer import FusedLayer
from hotrow.fusion.core.plan import Plan, Term


class Part(NamedTuple):
    """One tensor that a passer is called on.

    Attributes:
        plan: Plan of the last axis.
        shape: Shape of the vectors, the last axis included.
        has_mask: Whether it carries a mask.
    """

    plan: Plan
    shape: tuple[int | None, ...]
    has_mask: bool


class Passer(FusedLayer):
    """Mixin of layers that pass one-hot vectors on, in another form or place.

    A subclass says in `after` what it makes of the plan. If the tensors of the plan
    change with it (`needs_layer`), it is called on them, and gives a list of them: all,
    or with `gives_ids = False` those that are no ids.
    """

    gives_ids = True

    @classmethod
    def after(cls, layer: Any, parts: list[Part]) -> Plan | str:
        """Returns the plan of what `layer` makes, or why that cannot be followed."""
        raise NotImplementedError

    @classmethod
    def needs_layer(cls, layer: Any, parts: list[Part]) -> bool:
        """Returns whether the tensors of the plan change."""
        return True

    def kept(self, tensors: Any) -> list[Any]:
        """Returns the tensors of the plan that are like those that the layer gives."""
        if self.gives_ids:
            return [x for given in self.hot.as_lists(tensors) for x in given]
        # In place of ids, weights of the same shape.
        return [given[-1] for given in self.hot.as_lists(tensors)]

    def compute_output_spec(self, inputs: Any, **_: Any) -> list[keras.KerasTensor]:
        """Returns the shapes and dtypes of the tensors that the layer gives."""
        return [keras.KerasTensor(x.shape, dtype=x.dtype) for x in self.kept(inputs)]

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Returns the mask of each tensor that the layer gives."""
        mask = self._mask(inputs, previous_mask)
        return None if mask is None else [mask for _ in self.kept(inputs)]

    def _mask(self, inputs: Any, previous_mask: Any) -> Any | None:
        raise NotImplementedError


def merged(plan: Plan, lengths: tuple[int, ...]) -> Plan:
    """Returns the plan after axes before the last one were merged into it."""
    strides: list[int] = []
    stride = plan.width
    for length in reversed(lengths):
        strides.insert(0, stride)
        stride *= length
    terms = (
        term._replace(
            lengths=(*lengths, *term.lengths), strides=(*strides, *term.strides)
        )
        for term in plan.terms
    )
    return Plan(stride, tuple(terms))


def side_by_side(plans: list[Plan]) -> Plan:
    """Returns the plan of vectors that were put after one another."""
    terms: list[Term] = []
    width = 0
    for plan in plans:
        terms += (t._replace(offset=t.offset + width) for t in plan.terms)
        width += plan.width
    return Plan(width, tuple(terms))
