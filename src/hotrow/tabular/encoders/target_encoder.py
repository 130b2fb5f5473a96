"""The encoder of what there is to predict, and the way back."""

from typing import Any

import keras
import numpy as np

from hotrow.tabular.encoders.encoder import Encoder
from hotrow.tabular.errors import TableError
from hotrow.tabular.values.read_numbers import read_numbers
from hotrow.tabular.values.values import canonical, read_distinct
from hotrow.vocabulary.arrow import pa
from hotrow.vocabulary.vocabulary import Vocabulary


@keras.saving.register_keras_serializable(package="hotrow")
class TargetEncoder(Encoder):
    """Turns raw values of the target into what a network is trained on, and back.

    Example:

    >>> encoder = TargetEncoder("binary", ["no", "yes"])
    >>> encoder.encode(["yes", " no", None])
    array([ 1,  0, -1], dtype=int32)
    >>> encoder.decode([[0.9], [0.1]])
    array(['yes', 'no'], dtype=object)

    Args:
        task: `"binary"`, `"multiclass"` or `"regression"`.
        classes: Of a classification, the values in the order of their numbers.
        mean: Of a regression, the mean of the training rows. Defaults to 0.
        std: Of a regression, their standard deviation. Defaults to 1.
        **kwargs: `name`, as in every Keras layer.

    Call arguments:
        inputs: A pyarrow array, a list, a NumPy array or a Series of raw values.

    Output shape:
        `(rows,)`: class numbers in int32, -1 for missing; or float32, NaN for missing.
    """

    def __init__(
        self,
        task: str,
        classes: Any = None,
        mean: float = 0.0,
        std: float = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.task = task
        self.classes = None if classes is None else tuple(classes)
        self.mean, self.std = float(mean), float(std)
        if self.classes is not None:
            texts = pa.array([str(value) for value in self.classes], pa.large_string())
            self._table = Vocabulary(canonical(texts), padding=False)

    def encode(self, values: Any) -> np.ndarray:
        """Returns class numbers or values as a NumPy array.

        Raises:
            TableError: If a value is no class, or no number.
        """
        distinct = read_distinct(values)
        if self.classes is None:
            numbers = read_numbers(distinct.tokens)
            self._check(distinct, np.isnan(numbers), "a number")
            return distinct.take(numbers.astype(np.float32), np.nan)
        # Id 0 is unknown.
        ids = self._table.encode(distinct.tokens).astype(np.int32) - 1
        self._check(distinct, ids < 0, f"one of the {len(self.classes)} classes")
        return distinct.take(ids, -1)

    def decode(self, predictions: Any) -> np.ndarray:
        """Returns the values that predictions stand for.

        Args:
            predictions: What the network returns: probabilities of the second class,
                of shape `(rows,)` or `(rows, 1)`, or of all classes, `(rows, classes)`;
                or numbers. Integers of shape `(rows,)` are class numbers.

        Returns:
            A NumPy array of shape `(rows,)`: of objects (`None` for class -1), or of
            float64.
        """
        array = np.asarray(predictions)
        if self.classes is None:
            return array.reshape(-1).astype(np.float64)
        if array.ndim == 2 and array.shape[1] > 1:
            numbers = array.argmax(axis=1)
        elif array.dtype.kind in "iu":
            numbers = array.reshape(-1)
        else:
            numbers = (array.reshape(-1) >= 0.5).astype(np.int64)
        result = np.empty(len(self.classes) + 1, object)
        result[:-1] = self.classes
        return result[numbers]

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the layer."""
        return {
            **super().get_config(),
            "task": self.task,
            "classes": None if self.classes is None else list(self.classes),
            "mean": self.mean,
            "std": self.std,
        }

    def _check(self, distinct: Any, bad: np.ndarray, wanted: str) -> None:
        bad = np.append(bad, False)[distinct.codes]
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            value = distinct.tokens[int(distinct.codes[row])].as_py()
            raise TableError(
                f"A value of the target is not {wanted}: {value!r}, the value number "
                f"{row + 1} of those passed. Mend it, or leave it empty."
            )
