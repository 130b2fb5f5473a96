"""The contract of a backend: one protocol for each file in the folder of a backend.

`checked.py` has mypy check every backend against it. A tensor is one of the backend,
and has the type `Any`, as Keras and the backends have no types. The rows of a variable
lie along its first axis, or along its first `row_axes`, counted as one: `count` is the
number of rows, and `row shape` the shape of one.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import keras
import numpy as np

from hotrow.backend.bad_id_error import BadIdError, BadIdErrorType


class BadIdState(Protocol):
    """Record of the first bad id that compiled code met."""

    def note(self, ids: Any, valid: Any, watched: bool, error: BadIdError) -> Any:
        """Records the first id that is not valid, from inside compiled code.

        Args:
            ids: Integer or float tensor of any shape, as the layer received it.
            valid: Boolean tensor of the same shape.
            watched: True within a Keras call that looks at the record when it ends.
                Otherwise the code itself raises, where the backend can.
            error: The error to raise.

        Returns:
            `valid`, to be used in place of it, so that the check is run.
        """

    def take(self) -> int | float | None:
        """Returns the bad id that was recorded, or None, and clears the record."""


class BadIds(Protocol):
    """`bad_ids.py`: errors for bad ids out of compiled code."""

    def new_bad_id_state(self, name: str, error_type: BadIdErrorType) -> BadIdState:
        """Returns a new record.

        Args:
            name: Name of its variable, if it has one.
            error_type: Class of the errors that are passed to `note`.
        """


class Lookup(Protocol):
    """`lookup.py`: reading rows, and gradients that are made of rows."""

    def map_values(self, fn: Callable, x: Any) -> Any:
        """Applies `fn` to a tensor: to the values of a ragged or sparse one."""

    def lookup_rows(
        self,
        variable: keras.Variable,
        ids: Any,
        valid: Any | None,
        by_rows: bool,
        row_axes: int = 1,
    ) -> Any:
        """Returns rows of a variable.

        Args:
            variable: Variable with `count` rows.
            ids: Tensor of int32 or int64 of any shape, from 0 to `count - 1` where
                `valid`.
            valid: Boolean tensor of the shape of `ids`. Other rows are zeros and have
                no gradient. None if all are.
            by_rows: If True, `row_parts` finds the gradient's ids and rows.
            row_axes: Number of axes of the variable along which its rows lie.

        Returns:
            Tensor of the shape of `ids` and then the row shape.
        """

    def watch_backward(self, loss: Any) -> Any:
        """Returns `loss`, whose backward pass counts as that of a training step."""

    def row_parts(self, gradient: Any) -> list[tuple[Any, Any]] | None:
        """Returns pairs of ids `(n,)` and rows `(n, *row shape)` that add up to it.

        None for a gradient that is not made of rows.
        """

    def to_dense(self, gradient: Any, shape: tuple[int, ...]) -> Any:
        """Returns a gradient of any kind as a dense tensor of `shape`."""

    def one_hot(self, ids: Any, depth: int, dtype: str) -> Any:
        """Returns one-hot vectors `(*ids.shape, depth)`; zeros where an id is -1."""

    def unpack_int4(self, packed: Any) -> Any:
        """Returns both int4 numbers of each int8, side by side on the last axis."""

    def dequantize(self, codes: Any, scale: Any, zero: Any | None) -> Any:
        """Returns `(codes - zero) * scale`, or `codes / scale` if `zero` is None."""

    def add_product(self, rows: Any, a: Any, b: Any, scale: float) -> Any:
        """Returns `rows + scale * (a @ b)`.

        Args:
            rows: Tensor `(..., width)`.
            a: Tensor `(..., rank)`.
            b: Tensor `(rank, width)`.
            scale: Factor of the product.
        """


class PendingRows(Protocol):
    """Gradients of one table that wait for an update (gradient accumulation)."""

    @property
    def variables(self) -> list[keras.Variable]:
        """The state that a stateless step takes and returns."""

    def reserve(self, ids: Any | None, rows: Any) -> None:
        """Makes room for a gradient of this size, outside of `when`."""

    def add(self, place: Any, ids: Any | None, rows: Any) -> None:
        """Keeps the gradient of the step `place`.

        Args:
            place: Index of the step among those of one update, an integer tensor.
            ids: Tensor `(n,)`, or None for a dense gradient.
            rows: Tensor `(n, *row shape)`, or `(count, *row shape)`.
        """

    def take(self, by_rows: bool) -> tuple[Any | None, Any]:
        """Returns all ids and rows, or None and a dense gradient.

        Args:
            by_rows: True if all gradients were added with ids.
        """

    def clear(self) -> None:
        """Drops all gradients."""

    def numpy(self) -> np.ndarray:
        """Returns the sum as one array `(count, *row shape)`."""

    def load(self, dense: np.ndarray, place: int) -> None:
        """Takes the sum of a file back, as that of the steps before `place`."""


class NewPendingRows(Protocol):
    """The class of `PendingRows`."""

    def __call__(
        self, steps: int, shape: tuple[int, ...], dtype: str, name: str, is_dense: bool
    ) -> PendingRows:
        """Returns a place for gradients.

        Args:
            steps: Number of steps to an update.
            shape: Shape of the table with its rows along the first axis.
            dtype: Dtype of the gradients.
            name: Prefix of the names of its variables.
            is_dense: True if the gradients are dense.
        """


class Pending(Protocol):
    """`pending.py`: gradient accumulation by rows."""

    @property
    def PendingRows(self) -> NewPendingRows:
        """The class."""


class Tracing(Protocol):
    """`tracing.py`: state of tracing and of a training loop.

    Attributes:
        SURVIVES_RAISE: True if a layer may raise inside a training loop of Keras and
            the model keeps its weights.
        PARALLEL_METHODS: Methods of one model that several threads may run at once.
    """

    SURVIVES_RAISE: bool
    PARALLEL_METHODS: frozenset[str]

    def peek(self, x: Any) -> np.ndarray | None:
        """Returns the values of a tensor, or None while they cannot be known."""

    def to_default_device(self, x: Any) -> Any:
        """Returns a tensor on the device on which Keras computes."""

    def fault_of_distribution(self, by_rows: bool) -> str | None:
        """Returns why the distribution in use cannot hold tables, or train by rows."""

    def widest_int(self) -> str:
        """Returns the dtype of the widest integers: "int64", or "int32"."""

    def around_train_step(
        self, model: keras.Model, by_rows: Callable[[Any], list[Any]] | None
    ) -> None:
        """Has the training steps of a model run within its optimizers' `reading`.

        Args:
            model: A compiled model.
            by_rows: Function from an optimizer to those in it that train by rows, or
                None to restore the model's own step.
        """

    def outside_step(self) -> AbstractContextManager:
        """Returns a context outside of what is being compiled."""

    def sync(self, model: keras.Model) -> None:
        """Writes the state of a model that `fit` trains back to its variables."""


class Training(Protocol):
    """`training.py`: updating rows of variables."""

    def distinct(self, ids: Any, rows: Any, count: int) -> tuple[Any, Any]:
        """Adds up rows of equal ids.

        Args:
            ids: Integer tensor `(n,)`, from 0 to `count`; `count` stands for no row.
            rows: Tensor `(n, *row shape)`.
            count: Number of rows of the table.

        Returns:
            Each id once, and its sum: `(m,)` and `(m, *row shape)`. Where shapes are
            fixed `m` is `n`, and places without an id have `count`.
        """

    def is_touched(self, rows: Any) -> Any:
        """Returns a boolean tensor `(n,)`: True for rows that are not all zeros."""

    def take_rows(
        self, variable: keras.Variable, ids: Any | None, row_axes: int
    ) -> Any:
        """Returns a copy of rows, `(n, *row shape)`; of all with `ids=None`."""

    def put_rows(
        self,
        variable: keras.Variable,
        ids: Any | None,
        rows: Any,
        where: Any,
        row_axes: int,
    ) -> None:
        """Writes rows in place.

        Args:
            variable: Variable with `count` rows.
            ids: Distinct ids `(n,)`, or None for all rows.
            rows: Tensor `(n, *row shape)`.
            where: Boolean tensor `(n,)`: rows to write; others stay as they are.
            row_axes: Number of axes of the variable along which its rows lie.
        """

    def update(
        self,
        optimizer: keras.Optimizer,
        grads: list,
        variables: list,
        views: list,
    ) -> None:
        """Runs the update rule of an optimizer.

        Args:
            optimizer: A built optimizer.
            grads: Gradients of `variables`.
            variables: Variables that are updated whole.
            views: Pairs of a gradient and a `RowView`, updated by rows.
        """

    def gradient(self, fn: Callable, x: Any) -> Any:
        """Returns the gradient of a scalar function of one tensor."""

    def when(
        self,
        condition: Any,
        fn: Callable,
        variables: list[keras.Variable],
        reads: Sequence[keras.Variable] = (),
        otherwise: Callable | None = None,
    ) -> None:
        """Calls `fn` if a condition holds that may be known only when a step runs.

        Args:
            condition: Boolean scalar tensor.
            fn: Function without arguments, which assigns to `variables`.
            variables: All variables that `fn` and `otherwise` assign to.
            reads: Variables that they read beside these.
            otherwise: Function to call if the condition does not hold.
        """

    def make_leaf(self, variable: keras.Variable) -> None:
        """Makes a variable one that gradients reach, whatever device it was made on."""

    def making_variables(self) -> AbstractContextManager:
        """Returns a context in which new variables are ones that gradients reach."""
