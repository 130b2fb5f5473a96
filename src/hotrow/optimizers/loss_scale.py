"""Scale of the loss against underflow of float16."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from hotrow.tables import registry


class LossScale:
    """A scale that halves after a bad step and doubles after many good ones.

    As in `keras.optimizers.LossScaleOptimizer`.

    Args:
        wanted: Whether to scale. None: if a layer with a table, or the global dtype
            policy, computes in float16.
        initial: The first scale.
        growth_steps: After so many finite steps the scale is doubled.

    Attributes:
        outside: Whether an optimizer around this one scales the loss instead.
        scale: The scale, or None without scaling.
        counter: Number of finite steps since the scale changed.
    """

    def __init__(self, wanted: bool | None, initial: float, growth_steps: int) -> None:
        self.wanted = wanted
        self.initial = initial
        self.growth_steps = growth_steps
        self.outside = False
        self.scale: Any = None
        self.counter: Any = None

    def build(
        self,
        add_variable: Callable[..., keras.Variable],
        found: list[keras.Variable],
    ) -> None:
        """Creates the variables, if the loss is scaled; `found` are the tables."""
        if not self._scales(found):
            return
        self.counter = add_variable((), "zeros", "int", name="step_counter")
        start = keras.initializers.Constant(self.initial)
        self.scale = add_variable((), start, "float32", name="dynamic_scale")

    def _scales(self, found: list[keras.Variable]) -> bool:
        if self.wanted is not None:
            if self.wanted and self.outside:
                raise ValueError(
                    "RowSparse with loss_scaling=True stands inside an optimizer that "
                    "scales the loss itself, and never sees the loss. Leave out "
                    "loss_scaling, or put RowSparse outside: "
                    "RowSparse(keras.optimizers.MultiOptimizer(...))."
                )
            return self.wanted
        dtypes = {registry.get(variable).compute_dtype for variable in found}
        dtypes.add(keras.config.dtype_policy().compute_dtype)
        return "float16" in dtypes and not self.outside

    def adjust(self, finite: Any) -> None:
        """Takes in whether the gradients of a step were finite."""
        grown = ops.equal(self.counter, self.growth_steps - 1)
        factor = ops.where(finite, ops.where(grown, 2.0, 1.0), 0.5)
        self.scale.assign(self.scale * factor)
        goes_on = ops.logical_and(finite, ops.logical_not(grown))
        self.counter.assign(ops.where(goes_on, self.counter + 1, 0))
