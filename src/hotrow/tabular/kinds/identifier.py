"""Columns of identifiers of rows."""

import numpy as np

from hotrow.tabular.kinds.core import names
from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.found import Found, mostly_differ
from hotrow.tabular.kinds.core.looks import warned, with_text_around
from hotrow.tabular.kinds.core.number_column import NumberColumn
from hotrow.tabular.kinds.kind import LeftOutKind
from hotrow.tabular.values.numbers.detect import Reading


class Identifier(LeftOutKind):
    """Nearly every row has a value of its own, from which nothing can be learned."""

    name = "identifier"
    meaning = "a value of its own for nearly every row"

    def by_numbers(self, numbers: NumberColumn) -> Found | None:
        """Recognizes integers, 20 or more, of which no two are equal.

        They count up by row, or their name says so (`id`, `number`); or they have
        leading zeros, and 95 % of them differ.
        """
        known, integers = numbers.known, numbers.integers
        if integers is None:
            return None
        if numbers.have_leading_zeros:
            if not mostly_differ(known):
                return None
            return Found(self.name, "digits with leading zeros, nearly all different")
        if known.present < 20 or not mostly_differ(known, 0.999):
            return None
        if names.last_word(known.name) in names.IDENTIFIERS:
            return Found(self.name, "integers that differ in each row, named so")
        span = integers.max() - integers.min() + 1
        if (np.diff(integers) > 0).all() and span <= 2 * known.rows:
            return Found(self.name, "integers that count up by row")
        return None

    def by_text(self, known: Evidence) -> Found | None:
        """Recognizes text that differs in 95 % of ten rows or more."""
        if known.present < 10 or not mostly_differ(known):
            return None
        all_differ = known.complete and known.distinct == known.present
        return Found(
            self.name, f"{'' if all_differ else 'nearly '}all values are different"
        )

    def with_warning(
        self, known: Evidence, found: Found, numbers: Reading | None
    ) -> Found:
        """Warns of values that look like numbers, dates or amounts."""
        taken = "left out as an identifier"
        return warned(known, found, numbers, taken, with_text_around)
