"""The encoder of values that have several parts."""

from typing import Any

import keras
import numpy as np

from hotrow.layers.lookup import Lookup
from hotrow.tabular.values.lists import read_lists
from hotrow.tabular.values.missing import Marks
from hotrow_vocabulary.vocabulary import Vocabulary


@keras.saving.register_keras_serializable(package="hotrow")
class SplitLookup(Lookup):
    """Turns values such as `"a|b|c"`, or lists, into rows of ids.

    Blanks around parts are left out, and so are parts that are empty or missing. A
    missing value is a row of padding, as one without parts is.

    Example:

    >>> layer = SplitLookup(hotrow.Vocabulary(["a", "b"]), length=3, separator="|")
    >>> layer.encode(["a|b", "b", None])
    array([[2, 3, 0],
           [3, 0, 0],
           [0, 0, 0]], dtype=int32)

    Args:
        vocabulary: A `hotrow.Vocabulary` of strings.
        length: How many parts of a value are kept: its first ones.
        separator: What stands between parts. Defaults to `None`: values are lists.
        marks: What is missing beside the usual marks, as `Marks.to_json` gives it.
            Defaults to `None`.
        **kwargs: As for `hotrow.Lookup`.

    Call arguments:
        inputs: A pyarrow array, a list, a NumPy array or a Series of raw values.

    Output shape:
        `(rows, length)`, int32.
    """

    unread_words = "unknown values"
    unread_share = 0.2

    def __init__(
        self,
        vocabulary: Vocabulary | None = None,
        *,
        length: int = 1,
        separator: str | None = None,
        marks: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(vocabulary, length=length, **kwargs)
        self.separator, self.marks = separator, Marks.from_json(marks)

    def encode(self, inputs: Any) -> np.ndarray:
        """Returns the ids of the parts of raw values as a NumPy array."""
        lists, codes = read_lists(inputs, self.separator, self.marks)
        return rows_of_ids(self, lists)[codes]

    def unread(self, tokens: Any) -> np.ndarray:
        """Returns which values, as text, have parts of which none is known."""
        lists, codes = read_lists(tokens, self.separator, self.marks)
        return all_oov(self, rows_of_ids(self, lists))[codes]

    def suspect(self, encoded: np.ndarray) -> tuple[np.ndarray, int]:
        """Returns which rows have no known part, and how many have one."""
        return suspect_lists(self, encoded)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the layer, but for the vocabulary."""
        return {
            **super().get_config(),
            "separator": self.separator,
            "marks": self.marks.to_json(),
        }


def rows_of_ids(layer: Lookup, lists: Any) -> np.ndarray:
    """Returns the ids of lists of tokens, and last a row of padding."""
    ids = Lookup.encode(layer, lists)
    return np.concatenate([ids, np.zeros((1, ids.shape[1]), ids.dtype)])


def suspect_lists(layer: Lookup, ids: np.ndarray) -> tuple[np.ndarray, int]:
    """Returns which rows of ids are all out of vocabulary, and how many are not."""
    known = ((ids != 0) & (ids != layer.vocabulary.oov_id)).any(axis=1)
    return (ids != 0).any(axis=1) & ~known, int(known.sum())


def all_oov(layer: Lookup, ids: np.ndarray) -> np.ndarray:
    """Returns which rows of ids have tokens, of which none is in the vocabulary."""
    return suspect_lists(layer, ids)[0]
