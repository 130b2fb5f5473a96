"""Columns of free text."""

import numpy as np

from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.fit import Fit, FitOptions
from hotrow.tabular.kinds.core.found import Found, absent_of, many, mostly_differ
from hotrow.tabular.kinds.core.word_fit import WordFit
from hotrow.tabular.kinds.kind import UsedKind
from hotrow_common.arrow import pc


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

    def fit(self, found: Found, options: FitOptions) -> Fit:
        """Returns what makes a `TextLookup`."""
        return WordFit(found.marks, options)
