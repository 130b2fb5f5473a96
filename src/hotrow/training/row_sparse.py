"""The optimizer that trains tables row by row."""

import warnings
from contextlib import nullcontext
from typing import Any

import keras
from keras import ops

from hotrow import backend, keras_internals
from hotrow.training import tables
from hotrow.training.checks import check_optimizer, check_table
from hotrow.training.row_decay import RowDecay
from hotrow.training.row_step import RowStep, unscaled
from hotrow.training.update import update, update_if_finite


@keras.saving.register_keras_serializable(package="hotrow")
class RowSparse(keras.optimizers.LossScaleOptimizer):
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
            `keras.optimizers.LossScaleOptimizer` it brings that one's scale along.
        update_padding: Whether to train the row of the padding id of layers with
            `mask_zero=True`. Defaults to `False`.
        loss_scaling: Whether to scale the loss against underflow of float16, as
            `keras.optimizers.LossScaleOptimizer` does: a step with a gradient that is
            not finite changes nothing but the scale. By default it does if a layer with
            a table, or the global dtype policy, computes in float16.
        initial_scale: Float, the first scale. Defaults to `2.0 ** 15`.
        dynamic_growth_steps: Integer: after so many finite steps the scale is doubled.
            Defaults to `2000`.
        name: Name of the optimizer.

    Raises:
        ValueError: If the inner optimizer is none of the above or has been built, or
            has `use_ema` or `gradient_accumulation_steps`; and when it is built, if the
            constraint or the regularizer of a table is not one row by row.
    """

    trains_by_rows = True

    def __init__(
        self,
        inner_optimizer: Any,
        *,
        update_padding: bool = False,
        loss_scaling: bool | None = None,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
    ) -> None:
        inner = keras.optimizers.get(inner_optimizer)
        if type(inner) is keras.optimizers.LossScaleOptimizer:
            loss_scaling = True
            initial_scale = inner.initial_scale
            dynamic_growth_steps = inner.dynamic_growth_steps
            inner = inner.inner_optimizer
        check_optimizer(inner)
        fixed_scale = inner.loss_scale_factor
        super().__init__(inner, initial_scale, dynamic_growth_steps, name=name)
        # Which took it away, as it scales by itself.
        inner.loss_scale_factor = fixed_scale
        tables.watch_models()
        self.update_padding = update_padding
        self.loss_scaling = loss_scaling

    def build(self, var_list: list[keras.Variable]) -> None:
        """Creates the slots, and takes the tables among the variables."""
        if self.built:
            return
        variables = list(var_list)
        found = [v for v in variables if tables.find(v) is not None]
        if not found:
            warnings.warn(
                f"RowSparse found no table among {len(variables)} variables, so it "
                "does what its inner optimizer would do alone. A layer with a table is "
                "hotrow.Embedding, or one that hotrow.fuse put after a one-hot; "
                "keras.layers.Embedding is none.",
                stacklevel=2,
            )
        for variable in found:
            check_table(variable)
        self.inner_optimizer.build(variables)
        self.step_counter: Any = None
        self.dynamic_scale: Any = None
        if self._scales_loss(found):
            self.step_counter = self.add_variable(
                (), "zeros", "int", name="step_counter"
            )
            self.dynamic_scale = self.add_variable(
                (),
                keras.initializers.Constant(self.initial_scale),
                "float32",
                name="dynamic_scale",
            )
        self._table_slots = {
            id(slot)
            for variable in found
            for slot in keras_internals.slots_of(
                self.inner_optimizer, variable
            ).values()
        }
        self._decay = self._new_decay(found)
        keras.Optimizer.build(self, variables)
        for variable in found:
            self.claim(variable)

    def claim(self, variable: keras.Variable) -> None:
        """Takes a table from the optimizer that trained it before."""
        decays = self._decay is not None and self._decay.holds_for(variable)
        tables.claim(variable, self, self._decay if decays else None)

    def _new_decay(self, found: list[keras.Variable]) -> RowDecay | None:
        inner = self.inner_optimizer
        padding_ids = [
            (
                variable,
                None if self.update_padding else tables.get(variable).padding_id,
            )
            for variable in found
            if keras_internals.decays_weight(inner, variable)
        ]
        return RowDecay(inner, self.add_variable, padding_ids) if padding_ids else None

    def reading(self, optimizer_variables: list) -> Any:
        """Has tables be read as weight decay has left them by now, on JAX.

        Keras's `fit` does this by itself. A training loop of your own on JAX, with
        weight decay, runs its forward pass in this context.

        Args:
            optimizer_variables: The values that go to `stateless_apply`.

        Returns:
            A context manager.
        """
        if not self.built or self._decay is None:
            return nullcontext()
        mapping = list(zip(self.variables, optimizer_variables, strict=True))
        return self._decay.mapped_to(mapping)

    def catch_up(self) -> None:
        """Applies the weight decay that rows have missed since a batch touched them.

        `fit` does this at its end, and saving, `evaluate` and `predict` do it first.
        Call it before you read the variable of a table yourself.
        """
        if self.built and self._decay is not None:
            self._decay.catch_up_all()

    def _scales_loss(self, found: list[keras.Variable]) -> bool:
        if self.loss_scaling is not None:
            return self.loss_scaling
        dtypes = {tables.get(variable).compute_dtype for variable in found}
        dtypes.add(keras.config.dtype_policy().compute_dtype)
        return "float16" in dtypes

    def scale_loss(self, loss: Any) -> Any:
        """Returns the loss to take the gradient of, in a training step."""
        scale = self._scale()
        if scale is not None:
            loss = ops.multiply(loss, scale)
        return backend.watch_backward(loss)

    def _scale(self) -> Any | None:
        scale = self.inner_optimizer.loss_scale_factor
        if self.built and self.dynamic_scale is not None:
            scale = self.dynamic_scale * (1 if scale is None else scale)
        return scale

    def stateless_apply(
        self, optimizer_variables: list, grads: list, trainable_variables: list
    ) -> tuple[list, list]:
        """Returns the values of the variables and of the optimizer's after a step."""
        return keras.Optimizer.stateless_apply(
            self, optimizer_variables, grads, trainable_variables
        )

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """Updates the variables, tables by rows.

        Args:
            grads: The gradients, one for each variable.
            trainable_variables: The variables. By default, those that the optimizer was
                built on.
        """
        inner, grads = self.inner_optimizer, list(grads)
        if not grads:
            return
        # Before it was built, `scale_loss` knew no scale of its own.
        scale = self._scale()
        if trainable_variables is None:
            variables = keras_internals.built_on(self)
        else:
            variables = list(trainable_variables)
            self.build(variables)
        grads, variables = keras_internals.with_gradient(inner, grads, variables)
        steps = [
            RowStep(inner, variable, gradient, scale, self.update_padding)
            for gradient, variable in zip(grads, variables, strict=True)
            if tables.find(variable) is not None
        ]
        others = [
            (gradient, variable)
            for gradient, variable in zip(grads, variables, strict=True)
            if tables.find(variable) is None
        ]
        grads, variables = keras_internals.overwrite_with_gradients(
            inner, [gradient for gradient, _ in others], [v for _, v in others]
        )
        if scale is not None:
            grads = [unscaled(gradient, scale) for gradient in grads]
        if self.dynamic_scale is None:
            update(inner, grads, variables, steps)
            return
        state = [v for v in inner.variables if id(v) not in self._table_slots]
        if self._decay is not None:
            state += self._decay.scalars
        self._adjust_scale(update_if_finite(inner, grads, variables, steps, state))

    def _adjust_scale(self, finite: Any) -> None:
        """Halves the scale after a bad step, doubles it after many good ones."""
        grown = ops.equal(self.step_counter, self.dynamic_growth_steps - 1)
        factor = ops.where(finite, ops.where(grown, 2.0, 1.0), 0.5)
        self.dynamic_scale.assign(self.dynamic_scale * factor)
        goes_on = ops.logical_and(finite, ops.logical_not(grown))
        self.step_counter.assign(ops.where(goes_on, self.step_counter + 1, 0))

    def save_own_variables(self, store: Any) -> None:
        """Saves what is not the inner optimizer's, which saves itself."""
        self.catch_up()
        for place, variable in enumerate(keras_internals.own_variables(self)):
            store[str(place)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Loads what `save_own_variables` saved."""
        own = keras_internals.own_variables(self)
        if len(store.keys()) != len(own):
            warnings.warn(
                f"The file holds {len(store.keys())} variables for the optimizer "
                f"'{self.name}', which has {len(own)}: none of them is loaded. To go "
                "on with training where it stopped, load the model with "
                "keras.models.load_model, or build the optimizer as it was first.",
                stacklevel=2,
            )
            return
        for place, variable in enumerate(own):
            variable.assign(store[str(place)])
        if self.built and self._decay is not None:
            self._decay.forget()

    def exclude_from_weight_decay(
        self, var_list: Any = None, var_names: Any = None
    ) -> None:
        """Leaves variables out of weight decay, as `keras.Optimizer` does."""
        self.inner_optimizer.exclude_from_weight_decay(var_list, var_names)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the optimizer."""
        return {
            **super().get_config(),
            "update_padding": self.update_padding,
            "loss_scaling": self.loss_scaling,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Returns an optimizer from what `get_config` gave."""
        # A copy, since Keras takes things out of it.
        return super().from_config(dict(config), custom_objects)
