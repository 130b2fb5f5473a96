"""Registry of tables: variables that are read by id, and their optimizers.

A table is a variable of shape `(rows, ...)` that a layer looks up by id. A layer says
so once, with `register`; an optimizer that trains tables row by row claims those among
its variables, with `claim`. Everything else asks here.
"""

import weakref
from typing import Any

import keras

from hotrow import backend, keras_compat
from hotrow.keras_compat import model_calls, patches
from hotrow.tables import changed_variables


class TableSpec:
    """Properties of a variable that is a table.

    Attributes:
        padding_id: The id that stands for padding, or None.
        compute_dtype: Dtype in which the layer computes, such as "float16".
        row_axes: Number of the variable's first axes that count its rows.
        whole_readers: Layers that read the variable whole, not by ids.
        regularizer: The variable's regularizer while an optimizer has the table: then
            the variable has none, so that Keras does not work through all its rows.
        decay: The `RowDecay` that the optimizer has the table under, or None.
        average: The `RowAverage` of the optimizer that has the table, or None.
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
        self.average: Any = None
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
        variable: A variable of shape `(rows, ...)`, read with
            `read_rows.lookup_rows`.
        padding_id: The id that stands for padding, if one does: its row is not trained.
        compute_dtype: Dtype in which the layer computes.
        row_axes: Number of the variable's first axes that count its rows.
    """
    backend.make_leaf(variable)
    variable.hotrow_table = TableSpec(padding_id, compute_dtype, row_axes)
    # Also where no `RowSparse` is made: one may have trained the file that is loaded.
    watch_models()
    # A model that Keras builds while it trains: the first step is being traced.
    model = model_calls.running_model()
    optimizer = getattr(model, "optimizer", None)
    if trains_by_rows(optimizer):
        claim(variable, optimizer)


def find(variable: Any) -> TableSpec | None:
    """Returns what is known of a table, or None for any other variable."""
    return getattr(variable, "hotrow_table", None)


def row_axes(variable: Any) -> int:
    """Returns how many of the variable's first axes count its rows."""
    table = find(variable)
    return 1 if table is None else table.row_axes


def get(variable: Any) -> TableSpec:
    """Returns what is known of a table."""
    table = find(variable)
    if table is None:
        raise ValueError(f"{variable.path} is not registered as a table.")
    return table


def trained_by_rows(variable: Any) -> bool:
    """Returns whether a gradient of `variable` should come as rows."""
    table = find(variable)
    return table is not None and table.trained_by is not None


def trains_by_rows(optimizer: Any) -> bool:
    """Returns whether an optimizer claims tables."""
    return getattr(optimizer, "trains_by_rows", False)


def by_rows_in(optimizer: Any) -> list[Any]:
    """Returns the optimizers that claim tables: this one, or those that it runs."""
    if optimizer is None or trains_by_rows(optimizer):
        return [] if optimizer is None else [optimizer]
    inner = getattr(optimizer, "inner_optimizer", None)
    runs = [] if inner is None else [inner]
    runs += getattr(optimizer, "optimizers", [])
    return [found for one in runs for found in by_rows_in(one)]


def are_all_frozen() -> bool:
    """Returns whether the model that runs in this thread trains none of its tables."""
    model = model_calls.running_model()
    if model is None:
        return False
    variables = [variable for variable in model.weights if find(variable) is not None]
    return bool(variables) and not any(v.trainable for v in variables)


def claim(
    variable: keras.Variable, optimizer: Any, decay: Any = None, average: Any = None
) -> None:
    """Lets `optimizer` train a table, in place of whoever did."""
    table = get(variable)
    if table._trained_by is None:
        table.regularizer, variable.regularizer = variable.regularizer, None
    elif table.decay is not decay or table.average is not average:
        catch_up(variable)
    table.decay, table.average = decay, average
    table._trained_by = weakref.ref(optimizer, lambda _: release(variable))
    patches.at_uninstall(variable, release)


def release(variable: keras.Variable) -> None:
    """Gives a table back to plain optimizers."""
    table = find(variable)
    if table is not None and table._trained_by is not None:
        catch_up(variable)
        table._trained_by = table.decay = table.average = None
        variable.regularizer, table.regularizer = table.regularizer, None


def catch_up(variable: keras.Variable) -> bool:
    """Brings a table up to now before it is read whole; False if it cannot be, here."""
    table = find(variable)
    if table is None or (table.decay is None and table.average is None):
        return True
    if keras_compat.get_stateless_scope() is not None:
        return table.decay is None
    if table.average is not None:
        # First, since it follows what the row was.
        table.average.catch_up_all()
    if table.decay is None:
        return True
    caught_up: bool = table.decay.catch_up(variable)
    return caught_up


def whole(variable: keras.Variable) -> Any:
    """Returns a table as it is now: the variable, or in a compiled step a tensor."""
    table = find(variable)
    if table is None or table.decay is None or catch_up(variable):
        return variable
    return table.decay.read(variable)


class _Owner(model_calls.Subscriber):
    """Sees to it that the tables of a model that trains belong to its optimizer.

    Two models may share a table, or one be compiled with another optimizer than before.
    """

    def compiling(self, model: keras.Model, arguments: dict[str, Any]) -> None:
        if trains_by_rows(arguments.get("optimizer")):
            # It scales the loss itself.
            arguments["auto_scale_loss"] = False

    def before(self, model: keras.Model, name: str) -> None:
        if name not in model_calls.TRAINING_METHODS:
            if name == "load_weights":
                _build_optimizer(model)
            for variable in model.weights:
                catch_up(variable)
            return
        optimizer: Any = getattr(model, "optimizer", None)
        if any(find(variable) is not None for variable in model.variables):
            changed_variables.refuse(model, optimizer)
        # A `MultiOptimizer` may make its optimizers only when it is built.
        may_be_by_rows = bool(by_rows_in(optimizer)) or keras_compat.is_multi(optimizer)
        if may_be_by_rows and patches.at_uninstall(model, _restore_train_step):
            # A step that was compiled after `uninstall` takes no rows.
            model.train_function = None
        backend.around_train_step(model, by_rows_in if may_be_by_rows else None)
        if not model.built:
            return
        if may_be_by_rows and not optimizer.built:
            optimizer.build(model.trainable_variables)
        by_rows = by_rows_in(optimizer)
        for variable in model.trainable_variables:
            table = find(variable)
            if table is None:
                continue
            owners = [owner for owner in by_rows if owner.trains(variable)]
            if not owners:
                release(variable)
            elif table.trained_by is not owners[0]:
                owners[0].claim(variable)
        if by_rows:
            _refuse_stale_readers(model)

    def after(self, model: keras.Model, name: str) -> None:
        if name == "fit":
            for variable in model.weights:
                catch_up(variable)


def _restore_train_step(model: keras.Model) -> None:
    # A step that was compiled before takes rows.
    model.train_function = None
    backend.around_train_step(model, None)


def _build_optimizer(model: keras.Model) -> None:
    """Makes the slots of a model with tables, so that a file can fill them.

    Keras makes them in the first step, and skips those of a file until then.
    """
    optimizer: Any = getattr(model, "optimizer", None)
    if optimizer is None or optimizer.built or not model.built:
        return
    trained = model.trainable_variables
    if any(find(variable) is not None for variable in trained):
        optimizer.build(trained)


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
    layers = {id(layer) for layer in keras_compat.layers_in(model)}
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
    model_calls.subscribe(_owner)
