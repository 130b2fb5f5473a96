"""The encoder of what there is to predict, and the way back."""

from typing import Any

import keras
import numpy as np

from hotrow.tabular.encoders.encoder import Encoder
from hotrow.tabular.errors import TableError
from hotrow.tabular.values.columns import as_array
from hotrow.tabular.values.fold import folds
from hotrow.tabular.values.missing import Marks
from hotrow.tabular.values.numbers.formats import format_of
from hotrow.tabular.values.numbers.native import native_numbers, numbers_in
from hotrow.tabular.values.values import labels, read_distinct
from hotrow_common.arrow import pa
from hotrow_vocabulary.vocabulary import Vocabulary


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
        classes: Values of a classification, in the order of their numbers.
        mean: Mean of a regression in the training rows. Defaults to 0.
        std: Standard deviation of a regression there; 0 counts as 1. Defaults to 1.
        format: Format in which numbers of a regression are written in text, as its
            `to_json` gives it. Defaults to `None`, digits.
        fold: Whether spellings that differ in case, blanks or characters without width
            only are one class. Defaults to `False`.
        marks: What is missing beside the usual marks, as `Marks.to_json` gives it.
            Defaults to `None`.
        **kwargs: `name`, as in every Keras layer.

    Call arguments:
        inputs: A pyarrow array, a list, a NumPy array or a Series of raw values.

    Output shape:
        `(rows,)`: class numbers in int32, -1 for missing; or float64, NaN for missing.
    """

    def __init__(
        self,
        task: str,
        classes: Any = None,
        mean: float = 0.0,
        std: float = 1.0,
        format: Any = None,
        fold: bool = False,
        marks: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.task = task
        self.classes = None if classes is None else tuple(classes)
        self.mean, self.std = float(mean), float(std) or 1.0
        self.format, self.marks = format_of(format), Marks.from_json(marks)
        self.fold = bool(fold)
        if self.classes is not None:
            texts = pa.array([str(value) for value in self.classes], pa.large_string())
            self._table = Vocabulary(self._names(texts), reserve_padding=False)

    def encode(self, values: Any) -> np.ndarray:
        """Returns class numbers or values as a NumPy array.

        Raises:
            TableError: If a value is no class, or no number.
        """
        array = as_array(values)
        if self.classes is None:
            native = native_numbers(array, self.marks)
            if native is not None:
                return native
        distinct = read_distinct(array, marks=self.marks)
        words = self.marks.are_words(distinct.tokens)
        if self.classes is None:
            numbers = numbers_in(distinct.tokens, self.format, self.marks)
            self._check(distinct, np.isnan(numbers) & ~words, "a number")
            return distinct.take(numbers, np.nan)
        # Id 0 is out of vocabulary; words that are no classes are missing.
        ids = self._table.encode(self._names(distinct.tokens)).astype(np.int32) - 1
        bad = (ids < 0) & ~words
        self._check(distinct, bad, f"one of the {len(self.classes)} classes")
        return distinct.take(ids, -1)

    def _names(self, texts: Any) -> Any:
        return folds(labels(texts)) if self.fold else labels(texts)

    def scaled(self, numbers: Any) -> np.ndarray:
        """Returns `(number - mean) / std` in float64: numbers in the network's scale.

        Args:
            numbers: Values of the target of a regression.
        """
        return (np.asarray(numbers, np.float64) - self.mean) / self.std

    def in_units(self, scaled: Any) -> np.ndarray:
        """Returns `mean + std * scaled` in float64: numbers in the target's units.

        Args:
            scaled: Outputs of the network for a regression.
        """
        return self.mean + self.std * np.asarray(scaled, np.float64)

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
            "format": self.format.to_json(),
            "fold": self.fold,
            "marks": self.marks.to_json(),
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
