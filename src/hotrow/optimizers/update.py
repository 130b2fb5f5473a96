"""One training step of the variables of one optimizer: tables by rows, others whole."""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any, NamedTuple

import keras
from keras import ops

from hotrow import backend, keras_compat
from hotrow.optimizers.group import Group
from hotrow.optimizers.row_gradient import RowGradient, unscaled
from hotrow.optimizers.row_step import RowStep
from hotrow.tables import registry


class Update(NamedTuple):
    """The gradients of one step for the variables of one optimizer.

    Attributes:
        group: The optimizer and its variables.
        grads: Gradients of the variables that are no tables.
        variables: These variables.
        steps: The tables.
    """

    group: Group
    grads: list[Any]
    variables: list[keras.Variable]
    steps: list[RowStep]

    @classmethod
    def of(
        cls,
        group: Group,
        pairs: list[tuple[Any, keras.Variable]],
        scale: Any | None,
        update_padding: bool,
    ) -> "Update":
        """Takes gradients and variables as the backend gave them.

        Args:
            group: The optimizer and its variables.
            pairs: Gradients and variables.
            scale: Factor of the loss, or None.
            update_padding: Whether the row of a padding id is trained.
        """
        optimizer = group.optimizer
        steps = [
            RowStep(
                optimizer,
                variable,
                RowGradient.of(variable, gradient),
                scale,
                update_padding,
            )
            for gradient, variable in pairs
            if registry.find(variable) is not None
        ]
        others = [pair for pair in pairs if registry.find(pair[1]) is None]
        grads, variables = keras_compat.overwrite_with_gradients(
            optimizer, [gradient for gradient, _ in others], [v for _, v in others]
        )
        if scale is not None:
            grads = [unscaled(gradient, scale) for gradient in grads]
        return cls(group, list(grads), list(variables), steps)

    @property
    def all_grads(self) -> list[Any]:
        """The gradients, those of tables too."""
        return [*self.grads, *(step.gradient for step in self.steps)]

    def run(self) -> None:
        """Runs the optimizer, with everything that Keras does around its rule."""
        self.train()
        keras_compat.count_of_steps(self.group.optimizer).assign_add(1)

    def reserve(self) -> None:
        """Nothing to do: the gradients are used at once."""

    def train(self) -> None:
        """Does what `run` does, but does not count the step."""
        with self.group.average or nullcontext():
            self._train()

    def _train(self) -> None:
        optimizer = self.group.optimizer
        for step in self.steps:
            step.read()
        stand_ins = [(step.variable, step.view, step.slot_views) for step in self.steps]
        scalars = keras_compat.rule_scalars(optimizer)
        before = [ops.copy(scalar.value) for scalar in scalars]
        for place, (multiplier, whole, by_rows) in enumerate(self._parts()):
            for scalar, value in zip(scalars, before, strict=True):
                # Which the rule changes once a step, not once a part.
                if place:
                    scalar.assign(value)
            with (
                keras_compat.learning_rate_times(optimizer, multiplier),
                keras_compat.standing_in(optimizer, stand_ins),
            ):
                self._run_part(whole, by_rows)
        average = self.group.average
        if average is not None:
            average.update([step.variable for step in self.steps])
        for variable in self.variables:
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable))
        for step in self.steps:
            step.write()
        if average is not None:
            average.finish_step()

    def _parts(self) -> Iterator[tuple[float, list[Any], list[Any]]]:
        """Yields clipped gradients with variables and with steps, by learning rate."""
        clipped = keras_compat.clip_gradients(self.group.optimizer, self.all_grads)
        count = len(self.grads)
        whole = list(zip(clipped[:count], self.variables, strict=True))
        by_rows = list(zip(clipped[count:], self.steps, strict=True))
        multiplier_of = self.group.multiplier_of
        trained = [*self.variables, *(step.variable for step in self.steps)]
        for multiplier in dict.fromkeys(map(multiplier_of, trained)):
            yield (
                multiplier,
                [pair for pair in whole if multiplier_of(pair[1]) == multiplier],
                [
                    pair
                    for pair in by_rows
                    if multiplier_of(pair[1].variable) == multiplier
                ],
            )

    def _run_part(
        self,
        whole: list[tuple[Any, keras.Variable]],
        by_rows: list[tuple[Any, RowStep]],
    ) -> None:
        grads, variables = [g for g, _ in whole], [v for _, v in whole]
        keras_compat.decay_weights(self.group.optimizer, variables)
        for _, step in by_rows:
            step.decay_weights()
        views = [(gradient, step.view) for gradient, step in by_rows]
        backend.update(self.group.optimizer, grads, variables, views)
