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
from typing import Any

import keras
from keras import ops

from hotrow import backend, keras_calls, keras_internals


class RowDecay:
    """The weight decay of the tables that one optimizer trains.

    Args:
        inner: The optimizer, which knows the learning rate and the weight decay.
        add_variable: Makes a variable of the optimizer around it, as
            `keras.Optimizer.add_variable` does.
        padding_ids: For each table that decays, the id whose row stays as it is, or
            None.
    """

    def __init__(
        self,
        inner: keras.Optimizer,
        add_variable: Callable[..., keras.Variable],
        padding_ids: list[tuple[keras.Variable, int | None]],
    ) -> None:
        self._inner = inner
        # A sum of many small numbers, and what rounding took from it.
        self.sum = add_variable((), "zeros", "float32", name="decay_sum")
        self.rest = add_variable((), "zeros", "float32", name="decay_rest")
        self._tables = [table for table, _ in padding_ids]
        self._padding_ids = {id(table): padding for table, padding in padding_ids}
        self._kept = {
            id(table): add_variable(
                table.shape[:1],
                "zeros",
                "float32",
                name=f"{table.path.replace('/', '_')}_decay",
            )
            for table, _ in padding_ids
        }
        # What the variables are inside a compiled step that maps them to tensors.
        self._mapping: list[tuple[keras.Variable, Any]] | None = None

    @property
    def slots(self) -> list[keras.Variable]:
        """The variables that are as long as tables."""
        return list(self._kept.values())

    def holds_for(self, variable: keras.Variable) -> bool:
        """Whether a table decays."""
        return id(variable) in self._kept

    def _rate(self) -> Any:
        rate = ops.cast(self._inner.learning_rate, "float32") * self._inner.weight_decay
        return ops.minimum(rate, 1 - 1e-6)

    def advance(self) -> None:
        """Takes in this step, in a sum as by Kahan, 1965, doi:10.1145/363707.363723."""
        term = ops.log1p(-self._rate()) - self.rest
        total = self.sum + term
        self.rest.assign((total - self.sum) - term)
        self.sum.assign(total)

    def of_this_step(self, rows: Any) -> Any:
        """Returns rows after the decay of this step."""
        return rows - rows * ops.cast(self._rate(), rows.dtype)

    def caught_up(self, variable: keras.Variable, ids: Any | None, rows: Any) -> Any:
        """Returns rows as they are now, from rows as they are stored."""
        kept = backend.take_rows(self._kept[id(variable)], ids)
        factor = ops.exp((self.sum - kept) - self.rest)
        padding_id = self._padding_ids[id(variable)]
        if padding_id is not None:
            if ids is None:
                ids = ops.arange(variable.shape[0], dtype="int32")
            factor = ops.where(ops.equal(ids, padding_id), 1.0, factor)
        factor = ops.cast(factor, rows.dtype)
        return rows * ops.reshape(factor, (-1, *(1 for _ in rows.shape[1:])))

    def mark(self, variable: keras.Variable, put: Callable, touched: Any) -> None:
        """Notes that the rows that `put` writes have caught up with the sum."""
        now = self.sum - self.rest
        put(self._kept[id(variable)], ops.cast(ops.ones_like(touched), now.dtype) * now)

    def read(self, variable: keras.Variable, ids: Any = None, rows: Any = None) -> Any:
        """Returns rows that a layer looked up, or the whole table, as they are now.

        The gradient is that of the rows as they are now, too.
        """
        rows = variable.value if rows is None else rows
        scope = keras_internals.get_stateless_scope()
        if scope is None or scope.get_current_value(self.sum) is not None:
            return self._now(variable, ids, rows)
        if self._mapping is not None:
            with keras.StatelessScope(state_mapping=self._mapping):
                return self._now(variable, ids, rows)
        if keras_internals.in_symbolic_scope() or keras_calls.running_model():
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
        flat = ops.reshape(rows, (-1, *variable.shape[1:]))
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

    def catch_up(self) -> None:
        """Brings every row up to now, for whoever reads the variables themselves."""
        now = self.sum - self.rest
        for variable in self._tables:
            kept = self._kept[id(variable)]
            if backend.peek(ops.any(ops.not_equal(kept.value, now))):
                variable.assign(self.caught_up(variable, None, variable.value))
                kept.assign(ops.zeros_like(kept.value) + now)
