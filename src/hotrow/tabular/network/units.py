"""The layer and the loss that give a regression the units of its target."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="hotrow")
class Units(keras.Layer):
    """`mean + std * inputs`: from a network's scale to that of the target.

    Args:
        mean: The mean of the target in training.
        std: Its standard deviation; 0 counts as 1.
        **kwargs: `name` and `dtype`, as in every Keras layer.

    Call arguments:
        inputs: Float tensor.

    Output shape:
        That of the input.
    """

    def __init__(self, mean: float, std: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mean, self.std = float(mean), float(std) or 1.0
        self.built = True

    def build(self, input_shape: Any) -> None:
        """There is nothing to build."""

    def call(self, inputs: Any) -> Any:
        """Returns the inputs in the target's units."""
        return self.mean + self.std * inputs

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Returns the shape of the input."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the layer."""
        return {**super().get_config(), "mean": self.mean, "std": self.std}


@keras.saving.register_keras_serializable(package="hotrow")
class SquaredError(keras.losses.Loss):
    """The mean of `((y_true - y_pred) / std) ** 2`.

    It has the size of the squared error of a target of standard deviation 1, whatever
    the target's units: a loss of 1 is that of predicting the mean.

    Args:
        std: The standard deviation of the target in training; 0 counts as 1.
        **kwargs: `name`, `reduction` and `dtype`, as in every Keras loss.
    """

    def __init__(self, std: float, name: str = "squared_error", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.std = float(std) or 1.0

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Returns the loss of each row."""
        y_true = ops.reshape(ops.cast(y_true, y_pred.dtype), ops.shape(y_pred))
        return ops.mean(ops.square((y_true - y_pred) / self.std), axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the loss."""
        return {**super().get_config(), "std": self.std}
