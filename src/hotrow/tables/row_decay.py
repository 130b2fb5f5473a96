"""Weight decay of tables that is exact though a step works on few of their rows.

Weight decay multiplies every row by `1 - learning_rate * weight_decay` in every step,
whatever the batch holds. Here a row that is not touched stays as it is stored, and with
it is kept the sum of the logarithms of these factors up to the step that touched it
last. The row is now what is stored, times the exponential of the sum so far less the
sum kept. So it catches up, with any schedule of the learning rate, whenever it is read
or touched next. (The sum stands for the product of the factors, which would underflow.)
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import keras
from keras import ops

from hotrow import backend, keras_compat
from hotrow.keras_compat import model_calls
from hotrow.tables import registry


class _State(NamedTuple):
    """State of one table: the sum of decays, its rounding error, and its past."""

    table: keras.Variable
    padding_id: int | None
    sum: keras.Variable
    rest: keras.Variable
    kept: keras.Variable

    def now(self) -> Any:
        return self.sum - self.rest


class RowDecay:
    """The weight decay of the tables that one optimizer trains.

    Args:
        inner: The optimizer, which knows the learning rate and the weight decay.
        add_variable: Makes a variable of the optimizer around it, as
            `keras.Optimizer.add_variable` does.
        padding_ids: Id whose row stays as it is, for each table that decays, or
            None.
    """

    def __init__(
        self,
        inner: keras.Optimizer,
        add_variable: Callable[..., keras.Variable],
        padding_ids: list[tuple[keras.Variable, int | None]],
    ) -> None:
        self._inner = inner
        self._states: dict[int, _State] = {}
        for table, padding_id in padding_ids:
            name = f"{table.path.replace('/', '_')}_decay"
            self._states[id(table)] = _State(
                table,
                padding_id,
                add_variable((), "zeros", "float32", name=f"{name}_sum"),
                add_variable((), "zeros", "float32", name=f"{name}_rest"),
                add_variable(
                    table.shape[: registry.row_axes(table)],
                    "zeros",
                    "float32",
                    name=f"{name}_kept",
                ),
            )
        # What the variables are inside a compiled step that maps them to tensors.
        self._mapping: list[tuple[keras.Variable, Any]] | None = None

    def holds_for(self, variable: keras.Variable) -> bool:
        """Returns whether a table decays."""
        return id(variable) in self._states

    def rate(self) -> Any:
        """Returns the share of each row that this step takes away."""
        rate = ops.cast(self._inner.learning_rate, "float32") * self._inner.weight_decay
        return ops.minimum(rate, 1 - 1e-6)

    def advance(self, variable: keras.Variable) -> None:
        """Takes in this step, in a sum as by Kahan, 1965, doi:10.1145/363707.363723."""
        state = self._states[id(variable)]
        term = ops.log1p(-self.rate()) - state.rest
        total = state.sum + term
        state.rest.assign((total - state.sum) - term)
        state.sum.assign(total)

    def of_this_step(self, rows: Any) -> Any:
        """Returns rows after the decay of this step."""
        return rows - rows * ops.cast(self.rate(), rows.dtype)

    def caught_up(self, variable: keras.Variable, ids: Any | None, rows: Any) -> Any:
        """Returns rows as they are now, from rows as they are stored."""
        factor = ops.cast(self.missed(variable, ids), rows.dtype)
        return rows * ops.reshape(factor, (-1, *(1 for _ in rows.shape[1:])))

    def missed(self, variable: keras.Variable, ids: Any | None) -> Any:
        """Returns for each row the product of the decay that it has missed."""
        state = self._states[id(variable)]
        kept = backend.take_rows(state.kept, ids, registry.row_axes(variable))
        factor = ops.exp((state.sum - kept) - state.rest)
        if state.padding_id is not None:
            if ids is None:
                ids = ops.arange(kept.shape[0], dtype="int32")
            factor = ops.where(ops.equal(ids, state.padding_id), 1.0, factor)
        return factor

    def mark(self, variable: keras.Variable, put: Callable, touched: Any) -> None:
        """Notes that the rows that `put` writes have caught up with the sum."""
        state = self._states[id(variable)]
        put(state.kept, ops.cast(ops.ones_like(touched), "float32") * state.now())

    def read(self, variable: keras.Variable, ids: Any = None, rows: Any = None) -> Any:
        """Returns rows that a layer looked up, or the whole table, as they are now.

        The gradient is that of the rows as they are now, too.
        """
        rows = variable.value if rows is None else rows
        scope = keras_compat.get_stateless_scope()
        known = self._states[id(variable)].sum
        if scope is None or scope.get_current_value(known) is not None:
            return self._now(variable, ids, rows)
        if self._mapping is not None:
            with keras.StatelessScope(state_mapping=self._mapping):
                return self._now(variable, ids, rows)
        if keras_compat.in_symbolic_scope() or model_calls.is_only_reading():
            # Only shapes matter; or it is one of Keras's calls that do not train,
            # before which every row has caught up.
            return rows
        raise ValueError(
            f"{variable.path}, which RowSparse trains with weight decay, is read in a "
            "stateless function, where its rows cannot catch up with the decay that "
            "they missed. Run the forward pass `with "
            "optimizer.reading(optimizer_variables):`, with the same values that go to "
            "`stateless_apply`."
        )

    def _now(self, variable: keras.Variable, ids: Any | None, rows: Any) -> Any:
        width = variable.shape[registry.row_axes(variable) :]
        flat = ops.reshape(rows, (-1, *width))
        if ids is not None:
            ids = ops.maximum(ops.reshape(ids, (-1,)), 0)
        now = ops.reshape(self.caught_up(variable, ids, flat), ops.shape(rows))
        return ops.stop_gradient(now - rows) + rows

    @contextmanager
    def mapped_to(self, mapping: list[tuple[keras.Variable, Any]]) -> Iterator[None]:
        """Within, a compiled step reads these tensors for the variables."""
        before, self._mapping = self._mapping, mapping
        try:
            yield
        finally:
            self._mapping = before

    def catch_up(self, variable: keras.Variable) -> bool:
        """Brings every row of a table up to now; False inside a compiled function."""
        state = self._states[id(variable)]
        now = backend.peek(ops.convert_to_tensor(state.now()))
        if now is None:
            return False
        # At 0 no row has missed anything.
        if float(now) != 0:
            axes = registry.row_axes(variable)
            rows = backend.take_rows(variable, None, axes)
            rows = self.caught_up(variable, None, rows)
            self.write_all(variable, rows)
        return True

    def write_all(self, variable: keras.Variable, rows: Any) -> None:
        """Writes all rows of a table, which have caught up."""
        variable.assign(ops.reshape(rows, variable.shape))
        self._restart(self._states[id(variable)])

    @property
    def variables(self) -> list[keras.Variable]:
        """State of all tables."""
        return [v for s in self._states.values() for v in (s.sum, s.rest, s.kept)]

    def _restart(self, state: _State) -> None:
        # The sums count from now on, so that a file need not hold them.
        for variable in (state.sum, state.rest, state.kept):
            variable.assign(ops.zeros_like(variable.value))

    def catch_up_all(self) -> None:
        """Brings every row of every table up to now."""
        for state in self._states.values():
            self.catch_up(state.table)

    def restart(self) -> None:
        """Takes the rows as they are stored for up to date: they were loaded."""
        for state in self._states.values():
            self._restart(state)
