"""The encoder of categories and codes."""

from typing import Any

import keras
import numpy as np

from hotrow.layers.lookup import Lookup
from hotrow.tabular.values.values import read_distinct

# The token of missing values: text that is empty is missing, so no value is this one.
MISSING_TOKEN = ""


@keras.saving.register_keras_serializable(package="hotrow")
class ValueLookup(Lookup):
    """Turns the raw values of a column into ids, whatever type they come in.

    The values are read as text (`hotrow/tabular/values/values.py` says how), so that
    `7`, `"7"`, `" 7"` and `7.0` have one id. Missing values have an id of their own,
    that of the token `""`, if the training rows had some; else they are unknown.

    Example:

    >>> layer = ValueLookup(hotrow.Vocabulary(["7", "", "8"]))
    >>> layer.encode([7, 8.0, None, 9])
    array([2, 4, 3, 1], dtype=int32)

    Args:
        vocabulary: A `hotrow.Vocabulary` of strings.
        **kwargs: As for `hotrow.Lookup`.

    Call arguments:
        inputs: A pyarrow array, a list, a NumPy array or a Series of raw values.

    Output shape:
        `(rows,)`, int32.
    """

    def encode(self, inputs: Any) -> np.ndarray:
        """Returns the ids of raw values as a NumPy array."""
        values = read_distinct(inputs)
        ids = self.vocabulary.encode(values.tokens)
        return values.take(ids, self.vocabulary.encode([MISSING_TOKEN])[0])
