"""A step whose gradients are kept, and used in the last of several such steps."""

from contextlib import nullcontext
from typing import Any, NamedTuple

import keras
from keras import ops

from hotrow import backend, keras_compat
from hotrow.optimizers.group import Group
from hotrow.optimizers.row_gradient import RowGradient, unscaled
from hotrow.optimizers.row_step import RowStep
from hotrow.optimizers.update import Update
from hotrow.tables import registry


class MicroStep(NamedTuple):
    """One of `gradient_accumulation_steps` steps of the variables of one optimizer.

    As in Keras, the update is with the mean of the gradients, which is clipped then;
    weight decay is that of one step; a schedule of the learning rate counts all steps,
    and so do moving averages.

    Attributes:
        group: The optimizer and its variables.
        grads: Gradients of the variables that are no tables.
        variables: These variables.
        by_rows: Tables, and their gradients.
        update_padding: Whether the row of a padding id is trained.
    """

    group: Group
    grads: list[Any]
    variables: list[keras.Variable]
    by_rows: list[tuple[keras.Variable, RowGradient]]
    update_padding: bool

    @classmethod
    def of(
        cls,
        group: Group,
        pairs: list[tuple[Any, keras.Variable]],
        scale: Any | None,
        update_padding: bool,
    ) -> "MicroStep":
        """Takes gradients and variables, as `Update.of` does."""
        by_rows = []
        for gradient, variable in pairs:
            if registry.find(variable) is not None:
                ids, rows = RowGradient.of(variable, gradient)
                rows = ops.cast(rows, variable.dtype)
                rows = rows if scale is None else unscaled(rows, scale)
                by_rows.append((variable, RowGradient(ids, rows)))
        others = [pair for pair in pairs if registry.find(pair[1]) is None]
        # They may be `IndexedSlices`, of a layer of Keras.
        grads = [backend.to_dense(g, tuple(v.shape)) for g, v in others]
        grads, variables = keras_compat.overwrite_with_gradients(
            group.optimizer, grads, [v for _, v in others]
        )
        if scale is not None:
            grads = [unscaled(gradient, scale) for gradient in grads]
        return cls(group, list(grads), list(variables), by_rows, update_padding)

    @property
    def all_grads(self) -> list[Any]:
        """The gradients, those of tables too."""
        return [*self.grads, *(gradient.rows for _, gradient in self.by_rows)]

    def reserve(self) -> None:
        """Makes room for what this step keeps."""
        for variable, gradient in self.by_rows:
            self.group.pending[id(variable)].reserve(gradient)

    def run(self) -> None:
        """Adds the gradients up, and runs the optimizer if it is the last step."""
        count = keras_compat.count_of_steps(self.group.optimizer)
        place = ops.mod(count.value, self._steps)
        for variable, gradient in self.by_rows:
            self.group.pending[id(variable)].add(place, gradient)
        for accumulator, gradient in zip(self._accumulators, self.grads, strict=True):
            accumulator.assign(accumulator.value + gradient)
        is_last = ops.equal(place, self._steps - 1)
        state = self.group.state
        backend.when(is_last, self._update, state, otherwise=self._wait)
        count.assign_add(1)

    @property
    def _steps(self) -> int:
        steps: int = self.group.optimizer.gradient_accumulation_steps
        return steps

    @property
    def _accumulators(self) -> list[keras.Variable]:
        optimizer = self.group.optimizer
        return [keras_compat.accumulator_of(optimizer, v) for v in self.variables]

    def _update(self) -> None:
        steps = [
            RowStep(
                self.group.optimizer,
                variable,
                self.group.pending[id(variable)].take(gradient.ids is not None),
                self._steps,
                self.update_padding,
            )
            for variable, gradient in self.by_rows
        ]
        grads = [accumulator.value / self._steps for accumulator in self._accumulators]
        Update(self.group, grads, self.variables, steps).train()
        for accumulator in self._accumulators:
            accumulator.assign(ops.zeros_like(accumulator.value))

    def _wait(self) -> None:
        """Does what Keras does in a step that moves no variable."""
        average = self.group.average
        with average or nullcontext():
            if average is not None:
                average.update([])
            for variable in self.variables:
                if variable.constraint is not None:
                    variable.assign(variable.constraint(variable.value))
            if average is not None:
                average.finish_step()
