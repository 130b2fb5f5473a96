"""Contract of the encoders of columns, and base of those without a vocabulary."""

from typing import Any, Protocol

import keras
import numpy as np

from hotrow.tabular.values.missing import Marks


class ColumnEncoder(Protocol):
    """Methods of the encoder of a column, beside those of a Keras layer.

    Attributes:
        marks: What is missing in the column.
        unread_words: End of a sentence that "20 % of the values" begins, on values that
            are not read.
        unread_share: Share of unread values from which on a user is told: of each
            number or date that is none, but of out-of-vocabulary categories and words
            only where they are more than usual.
    """

    marks: Marks
    unread_words: str
    unread_share: float

    def encode(self, values: Any, /) -> np.ndarray:
        """Returns the array that the network takes for raw values."""

    def unread(self, tokens: Any) -> np.ndarray:
        """Returns which values, as text, cannot be read or are out of vocabulary."""

    def suspect(self, encoded: np.ndarray) -> tuple[np.ndarray, int]:
        """Tells from encoded rows, at low cost, which may hold a value that is unread.

        Args:
            encoded: Array that `encode` returned.

        Returns:
            Which rows may, and how many of the others have a value.
        """


class Encoder(keras.Layer):
    """A layer from raw values to an array: in NumPy by `encode`, called to a tensor.

    Args:
        **kwargs: `name`, as in every Keras layer.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # Strings and Python code: nothing that XLA could compile.
        self.supports_jit = False
        self.built = True

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Encodes values, without Keras's conversion of them to tensors."""
        return self.call(inputs)

    def call(self, inputs: Any) -> Any:
        """Returns what `encode` does, in a tensor of the backend."""
        return keras.ops.convert_to_tensor(self.encode(inputs))

    def encode(self, values: Any) -> np.ndarray:
        """Returns the array that the network takes for raw values."""
        raise NotImplementedError
