"""Moving averages of variables (`use_ema`), exact though a step works on few rows.

After a step, Keras has `average = m * average + (1 - m) * variable` for all variables,
with `m = 0` in the first step. A row that is not touched does not move, so that after
`n` steps

    average = row + m**n * (average_then - row)

which is worked out when the row is touched next, or when the averages are used. Under
weight decay a row moves in each step, by a factor `d`. Then

    average = r * row + m**n * (average_then - r_then * row_then)

where `r` is a number for the whole table with `r = m * r / d + (1 - m)` in each step,
as one sees by putting it into Keras's formula.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
from keras import ops

from hotrow import backend, keras_compat
from hotrow.optimizers.averages import Averages
from hotrow.tables import registry
from hotrow.tables.row_decay import RowDecay

# With a decay that is faster than the average, `r` grows, and differences of large
# numbers are small ones. Beyond this, all rows catch up and it starts again from 1.
LARGEST_RATIO = 8.0


class _State(NamedTuple):
    """State of one table; the last two only if it decays."""

    table: keras.Variable
    # The steps when a row caught up last; -1 before the first update.
    kept: keras.Variable
    ratio: keras.Variable | None
    kept_ratio: keras.Variable | None


class RowAverage:
    """The moving averages of the variables that one optimizer trains.

    As a context, it stands around a step, in which no one but the step reads averages.

    Args:
        optimizer: The optimizer, with `use_ema`, built.
        variables: Variables of the optimizer.
        decay: The weight decay of its tables, or None.
        add_variable: Makes a variable of the optimizer around it, as
            `keras.Optimizer.add_variable` does.
        update_padding: Whether the row of a padding id is trained.
    """

    def __init__(
        self,
        optimizer: keras.Optimizer,
        variables: list[keras.Variable],
        decay: RowDecay | None,
        add_variable: Callable[..., keras.Variable],
        update_padding: bool,
    ) -> None:
        self._optimizer = optimizer
        self._count = keras_compat.count_of_steps(optimizer)
        self._decay = decay
        self._update_padding = update_padding
        self._variables = variables
        self._states: dict[int, _State] = {}
        self._in_step = False
        averages = Averages(keras_compat.averages_of(optimizer))
        self._average = {
            id(variable): average
            for variable, average in zip(variables, averages, strict=True)
        }
        averages.catch_up = self.catch_up_all
        keras_compat.set_averages(optimizer, averages)
        self._steps = add_variable((), "zeros", "int32", name="average_steps")
        for table in variables:
            if registry.find(table) is not None:
                self._states[id(table)] = self._new_state(table, add_variable)

    def _new_state(
        self, table: keras.Variable, add_variable: Callable[..., keras.Variable]
    ) -> _State:
        name = f"{table.path.replace('/', '_')}_average"
        rows = table.shape[: registry.row_axes(table)]
        never = keras.initializers.Constant(-1)
        kept = add_variable(rows, never, "int32", name=f"{name}_kept")
        if self._decay is None or not self._decay.holds_for(table):
            return _State(table, kept, None, None)
        ratio = add_variable((), "ones", "float32", name=f"{name}_ratio")
        kept_ratio = add_variable(rows, "ones", "float32", name=f"{name}_kept_ratio")
        return _State(table, kept, ratio, kept_ratio)

    def momentum(self) -> Any:
        """Returns the momentum of this step: 0 in the first one."""
        not_first = ops.cast(ops.not_equal(self._optimizer.iterations, 0), "float32")
        return not_first * self._optimizer.ema_momentum

    def caught_up(
        self,
        variable: keras.Variable,
        ids: Any | None,
        average: Any,
        stored: Any,
        now: Any,
    ) -> Any:
        """Returns rows of the average as they are now, from those that are stored.

        Args:
            variable: The table.
            ids: Ids of the rows, or None for all.
            average: Rows of the average, as stored.
            stored: Rows of the table, as stored.
            now: Rows of the table as they are now.
        """
        state = self._states[id(variable)]
        axes = registry.row_axes(variable)
        kept = backend.take_rows(state.kept, ids, axes)
        steps = ops.convert_to_tensor(self._steps) - kept
        momentum = float(self._optimizer.ema_momentum)
        factor = ops.power(momentum, ops.cast(ops.maximum(steps, 0), "float32"))
        factor = _wide(ops.where(kept < 0, 0.0, factor), average)
        if state.ratio is None or state.kept_ratio is None:
            new = now + factor * (average - now)
        else:
            then = backend.take_rows(state.kept_ratio, ids, axes)
            ratio = ops.ones_like(then) * state.ratio
            padding_id = registry.get(variable).padding_id
            if padding_id is not None and not self._update_padding:
                if ids is None:
                    ids = ops.arange(average.shape[0], dtype="int32")
                # It does not decay.
                is_padding = ops.equal(ids, padding_id)
                then, ratio = (ops.where(is_padding, 1.0, x) for x in (then, ratio))
            then, ratio = _wide(then, average), _wide(ratio, average)
            new = ratio * now + factor * (average - then * stored)
        # So that what has caught up stays as it is, to the last bit.
        return ops.where(_wide(ops.equal(steps, 0), average), average, new)

    def start_step(self, variable: keras.Variable, rate: Any | None) -> None:
        """Takes in this step for a table that decays by `rate`, or not in this one."""
        state = self._states[id(variable)]
        if state.ratio is not None:
            momentum = self.momentum()
            kept = 1.0 if rate is None else 1 - rate
            state.ratio.assign(momentum * state.ratio / kept + (1 - momentum))

    def mix(self, average: Any, value: Any) -> Any:
        """Returns an average after this step, from that before it."""
        momentum = ops.cast(self.momentum(), value.dtype)
        return momentum * average + (1 - momentum) * value

    def update(self, steps: list[keras.Variable]) -> None:
        """Takes in the variables that are no tables, before their constraints.

        Args:
            steps: The tables that this step trains.
        """
        for variable in self._variables:
            average = self._average[id(variable)]
            if id(variable) in self._states:
                if not any(variable is table for table in steps):
                    self.start_step(variable, None)
            elif average is not None:
                average.assign(self.mix(average.value, variable.value))
        not_first = ops.not_equal(self._optimizer.iterations, 0)
        self._steps.assign(self._steps + ops.cast(not_first, "int32"))

    def mark(self, variable: keras.Variable, put: Callable, touched: Any) -> None:
        """Notes that the rows that `put` writes have caught up with this step."""
        state = self._states[id(variable)]
        ones = ops.ones_like(touched)
        put(state.kept, ops.cast(ones, "int32") * ops.convert_to_tensor(self._steps))
        if state.kept_ratio is not None:
            put(state.kept_ratio, ops.cast(ones, "float32") * state.ratio)

    def finish_step(self) -> None:
        """Overwrites variables where the optimizer says so, and keeps numbers small."""
        every = self._optimizer.ema_overwrite_frequency
        if every:
            due = ops.equal((self._optimizer.iterations + 1) % every, 0)
            backend.when(due, self._overwrite, self._used())
        for state in self._states.values():
            if state.ratio is not None:
                large = ops.convert_to_tensor(state.ratio) > LARGEST_RATIO
                reads = [state.table, self._steps, self._count]
                reads += self._decay_variables()
                own = [v for v in state[1:] if v is not None]
                backend.when(
                    large,
                    functools.partial(self._start_ratio_anew, state),
                    [self._average[id(state.table)], *own],
                    reads,
                )

    def _used(self) -> list[keras.Variable]:
        """Returns the variables that are read or set where all rows catch up."""
        averages = [a for a in self._average.values() if a is not None]
        own = [v for s in self._states.values() for v in s[1:] if v is not None]
        decay = self._decay_variables()
        return [*self._variables, *averages, self._steps, self._count, *own, *decay]

    def _decay_variables(self) -> list[keras.Variable]:
        return [] if self._decay is None else self._decay.variables

    def _start_ratio_anew(self, state: _State) -> None:
        """Has the averages of a table catch up, and `r` be 1; the table stays."""
        if self._decay is None or state.kept_ratio is None:
            return
        variable, average = state.table, self._average[id(state.table)]
        axes = registry.row_axes(variable)
        stored = backend.take_rows(variable, None, axes)
        now = self._decay.caught_up(variable, None, stored)
        rows = backend.take_rows(average, None, axes)
        rows = self.caught_up(variable, None, rows, stored, now)
        average.assign(ops.reshape(rows, average.shape))
        self._restart(state)
        # What `r` is multiplied by is the row now, which is not what is stored.
        missed = self._decay.missed(variable, None)
        state.kept_ratio.assign(ops.reshape(missed, state.kept_ratio.shape))

    def _overwrite(self) -> None:
        self._catch_up_rows()
        for variable in self._variables:
            average = self._average[id(variable)]
            if average is not None:
                variable.assign(average.value)
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable.value))

    def _catch_up_rows(self) -> None:
        for state in self._states.values():
            variable, average = state.table, self._average[id(state.table)]
            axes = registry.row_axes(variable)
            stored = now = backend.take_rows(variable, None, axes)
            if self._decay is not None and self._decay.holds_for(variable):
                now = self._decay.caught_up(variable, None, stored)
                self._decay.write_all(variable, now)
            rows = backend.take_rows(average, None, axes)
            rows = self.caught_up(variable, None, rows, stored, now)
            average.assign(ops.reshape(rows, average.shape))
            self._restart(state)

    def _restart(self, state: _State) -> None:
        # Until the first update, each step starts the averages from the rows anew.
        count = self._count + int(self._in_step)
        has_updated = count >= (self._optimizer.gradient_accumulation_steps or 1)
        steps = ops.where(has_updated, ops.convert_to_tensor(self._steps), -1)
        state.kept.assign(ops.zeros_like(state.kept.value) + steps)
        for ratio in (state.ratio, state.kept_ratio):
            if ratio is not None:
                ratio.assign(ops.ones_like(ratio.value))

    def __enter__(self) -> None:
        self._in_step = True

    def __exit__(self, *_: Any) -> None:
        self._in_step = False

    def catch_up_all(self) -> None:
        """Brings every row of every average up to now, outside of a step."""
        if not self._in_step and self._has_begun():
            self._catch_up_rows()

    def pairs(self) -> list[tuple[keras.Variable, keras.Variable]]:
        """Returns each variable that is averaged, and its average."""
        every = [(v, self._average[id(v)]) for v in self._variables]
        return [(v, average) for v, average in every if average is not None]

    def set_variables(self) -> None:
        """Sets variables to their averages, which have caught up."""
        for variable, average in self.pairs():
            # A copy: JAX donates both to the next step, and a buffer only once.
            variable.assign(ops.copy(average.value))

    def restart(self) -> None:
        """Takes the averages as they are stored for up to date: they were loaded."""
        if self._has_begun():
            for state in self._states.values():
                self._restart(state)

    def _has_begun(self) -> bool:
        """Returns whether there was a step; False inside a compiled function, too."""
        if keras_compat.get_stateless_scope() is not None:
            return False
        steps = backend.peek(ops.convert_to_tensor(self._count))
        return steps is not None and int(steps) > 0


def _wide(per_row: Any, like: Any) -> Any:
    """Gives numbers, one a row, as many axes and the dtype that the rows have."""
    shape = (-1, *(1 for _ in like.shape[1:]))
    per_row = ops.reshape(per_row, shape)
    is_mask = keras.backend.standardize_dtype(per_row.dtype) == "bool"
    return per_row if is_mask else ops.cast(per_row, like.dtype)
