"""An optimizer that runs other optimizers, to Keras's callbacks, files and loops."""

from typing import Any

import keras
from keras import ops

from hotrow import backend, keras_compat
from hotrow.optimizers import slot_files
from hotrow.optimizers.groups import Groups
from hotrow.optimizers.loss_scale import LossScale


class OuterOptimizer(keras.Optimizer):
    """Shows the state of the optimizers that it runs as its own.

    Args:
        groups: The optimizers.
        loss_scale: The scale of the loss, which is the same for all of them.
        name: Name of the optimizer.
    """

    def __init__(self, groups: Groups, loss_scale: LossScale, name: str | None) -> None:
        # Keras wants a rate; it is never used.
        super().__init__(learning_rate=0.0, name=name)
        self._groups = groups
        self._loss_scale = loss_scale

    @property
    def inner_optimizer(self) -> Any:
        """The optimizer of tables."""
        return self._groups.inner

    @property
    def others(self) -> Any:
        """The optimizer of variables that are no tables, or None."""
        return self._groups.others

    @property
    def optimizers(self) -> list[keras.Optimizer]:
        """The optimizers, if there are several, as `MultiOptimizer` has them."""
        several = self._groups.optimizers
        if len(several) == 1:
            # Keras's callbacks look for it.
            raise AttributeError(
                f"{self.name} runs one optimizer: it is its `inner_optimizer`."
            )
        return several

    @property
    def learning_rate(self) -> Any:
        """The learning rate of the inner optimizer.

        Setting it to a number sets those of the other optimizers in proportion.
        """
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self._groups.set_learning_rate(value)

    @property
    def iterations(self) -> Any:
        """Number of steps so far."""
        return self._groups.first.iterations

    @property
    def variables(self) -> list[keras.Variable]:
        """The variables of this optimizer and of those that it runs."""
        own = keras_compat.own_variables(self)
        pending = [v for group in self._groups.all for v in group.pending_variables]
        return [*own, *self._groups.variables, *pending]

    def set_weights(self, weights: list[Any]) -> None:
        """Sets the variables from arrays, in the order of `variables`."""
        for variable, weight in zip(self.variables, weights, strict=True):
            variable.assign(weight)

    @property
    def loss_scale_factor(self) -> Any:
        """A fixed number by which the loss is multiplied, or None."""
        return self._groups.loss_scale_factor

    @loss_scale_factor.setter
    def loss_scale_factor(self, value: Any) -> None:
        # Keras's constructor sets it too, before there is anything to set.
        if "_groups" in vars(self):
            self._groups.loss_scale_factor = value

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "loss_scale_factor" and "_loss_scale" in vars(self):
            # By an optimizer around this one, which scales the loss. Not in the setter:
            # TensorFlow does not call it for a value that is set already.
            self._loss_scale.outside = True
        super().__setattr__(name, value)

    @property
    def dynamic_scale(self) -> Any:
        """The scale of the loss that is adjusted in training, or None."""
        return self._loss_scale.scale

    @property
    def step_counter(self) -> Any:
        """Number of finite steps since `dynamic_scale` changed, or None."""
        return self._loss_scale.counter

    def scale_loss(self, loss: Any) -> Any:
        """Returns the loss to take the gradient of, in a training step."""
        scale = self._scale()
        if scale is not None:
            loss = ops.multiply(loss, scale)
        return backend.watch_backward(loss)

    def _scale(self) -> Any | None:
        fixed, dynamic = self.loss_scale_factor, self.dynamic_scale
        if dynamic is None:
            return fixed
        return dynamic * (1 if fixed is None else fixed)

    def save_own_variables(self, store: Any) -> None:
        """Saves the state of training, in the order in which plain optimizers do."""
        self.catch_up()
        slot_files.save(store, self._scaling, self._groups.saved_variables)

    def load_own_variables(self, store: Any) -> None:
        """Loads what `save_own_variables` saved, or what the plain optimizer did."""
        slot_files.load(
            store,
            self._scaling,
            self._groups.saved_variables,
            self.name,
            is_new=self._is_new(),
        )
        for group in self._groups.all:
            group.restart()

    def _is_new(self) -> bool:
        count = keras_compat.count_of_steps(self._groups.first)
        return int(ops.convert_to_numpy(count)) == 0

    def finalize_variable_values(self, var_list: Any) -> None:
        """Sets variables to their moving averages, at the end of `fit`."""
        for group in self._groups.all:
            if group.average is not None:
                group.catch_up()
                group.average.set_variables()

    def averaged(self) -> list[tuple[keras.Variable, keras.Variable]]:
        """Returns variables and their moving averages, which have caught up."""
        averages = [g.average for g in self._groups.all if g.average is not None]
        for average in averages:
            average.catch_up_all()
        return [pair for average in averages for pair in average.pairs()]

    @property
    def _scaling(self) -> list[keras.Variable]:
        """Variables of a `LossScaleOptimizer` before those of its inner optimizer."""
        if self.dynamic_scale is None:
            return []
        unused = keras_compat.own_variables(self)[:2]
        return [*unused, self.step_counter, self.dynamic_scale]

    def __dir__(self) -> list[str]:
        # Keras saves every optimizer that it finds among the attributes. They are saved
        # above, once.
        hidden = ("inner_optimizer", "others", "optimizers")
        return [name for name in super().__dir__() if name not in hidden]

    def exclude_from_weight_decay(
        self, var_list: Any = None, var_names: Any = None
    ) -> None:
        """Leaves variables out of weight decay, as `keras.Optimizer` does."""
        for optimizer in self._groups.optimizers:
            optimizer.exclude_from_weight_decay(var_list, var_names)
