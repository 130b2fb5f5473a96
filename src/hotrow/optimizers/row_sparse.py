"""The optimizer that trains tables row by row."""

import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import keras
from keras import ops

from hotrow import backend, keras_compat
from hotrow.optimizers.checks import check_table
from hotrow.optimizers.groups import Groups
from hotrow.optimizers.loss_scale import LossScale
from hotrow.optimizers.micro_step import MicroStep
from hotrow.optimizers.outer_optimizer import OuterOptimizer
from hotrow.optimizers.swapped_averages import watch_callback
from hotrow.optimizers.update import Update
from hotrow.tables import registry


@keras.saving.register_keras_serializable(package="hotrow")
class RowSparse(OuterOptimizer):
    """Runs a Keras optimizer on the rows of tables that a batch touches, and no others.

    A table is the variable of a `hotrow.Embedding` (with LoRA, its factor A), or a
    kernel that a model from `hotrow.fuse` looks up. For it, a step reads, updates and
    writes the rows that the batch touches, and their rows of the optimizer's slots: the
    cost depends on the batch and not on the table. All other variables are updated as
    the inner optimizer would alone.

    What it computes, where `g` is the gradient of a table, ids that occur several times
    summed up:

    - A row is touched if its part of `g` is not all zeros. Rows that a step does not
      touch do not move, and neither do their slots ("lazy" updates, as in
      `torch.optim.SparseAdam`). The plain optimizer moves them: Adam by its momentum.
      With SGD without momentum, with Adagrad and with `RowWiseAdagrad` there is no
      difference; nor with any optimizer if every step touches every row.
    - Weight decay is exact nevertheless. A row catches up with the decay that it missed
      when it is read or touched next.
    - `use_ema` gives the moving averages of rows as they are, those that no step
      touched too: a row's average catches up as `average = row + m ** n * (average -
      row)`, after `n` steps, when the row is touched next or the averages are used.
    - `gradient_accumulation_steps` of `k` keeps the rows of `k` batches, and updates
      with their mean in the last of these steps, as the plain optimizer does with the
      mean of the gradients.
    - `clipnorm`, `clipvalue` and `global_clipnorm` give what they give for the dense
      gradient.
    - `embeddings_regularizer` adds its gradient once to each row that is touched, and
      nothing to the loss that is reported; `embeddings_constraint` holds for rows that
      are touched.
    - The row of id 0 of a layer with `mask_zero=True` gets no update and no decay, as
      with `padding_idx` of PyTorch, unless `update_padding=True`.
    - Where a table is used whole as well (as an output layer tied to it), its gradient
      is dense and so is the work; rows with a gradient of zeros are not touched then,
      either.

    In `fit`, `train_on_batch` and a `train_step` of your own there is nothing to do. In
    a training loop of your own, build the optimizer on the variables of the model
    before the first step, and take the gradient of `optimizer.scale_loss(loss)`:
    without the latter the result is the same, but on PyTorch a step costs what the
    table costs.

    Example:

    >>> model = keras.Sequential([hotrow.Embedding(1000, 8), keras.layers.Dense(1)])
    >>> model.compile(hotrow.RowSparse(keras.optimizers.Adam(1e-3)), "mse")
    >>> loss = model.train_on_batch(np.array([[3, 5, 3]]), np.ones((1, 3, 1)))

    Args:
        inner_optimizer: Instance of `keras.optimizers.SGD`, `RMSprop`, `Adam`, `AdamW`,
            `Adagrad`, `Adadelta`, `Adamax`, `Nadam`, `Ftrl`, `Lion` or
            `hotrow.RowWiseAdagrad`, or of a subclass; or the name of one of Keras. In a
            `keras.optimizers.LossScaleOptimizer` it brings that one's scale along. A
            `keras.optimizers.MultiOptimizer` says for each variable which of these.
        others: Optimizer of the variables that are no tables: any optimizer of Keras.
            Defaults to `None`, the inner optimizer.
        per_layer: Other learning rates or optimizers for some variables: a dictionary
            or a list of pairs, of which the first that fits counts. The key is the
            name of a layer or a variable, a regular expression of a whole path, a
            layer, a function of a variable, or a list of these. The value is an
            optimizer, or a number that multiplies the learning rate. Defaults to
            `None`.
        update_padding: Whether to train the row of the padding id of layers with
            `mask_zero=True`. Defaults to `False`.
        loss_scaling: Whether to scale the loss against underflow of float16, as
            `keras.optimizers.LossScaleOptimizer` does: a step with a gradient that is
            not finite changes nothing but the scale. By default it does if a layer with
            a table, or the global dtype policy, computes in float16, unless an
            optimizer around this one scales the loss.
        initial_scale: Float, the first scale. Defaults to `2.0 ** 15`.
        dynamic_growth_steps: Integer: after so many finite steps the scale is doubled.
            Defaults to `2000`.
        name: Name of the optimizer.

    Raises:
        ValueError: If an optimizer is none of the above or has been built; if
            `per_layer` is not as above; and when it is built, if the constraint or the
            regularizer of a table is not one row by row.
    """

    trains_by_rows = True

    def __init__(
        self,
        inner_optimizer: Any,
        *,
        others: Any = None,
        per_layer: Any = None,
        update_padding: bool = False,
        loss_scaling: bool | None = None,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
    ) -> None:
        fault = backend.fault_of_distribution(by_rows=True)
        if fault is not None:
            raise ValueError(f"RowSparse cannot train here: {fault}.")
        inner = keras.optimizers.get(inner_optimizer)
        if type(inner) is keras.optimizers.LossScaleOptimizer:
            loss_scaling = True
            initial_scale = inner.initial_scale
            dynamic_growth_steps = inner.dynamic_growth_steps
            inner = inner.inner_optimizer
        super().__init__(
            Groups(inner, keras.optimizers.get(others), per_layer),
            LossScale(loss_scaling, initial_scale, dynamic_growth_steps),
            name,
        )
        self.update_padding = update_padding
        registry.watch_models()
        watch_callback()

    def build(self, var_list: list[keras.Variable]) -> None:
        """Creates the slots, and takes the tables among the variables."""
        if self.built:
            return
        variables = list(var_list)
        found = [v for v in variables if registry.find(v) is not None]
        # Keras builds it on nothing before it loads a model from HDF5.
        if variables and not found and not registry.are_all_frozen():
            warnings.warn(
                f"RowSparse found no table among {len(variables)} variables, so it "
                "does what its inner optimizer would do alone. A layer with a table is "
                "hotrow.Embedding, or one that hotrow.fuse put after a one-hot; "
                "keras.layers.Embedding is none, and the table of a layer that is "
                "frozen or quantized is not trained.",
                stacklevel=2,
            )
        for variable in found:
            check_table(variable)
        self._loss_scale.build(self.add_variable, found)
        self._groups.build(
            variables, self.add_variable, self.update_padding, self._loss_scale.outside
        )
        super().build(variables)
        for variable in found:
            self.claim(variable)

    def claim(self, variable: keras.Variable) -> None:
        """Takes a table from the optimizer that trained it before."""
        group = self._groups.of(variable)
        registry.claim(variable, self, group.decay_of(variable), group.average)

    def trains(self, variable: keras.Variable) -> bool:
        """Returns whether this optimizer was built on a variable."""
        return self._groups.has(variable)

    @contextmanager
    def reading(
        self, optimizer_variables: list, around: keras.Optimizer | None = None
    ) -> Iterator[None]:
        """Has tables be read as weight decay has left them by now, on JAX.

        Keras's `fit` does this by itself. A training loop of your own on JAX, with
        weight decay, runs its forward pass in this context.

        Args:
            optimizer_variables: The values that go to `stateless_apply`.
            around: The optimizer whose variables these are, if one runs this one.
        """
        variables = (self if around is None else around).variables
        mapping = list(zip(variables, optimizer_variables, strict=True))
        with ExitStack() as stack:
            for group in self._groups.all:
                if group.decay is not None:
                    stack.enter_context(group.decay.mapped_to(mapping))
            yield

    def catch_up(self) -> None:
        """Applies the weight decay that rows have missed since a batch touched them.

        With `use_ema`, their moving averages catch up, too.

        `fit` does this at its end, and saving, `evaluate` and `predict` do it first.
        Call it before you read the variable of a table yourself.
        """
        for group in self._groups.all:
            group.catch_up()

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """Updates the variables, tables by rows.

        Args:
            grads: The gradients, one for each variable.
            trainable_variables: The variables. By default, those that the optimizer was
                built on.
        """
        grads = list(grads)
        if not grads:
            return
        # Before it was built, `scale_loss` knew no scale of its own.
        scale = self._scale()
        if trainable_variables is None:
            variables = keras_compat.built_on(self)
        else:
            variables = list(trainable_variables)
            self.build(variables)
        grads, variables = keras_compat.with_gradient(self, grads, variables)
        updates = [
            (MicroStep if group.accumulates else Update).of(
                group, pairs, scale, self.update_padding
            )
            for group, pairs in self._groups.split(grads, variables)
        ]
        for update in updates:
            update.reserve()

        def run() -> None:
            for update in updates:
                update.run()

        if self.dynamic_scale is None:
            run()
            return
        every = [gradient for update in updates for gradient in update.all_grads]
        finite = ops.all(ops.stack([ops.all(ops.isfinite(g)) for g in every]))
        backend.when(finite, run, [*keras_compat.built_on(self), *self.variables])
        self._loss_scale.adjust(finite)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the optimizer."""
        serialize = keras.saving.serialize_keras_object
        return {
            "name": self.name,
            "inner_optimizer": serialize(self.inner_optimizer),
            "others": None if self.others is None else serialize(self.others),
            "per_layer": self._groups.per_layer.get_config(),
            "update_padding": self.update_padding,
            "loss_scaling": self._loss_scale.wanted,
            "initial_scale": self._loss_scale.initial,
            "dynamic_growth_steps": self._loss_scale.growth_steps,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Returns an optimizer from what `get_config` gave."""
        config = dict(config)
        for name in ("inner_optimizer", "others"):
            if config.get(name) is not None:
                config[name] = keras.saving.deserialize_keras_object(
                    config[name], custom_objects=custom_objects
                )
        return cls(**config)
