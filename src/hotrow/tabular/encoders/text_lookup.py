"""The encoder of text."""

from typing import Any

import keras
import numpy as np

from hotrow.layers.lookup import Lookup
from hotrow.tabular.encoders.split_lookup import rows_of_ids
from hotrow.tabular.values.lists import split_words
from hotrow.tabular.values.values import read_distinct


@keras.saving.register_keras_serializable(package="hotrow")
class TextLookup(Lookup):
    """Turns texts into rows of the ids of their words.

    Words are runs of Unicode letters, digits and combining marks, in lower case. A
    missing text is a row of padding, as one without words is.

    Example:

    >>> layer = TextLookup(hotrow.Vocabulary(["good", "bad"]), length=3)
    >>> layer.encode(["Good, very GOOD!", None])
    array([[2, 1, 2],
           [0, 0, 0]], dtype=int32)

    Args:
        vocabulary: A `hotrow.Vocabulary` of words in lower case.
        length: How many words of a text are kept: its first ones.
        **kwargs: As for `hotrow.Lookup`.

    Call arguments:
        inputs: A pyarrow array, a list, a NumPy array or a Series of texts.

    Output shape:
        `(rows, length)`, int32.
    """

    def encode(self, inputs: Any) -> np.ndarray:
        """Returns the ids of the words of texts as a NumPy array."""
        texts = read_distinct(inputs)
        return rows_of_ids(self, split_words(texts.tokens))[texts.codes]
