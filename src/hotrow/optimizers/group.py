"""The variables that one optimizer trains."""

from collections.abc import Callable
from typing import Any

import keras

from hotrow import keras_compat
from hotrow.optimizers.checks import check_rule
from hotrow.optimizers.pending_gradient import PendingGradient
from hotrow.optimizers.row_average import RowAverage
from hotrow.tables import registry
from hotrow.tables.row_decay import RowDecay


class Group:
    """An optimizer, the variables that it trains, and what is kept of their tables.

    Args:
        optimizer: The optimizer whose rule it is.

    Attributes:
        variables: The variables, tables among them.
        multipliers: Factor of the learning rate for a variable, by `id` of
            the variable; 1 for any other.
        decay: The weight decay of the tables, or None.
        average: The moving averages, or None without `use_ema`.
        pending: Gradients of the tables that wait for an update, by `id` of the table,
            with `gradient_accumulation_steps`.
    """

    def __init__(self, optimizer: keras.Optimizer) -> None:
        self.optimizer = optimizer
        self.variables: list[keras.Variable] = []
        self.multipliers: dict[int, float] = {}
        self.decay: RowDecay | None = None
        self.average: RowAverage | None = None
        self.pending: dict[int, PendingGradient] = {}
        self._kept: list[keras.Variable] = []

    @property
    def accumulates(self) -> bool:
        """Returns whether the optimizer adds up gradients over several steps."""
        return bool(self.optimizer.gradient_accumulation_steps)

    @property
    def pending_variables(self) -> list[keras.Variable]:
        """The variables of the gradients that wait."""
        return [v for pending in self.pending.values() for v in pending.variables]

    @property
    def state(self) -> list[keras.Variable]:
        """The variables that a step reads or sets."""
        slots = self.optimizer.variables
        return [*self.variables, *slots, *self._kept, *self.pending_variables]

    @property
    def tables(self) -> list[keras.Variable]:
        """The tables among the variables."""
        return [v for v in self.variables if registry.find(v) is not None]

    def multiplier_of(self, variable: keras.Variable) -> float:
        """Returns what the learning rate is multiplied by for a variable."""
        return self.multipliers.get(id(variable), 1.0)

    def build(
        self, add_variable: Callable[..., keras.Variable], update_padding: bool
    ) -> None:
        """Creates the slots, and what is kept of the tables."""

        def add(*args: Any, **kwargs: Any) -> keras.Variable:
            self._kept.append(add_variable(*args, **kwargs))
            return self._kept[-1]

        if self.tables:
            check_rule(self.optimizer)
        self.optimizer.build(self.variables)
        decaying = [
            (v, None if update_padding else registry.get(v).padding_id)
            for v in self.tables
            if keras_compat.decays_weight(self.optimizer, v)
        ]
        if decaying:
            self.decay = RowDecay(self.optimizer, add, decaying)
        if self.optimizer.use_ema:
            self.average = RowAverage(
                self.optimizer, self.variables, self.decay, add, update_padding
            )

    def decay_of(self, variable: keras.Variable) -> RowDecay | None:
        """Returns the weight decay that a table is under, or None."""
        decays = self.decay is not None and self.decay.holds_for(variable)
        return self.decay if decays else None

    def catch_up(self) -> None:
        """Brings all rows of the tables, and of their averages, up to now."""
        if self.average is not None:
            self.average.catch_up_all()
        if self.decay is not None:
            self.decay.catch_up_all()

    def restart(self) -> None:
        """Takes all rows as they are stored for up to date: they were loaded."""
        if self.average is not None:
            self.average.restart()
        if self.decay is not None:
            self.decay.restart()
