"""The fit of the encoder of text."""

from typing import Any

import keras
import numpy as np

from hotrow.tabular.encoders import TextLookup
from hotrow.tabular.encoders.text_lookup import words_in
from hotrow.tabular.kinds.core.fit import FitOptions, WeightedFit
from hotrow.tabular.kinds.core.token_lists import TokenLists
from hotrow.tabular.values.missing import Marks

MOST_WORDS = 20_000
LONGEST_TEXT = 200


class WordFit(WeightedFit):
    """Makes the encoder of text, text by text.

    Args:
        marks: What is missing in the column.
        options: Sizes.
    """

    def __init__(self, marks: Marks, options: FitOptions) -> None:
        super().__init__(marks)
        self._lists = TokenLists(options.training, MOST_WORDS, options.memory)

    def add(self, texts: Any, weights: np.ndarray) -> None:
        """Adds texts, and how many training rows have each."""
        self._lists.add(words_in(texts, self.marks), weights)

    def fitted(self) -> tuple[keras.Layer, np.ndarray]:
        """Returns the encoder, and how many training rows have each word."""
        vocabulary, counts = self._lists.vocabulary()
        length = self._lists.length(0.95, LONGEST_TEXT)
        marks = self.marks.to_json()
        return TextLookup(vocabulary, length=length, marks=marks), counts
