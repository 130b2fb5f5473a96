"""The encoder of categories."""

from typing import Any

import keras
import numpy as np

from hotrow.layers.lookup import Lookup
from hotrow.tabular.values.missing import Marks
from hotrow.tabular.values.values import labels, read_distinct
from hotrow_vocabulary.vocabulary import Vocabulary

# The token of missing values: text that is empty is missing, so no value is this one.
MISSING_TOKEN = ""


@keras.saving.register_keras_serializable(package="hotrow")
class ValueLookup(Lookup):
    """Turns the raw values of a column into ids, whatever type they come in.

    The values are read as text (`hotrow/tabular/values/values.py` says how), so that
    `7`, `"7"`, `" 7"` and `7.0` have one id. Missing values have an id of their own,
    that of the token `""`, if the training rows had some; else they are out of
    vocabulary. Words such as `NA` and `None` are values if they are in the vocabulary,
    else missing.

    Example:

    >>> layer = ValueLookup(hotrow.Vocabulary(["7", "", "None"]))
    >>> layer.encode([7, "7.0", None, "None", "NA", 9])
    array([2, 2, 3, 4, 3, 1], dtype=int32)

    Args:
        vocabulary: A `hotrow.Vocabulary` of strings.
        missing_as: The token that missing values are, where the training rows had no
            missing ones: a word that pandas reads as missing. Defaults to `""`.
        marks: What is missing beside the usual marks, as `Marks.to_json` gives it.
            Defaults to `None`.
        **kwargs: As for `hotrow.Lookup`.

    Call arguments:
        inputs: A pyarrow array, a list, a NumPy array or a Series of raw values.

    Output shape:
        `(rows,)`, int32.
    """

    unread_words = "unknown values"
    unread_share = 0.2

    def __init__(
        self,
        vocabulary: Vocabulary | None = None,
        *,
        missing_as: str = MISSING_TOKEN,
        marks: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(vocabulary, **kwargs)
        self.missing_as = missing_as
        self.marks = Marks.from_json(marks)

    def encode(self, inputs: Any) -> np.ndarray:
        """Returns the ids of raw values as a NumPy array."""
        values = read_distinct(inputs, marks=self.marks)
        missing = self.vocabulary.encode([self.missing_as])[0]
        return values.take(self._ids(values.tokens, missing), missing)

    def unread(self, tokens: Any) -> np.ndarray:
        """Returns which values, as text, are out of vocabulary."""
        missing = self.vocabulary.encode([self.missing_as])[0]
        is_oov = self._ids(tokens, missing) == self.vocabulary.oov_id
        return is_oov & ~self.marks.are_words(tokens)

    def suspect(self, encoded: np.ndarray) -> tuple[np.ndarray, int]:
        """Returns which rows are out of vocabulary, and how many are in it."""
        is_oov = encoded == self.vocabulary.oov_id
        missing = self.vocabulary.encode([self.missing_as])[0]
        return is_oov, int((~is_oov & (encoded != missing)).sum())

    def _ids(self, tokens: Any, missing: int) -> np.ndarray:
        ids = self._known(tokens)
        is_oov = ids == self.vocabulary.oov_id
        if is_oov.any():
            ids = np.where(is_oov & self.marks.are_words(tokens), missing, ids)
        return ids

    def _known(self, tokens: Any) -> np.ndarray:
        """Returns the ids of values that are there, as text."""
        return self.vocabulary.encode(labels(tokens))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the layer, but for the vocabulary."""
        return {
            **super().get_config(),
            "missing_as": self.missing_as,
            "marks": self.marks.to_json(),
        }
