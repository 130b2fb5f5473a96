"""The encoder of text."""

from typing import Any

import keras
import numpy as np

from hotrow.layers.lookup import Lookup
from hotrow.tabular.encoders.split_lookup import all_oov, rows_of_ids, suspect_lists
from hotrow.tabular.values.lists import split_words
from hotrow.tabular.values.missing import Marks
from hotrow.tabular.values.values import read_distinct
from hotrow_common.arrow import pa, pc
from hotrow_vocabulary.vocabulary import Vocabulary


@keras.saving.register_keras_serializable(package="hotrow")
class TextLookup(Lookup):
    """Turns texts into rows of the ids of their words.

    Words are runs of Unicode letters, digits and combining marks, in lower case. A
    missing text is a row of padding, as one without words is, and as `None` or `n/a`.

    Example:

    >>> layer = TextLookup(hotrow.Vocabulary(["good", "bad"]), length=3)
    >>> layer.encode(["Good, very GOOD!", None])
    array([[2, 1, 2],
           [0, 0, 0]], dtype=int32)

    Args:
        vocabulary: A `hotrow.Vocabulary` of words in lower case.
        length: How many words of a text are kept: its first ones.
        marks: What is missing beside the usual marks, as `Marks.to_json` gives it.
            Defaults to `None`.
        **kwargs: As for `hotrow.Lookup`.

    Call arguments:
        inputs: A pyarrow array, a list, a NumPy array or a Series of texts.

    Output shape:
        `(rows, length)`, int32.
    """

    unread_words = "unknown words"
    unread_share = 0.2

    def __init__(
        self, vocabulary: Vocabulary | None = None, *, marks: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(vocabulary, **kwargs)
        self.marks = Marks.from_json(marks)

    def encode(self, inputs: Any) -> np.ndarray:
        """Returns the ids of the words of texts as a NumPy array."""
        texts = read_distinct(inputs, marks=self.marks)
        return rows_of_ids(self, words_in(texts.tokens, self.marks))[texts.codes]

    def unread(self, tokens: Any) -> np.ndarray:
        """Returns which texts have words of which none is known."""
        ids = rows_of_ids(self, words_in(tokens, self.marks))
        return all_oov(self, ids)[:-1]

    def suspect(self, encoded: np.ndarray) -> tuple[np.ndarray, int]:
        """Returns which rows have no known word, and how many have one."""
        return suspect_lists(self, encoded)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the layer, but for the vocabulary."""
        return {**super().get_config(), "marks": self.marks.to_json()}


def words_in(texts: Any, marks: Marks) -> Any:
    """Returns the words of each text; of one that means a missing value, none."""
    absent = marks.are_words(texts)
    if absent.any():
        texts = pc.if_else(pa.array(absent), pa.scalar(None, texts.type), texts)
    return split_words(texts)
