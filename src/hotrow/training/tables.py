"""Which variables are tables, and who trains them.

A table is a variable of shape `(rows, ...)` that a layer looks up by id. A layer says
so once, with `register`; an optimizer that trains tables row by row claims those among
its variables, with `claim`. Everything else asks here.
"""

import weakref
from typing import Any

import keras

from hotrow import backend, keras_calls, keras_internals


class Table:
    """What is known of one table.

    Attributes:
        padding_id: The id that stands for padding, or None.
        compute_dtype: Dtype in which the layer computes, such as "float16".
        row_axes: How many of the variable's first axes count its rows.
        whole_readers: Layers that read the variable whole, not by ids.
        regularizer: The variable's regularizer while an optimizer has the table: then
            the variable has none, so that Keras does not work through all its rows.
        decay: The `RowDecay` that the optimizer has the table under, or None.
    """

    def __init__(
        self, padding_id: int | None, compute_dtype: str, row_axes: int
    ) -> None:
        self.padding_id = padding_id
        self.compute_dtype = compute_dtype
        self.row_axes = row_axes
        self.whole_readers: weakref.WeakSet[keras.Layer] = weakref.WeakSet()
        self.regularizer: Any = None
        self.decay: Any = None
        self._trained_by: Any = None

    @property
    def trained_by(self) -> Any:
        """The optimizer that trains the table row by row, or None."""
        return None if self._trained_by is None else self._trained_by()


def register(
    variable: keras.Variable,
    padding_id: int | None = None,
    compute_dtype: str = "float32",
    row_axes: int = 1,
) -> None:
    """Declares `variable` a table, whose gradient `RowSparse` takes by rows.

    Args:
        variable: A variable of shape `(rows, ...)`, read with `layers.rows.look_up`.
        padding_id: The id that stands for padding, if one does: its row is not trained.
        compute_dtype: Dtype in which the layer computes.
        row_axes: How many of the variable's first axes count its rows.
    """
    variable.hotrow_table = Table(padding_id, compute_dtype, row_axes)
    # A model that Keras builds while it trains: the first step is being traced.
    model = keras_calls.running_model()
    if model is not None and trains_by_rows(getattr(model, "optimizer", None)):
        claim(variable, model.optimizer)


def find(variable: Any) -> Table | None:
    """Returns what is known of a table, or None for any other variable."""
    return getattr(variable, "hotrow_table", None)


def row_axes(variable: Any) -> int:
    """Returns how many of the variable's first axes count its rows."""
    table = find(variable)
    return 1 if table is None else table.row_axes


def get(variable: Any) -> Table:
    """Returns what is known of a table."""
    table = find(variable)
    if table is None:
        raise ValueError(f"{variable.path} is not registered as a table.")
    return table


def trained_by_rows(variable: Any) -> bool:
    """Whether a gradient of `variable` should come as rows."""
    table = find(variable)
    return table is not None and table.trained_by is not None


def trains_by_rows(optimizer: Any) -> bool:
    """Whether an optimizer claims tables."""
    return getattr(optimizer, "trains_by_rows", False)


def claim(variable: keras.Variable, optimizer: Any, decay: Any = None) -> None:
    """Lets `optimizer` train a table, in place of whoever did."""
    table = get(variable)
    if table._trained_by is None:
        table.regularizer, variable.regularizer = variable.regularizer, None
    elif table.decay is not decay:
        catch_up(variable)
    table.decay = decay
    table._trained_by = weakref.ref(optimizer, lambda _: release(variable))


def release(variable: keras.Variable) -> None:
    """Gives a table back to plain optimizers."""
    table = find(variable)
    if table is not None and table._trained_by is not None:
        catch_up(variable)
        table._trained_by = table.decay = None
        variable.regularizer, table.regularizer = table.regularizer, None


def catch_up(variable: keras.Variable) -> bool:
    """Brings a table up to now before it is read whole; False if it cannot be, here."""
    table = find(variable)
    if table is None or table.decay is None:
        return True
    if keras_internals.get_stateless_scope() is not None:
        return False
    caught_up: bool = table.decay.catch_up(variable)
    return caught_up


def whole(variable: keras.Variable) -> Any:
    """Returns a table as it is now: the variable, or in a compiled step a tensor."""
    return variable if catch_up(variable) else get(variable).decay.read(variable)


class _Owner(keras_calls.Subscriber):
    """Sees to it that the tables of a model that trains belong to its optimizer.

    Two models may share a table, or one be compiled with another optimizer than before.
    """

    def before(self, model: keras.Model, name: str) -> None:
        if name not in keras_calls.TRAINING_METHODS:
            for variable in model.weights:
                catch_up(variable)
            return
        optimizer: Any = getattr(model, "optimizer", None)
        by_rows = trains_by_rows(optimizer)
        backend.around_train_step(model, by_rows)
        if not model.built:
            return
        if by_rows and not optimizer.built:
            optimizer.build(model.trainable_variables)
        for variable in model.trainable_variables:
            table = find(variable)
            if table is None:
                continue
            if not by_rows:
                release(variable)
            elif table.trained_by is not optimizer:
                optimizer.claim(variable)
        if by_rows:
            _refuse_stale_readers(model)

    def after(self, model: keras.Model, name: str) -> None:
        if name == "fit":
            for variable in model.weights:
                catch_up(variable)


def _refuse_stale_readers(model: keras.Model) -> None:
    """Raises `ValueError` if a layer would read rows that have missed weight decay."""
    decaying = [
        (table, variable)
        for variable in model.trainable_variables
        if (table := find(variable)) is not None
        and table.decay is not None
        and table.whole_readers
    ]
    if not decaying:
        return
    layers = {id(layer) for layer in keras_internals.layers_in(model)}
    for table, variable in decaying:
        for reader in table.whole_readers:
            if id(reader) in layers:
                raise ValueError(
                    f"RowSparse cannot train {variable.path} of model '{model.name}' "
                    f"with weight decay: layer '{reader.name}' reads it whole, where "
                    "rows have missed the decay of steps that did not touch them. "
                    "Train the model that hotrow.fuse made of it, which reads rows "
                    "only; or use the inner optimizer alone."
                )


_owner = _Owner()


def watch_models() -> None:
    """Has the tables of a model follow its optimizer from now on."""
    keras_calls.subscribe(_owner)
