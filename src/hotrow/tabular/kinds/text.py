"""Columns of free text."""

from typing import Any

import keras
import numpy as np

from hotrow.tabular.encoders import TextLookup
from hotrow.tabular.encoders.text_lookup import words_in
from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.fit import Fit, FitOptions, WeightedFit
from hotrow.tabular.kinds.core.found import Found, absent_of, many, mostly_differ
from hotrow.tabular.kinds.core.looks import warned
from hotrow.tabular.kinds.core.token_lists import TokenLists
from hotrow.tabular.kinds.kind import UsedKind
from hotrow.tabular.values.missing import Marks
from hotrow.tabular.values.numbers.detect import Reading
from hotrow_common.arrow import pc

MOST_WORDS = 20_000
LONGEST_TEXT = 200


class Text(UsedKind):
    """Words of free text; each word has an id."""

    name = "text"
    meaning = "words of free text"
    enters_as_ids = True

    def by_text(self, known: Evidence) -> Found | None:
        """Recognizes text by the number of words.

        Half of the values have three words or more, and half of them differ; or they
        have ten words or more on average.
        """
        words = pc.count_substring_regex(known.tokens, r"\S+").to_numpy()
        mean = float(np.average(words, weights=known.counts))
        several = known.share(words >= 3) >= 0.5 and mostly_differ(known, 0.5)
        if not several and not (mean >= 10 and known.distinct > 50):
            return None
        why = f"{mean:.0f} words on average, {many(known)} different"
        return Found(self.name, why, absent=absent_of(known, known.words()))

    def with_warning(
        self, known: Evidence, found: Found, numbers: Reading | None
    ) -> Found:
        """Warns of text that looks like numbers or dates, or has a date in it."""
        return warned(known, found, numbers, "taken for text")

    def fit(self, found: Found, options: FitOptions) -> Fit:
        """Returns the fit of a `TextLookup`."""
        return WordFit(found.marks, options)


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
