"""Adagrad with one accumulator a row."""

from typing import Any

import keras
from keras import ops

from hotrow import keras_compat
from hotrow.tables import registry


@keras.saving.register_keras_serializable(package="hotrow")
class RowWiseAdagrad(keras.optimizers.Optimizer):
    """Adagrad that keeps one number for each row of a table, not one for each weight.

    For a row `w` with gradient `g` in a step:

    ```
    accumulator += mean(g ** 2)
    w -= learning_rate * g / sqrt(accumulator + epsilon)
    ```

    Its slots take `1 / width` of the memory of Adagrad's, which is why recommender
    systems train their tables with it. For a variable of one axis, or of width 1, it is
    Adagrad.

    Sources: for Adagrad, Duchi, Hazan and Singer, "Adaptive Subgradient Methods for
    Online Learning and Stochastic Optimization", 2011,
    https://jmlr.org/papers/v12/duchi11a.html; for one accumulator a row, Mudigere et
    al., "Software-Hardware Co-design for Fast and Scalable Training of Deep Learning
    Recommendation Models", 2022, https://arxiv.org/abs/2104.05158.

    Example:

    >>> optimizer = hotrow.RowSparse(hotrow.RowWiseAdagrad(0.05))
    >>> optimizer.inner_optimizer.initial_accumulator_value
    0.1

    Args:
        learning_rate: Float, `keras.optimizers.schedules.LearningRateSchedule`, or a
            callable without arguments that returns a float. Defaults to `0.001`.
        initial_accumulator_value: Float of 0 or more: what accumulators start from.
            Defaults to `0.1`.
        epsilon: Small float that keeps the root from 0. Defaults to `1e-7`.
        **kwargs: `weight_decay`, `clipnorm`, `clipvalue`, `global_clipnorm`,
            `loss_scale_factor`, `name` and so on, as for every Keras optimizer.

    Raises:
        ValueError: If `initial_accumulator_value` is negative.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("name", "row_wise_adagrad")
        super().__init__(learning_rate, **kwargs)
        if initial_accumulator_value < 0:
            raise ValueError(
                "`initial_accumulator_value` must be 0 or more. Received: "
                f"initial_accumulator_value={initial_accumulator_value}."
            )
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    def build(self, variables: list[keras.Variable]) -> None:
        """Creates an accumulator for each row of each variable."""
        if self.built:
            return
        super().build(variables)
        start = keras.initializers.Constant(self.initial_accumulator_value)
        self._accumulators = [
            self.add_variable(
                _one_a_row(variable),
                start,
                variable.dtype,
                name=f"{variable.path.replace('/', '_')}_accumulator",
            )
            for variable in variables
        ]

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Updates one variable."""
        accumulator = self._accumulators[
            keras_compat.place_in_optimizer(self, variable)
        ]
        learning_rate = ops.cast(learning_rate, variable.dtype)
        # TensorFlow's gradient of a lookup knows no shape once it is dense.
        gradient = ops.reshape(ops.convert_to_tensor(gradient), ops.shape(variable))
        gradient = ops.cast(gradient, variable.dtype)
        others = tuple(
            axis
            for axis, length in enumerate(accumulator.shape)
            if axis > 0 and length == 1
        )
        square = ops.square(gradient)
        self.assign_add(
            accumulator, ops.mean(square, others, keepdims=True) if others else square
        )
        root = ops.sqrt(ops.add(accumulator, self.epsilon))
        self.assign_sub(variable, ops.divide(learning_rate * gradient, root))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the optimizer."""
        return {
            **super().get_config(),
            "initial_accumulator_value": self.initial_accumulator_value,
            "epsilon": self.epsilon,
        }


def _one_a_row(variable: keras.Variable) -> tuple[int, ...]:
    row_axes = registry.row_axes(variable)
    return (*variable.shape[:row_axes], *(1 for _ in variable.shape[row_axes:]))
