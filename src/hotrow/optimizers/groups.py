"""The optimizers of one `RowSparse`, and which variable each of them trains."""

import numbers
from collections.abc import Callable
from typing import Any

import keras

from hotrow import keras_compat
from hotrow.optimizers.checks import check_optimizer, check_rule
from hotrow.optimizers.group import Group
from hotrow.optimizers.pending_gradient import PendingGradient
from hotrow.optimizers.per_layer import PerLayer
from hotrow.tables import registry


class Groups:
    """Assigns each variable to one of several optimizers, and to a learning rate.

    `per_layer` decides first. What it leaves goes to `others` if it is no table, and to
    the inner optimizer if it is one, or if there are no `others`.

    Args:
        inner: The optimizer of tables, or a `keras.optimizers.MultiOptimizer`.
        others: The optimizer of variables that are no tables, or None.
        per_layer: Argument of `PerLayer`.
    """

    def __init__(self, inner: Any, others: Any, per_layer: Any) -> None:
        self.inner = inner
        self.others = others
        self.per_layer = PerLayer(per_layer)
        self._is_multi = keras_compat.is_multi(inner)
        for optimizer in self.optimizers:
            check_optimizer(optimizer)
        if not self._is_multi:
            check_rule(inner)
        self._groups: dict[int, Group] = {}
        self._of: dict[int, Group] = {}
        # What takes the place of variables that Keras would have made, and where.
        self._left_out: list[tuple[keras.Optimizer, int, PendingGradient]] = []
        # The learning rates of the optimizers, as multiples of that of the first.
        self._ratios: dict[int, float] = {}
        self._note_ratios()

    @property
    def optimizers(self) -> list[keras.Optimizer]:
        """Every optimizer once, that of tables first."""
        first = self.inner.optimizers if self._is_multi else [self.inner]
        more = [] if self.others is None else [self.others]
        every = [*first, *more, *self.per_layer.optimizers]
        return list({id(optimizer): optimizer for optimizer in every}.values())

    @property
    def all(self) -> list[Group]:
        """The groups that have variables."""
        return list(self._groups.values())

    @property
    def first(self) -> keras.Optimizer:
        """The first optimizer that trains something, once variables are assigned."""
        return self.all[0].optimizer if self.all else self.optimizers[0]

    def of(self, variable: keras.Variable) -> Group:
        """Returns the group of a variable."""
        return self._of[id(variable)]

    def has(self, variable: keras.Variable) -> bool:
        """Returns whether the optimizers were built on a variable."""
        return id(variable) in self._of

    def split(
        self, grads: list[Any], variables: list[keras.Variable]
    ) -> list[tuple[Group, list[tuple[Any, keras.Variable]]]]:
        """Returns for each group its gradients and variables."""
        pairs: dict[int, list[tuple[Any, keras.Variable]]] = {}
        for gradient, variable in zip(grads, variables, strict=True):
            group = self.of(variable)
            pairs.setdefault(id(group), []).append((gradient, variable))
        return [(g, pairs[id(g)]) for g in self.all if id(g) in pairs]

    @property
    def loss_scale_factor(self) -> Any:
        """A fixed number by which the loss is multiplied, or None."""
        factors = {optimizer.loss_scale_factor for optimizer in self.optimizers}
        if len(factors) > 1:
            raise ValueError(
                "The optimizers of RowSparse share one loss, and so one "
                f"loss_scale_factor. Received: {', '.join(map(str, factors))}. Give "
                "all of them the same."
            )
        return factors.pop()

    @loss_scale_factor.setter
    def loss_scale_factor(self, value: Any) -> None:
        for optimizer in self.optimizers:
            optimizer.loss_scale_factor = value

    def build(
        self,
        variables: list[keras.Variable],
        add_variable: Callable[..., keras.Variable],
        update_padding: bool,
        is_dense: bool,
    ) -> None:
        """Assigns the variables, and creates the slots.

        Args:
            variables: The variables.
            add_variable: Makes a variable of the optimizer around.
            update_padding: Whether the row of a padding id is trained.
            is_dense: Whether gradients of tables will come dense.
        """
        self.per_layer.bind(variables)
        values = [self.per_layer.value_of(variable) for variable in variables]
        bases = [
            self._base(variable, value)
            for variable, value in zip(variables, values, strict=True)
        ]
        with keras_compat.without_accumulators(_is_table) as left_out:
            if self._is_multi:
                pairs = zip(variables, bases, strict=True)
                self.inner.build([v for v, base in pairs if base is self.inner])
            self._assign(variables, values, bases)
            for group in self.all:
                group.build(add_variable, update_padding)
        for optimizer, variable, place in left_out:
            pending = PendingGradient(optimizer, variable, is_dense)
            self.of(variable).pending[id(variable)] = pending
            self._left_out.append((optimizer, place, pending))

    def _assign(
        self, variables: list[keras.Variable], values: list[Any], bases: list[Any]
    ) -> None:
        for variable, value, base in zip(variables, values, bases, strict=True):
            optimizer = base
            if base is self.inner and self._is_multi:
                optimizer = keras_compat.optimizer_of(base, variable)
            group = self._groups.setdefault(id(optimizer), Group(optimizer))
            group.variables.append(variable)
            if isinstance(value, float):
                group.multipliers[id(variable)] = value
            self._of[id(variable)] = group

    def _base(self, variable: keras.Variable, value: Any) -> keras.Optimizer:
        if isinstance(value, keras.Optimizer):
            return value
        is_table = registry.find(variable) is not None
        return self.inner if is_table or self.others is None else self.others

    @property
    def variables(self) -> list[keras.Variable]:
        """The variables of the optimizers."""
        own = keras_compat.own_variables(self.inner) if self._is_multi else []
        return [*own, *(v for o in self.optimizers for v in o.variables)]

    @property
    def saved_variables(self) -> list[Any]:
        """The variables as Keras's optimizers have them, for files.

        Where they add up the gradient of a table, it is a `PendingGradient`.
        """
        found: list[Any] = (
            keras_compat.own_variables(self.inner) if self._is_multi else []
        )
        for optimizer in self.optimizers:
            own: list[Any] = list(optimizer.variables)
            for one, place, pending in self._left_out:
                if one is optimizer:
                    own.insert(place, pending)
            found.extend(own)
        return found

    def set_learning_rate(self, value: Any) -> None:
        """Sets the learning rate of the inner optimizer, and those of the others by it.

        Those that are numbers keep their proportions, as when a scheduler of PyTorch
        changes the rates of several groups.
        """
        if isinstance(value, numbers.Real):
            self._note_ratios()
        self.inner.learning_rate = value
        if isinstance(value, numbers.Real):
            for optimizer in self.optimizers[1:]:
                if id(optimizer) in self._ratios:
                    optimizer.learning_rate = self._ratios[id(optimizer)] * float(value)

    def _note_ratios(self) -> None:
        first = keras_compat.fixed_learning_rate(self.inner)
        for optimizer in self.optimizers[1:]:
            rate = keras_compat.fixed_learning_rate(optimizer)
            # A rate of 0 has no proportions: those from before it hold.
            if rate is not None and first:
                self._ratios[id(optimizer)] = rate / first


def _is_table(variable: keras.Variable) -> bool:
    return registry.find(variable) is not None
