"""The encoder of codes."""

from functools import cached_property
from typing import Any

import keras
import numpy as np

from hotrow.tabular.encoders.value_lookup import ValueLookup
from hotrow.tabular.values.values import labels
from hotrow_common.arrow import pa, pc
from hotrow_vocabulary.vocabulary import Vocabulary


@keras.saving.register_keras_serializable(package="hotrow")
class CodeLookup(ValueLookup):
    """Turns codes into ids, with or without the zeros that they begin with.

    `00137` is the integer 137 where pandas has read the file, and 137.0 where a value
    is missing. A code that is not in the vocabulary is looked up by its integer, unless
    two codes have the same.

    Example:

    >>> layer = CodeLookup(hotrow.Vocabulary(["00137", "90210"]))
    >>> layer.encode([137, "137.0", "00137", 90210, 9])
    array([2, 2, 2, 3, 1], dtype=int32)

    Args:
        vocabulary: A `hotrow.Vocabulary` of strings.
        **kwargs: As for `ValueLookup`.

    Call arguments:
        inputs: A pyarrow array, a list, a NumPy array or a Series of raw values.

    Output shape:
        `(rows,)`, int32.
    """

    def _known(self, tokens: Any) -> np.ndarray:
        ids = super()._known(tokens)
        is_oov = ids == self.vocabulary.oov_id
        if is_oov.any() and len(self._by_integer[1]):
            integers = _stripped(labels(tokens.filter(pa.array(is_oov))))
            vocabulary, ids_of = self._by_integer
            at = vocabulary.encode(integers) - 1
            ids[is_oov] = np.where(at >= 0, ids_of[at], ids[is_oov])
        return ids

    @cached_property
    def _by_integer(self) -> tuple[Vocabulary, np.ndarray]:
        """The integers that codes are, each once, and the id of the code of each."""
        tokens = self.vocabulary.tokens.cast(pa.large_string())
        first = len(self.vocabulary) - len(tokens)
        rows = np.flatnonzero(_mask(pc.match_substring_regex(tokens, "^[0-9]+$")))
        stripped = _stripped(tokens.take(pa.array(rows)))
        encoded = stripped.dictionary_encode()
        codes = encoded.indices.cast(pa.int64()).to_numpy()
        single = np.bincount(codes, minlength=len(encoded.dictionary))[codes] == 1
        names = stripped.filter(pa.array(single))
        vocabulary = Vocabulary(names, reserve_padding=False)
        return vocabulary, (rows[single] + first).astype(np.int32)


def _stripped(texts: Any) -> Any:
    return pc.replace_substring_regex(texts, "^0+([0-9])", r"\1")


def _mask(matches: Any) -> np.ndarray:
    return matches.to_numpy(zero_copy_only=False)
