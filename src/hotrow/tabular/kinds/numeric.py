"""Columns of quantities."""

from dataclasses import replace

import numpy as np

from hotrow.tabular.advice import argument
from hotrow.tabular.kinds.core.context import Context
from hotrow.tabular.kinds.core.date_digits import may_be_days_of_excel
from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.fit import Fit, FitOptions
from hotrow.tabular.kinds.core.found import MOST_FIT, Found, absent_of, many, unfit
from hotrow.tabular.kinds.core.given import AS_GIVEN, check_fit
from hotrow.tabular.kinds.core.number_column import NumberColumn, doubt_of, words_of
from hotrow.tabular.kinds.core.number_fit import NumberFit
from hotrow.tabular.kinds.core.readings import amounts_of, read_as_numbers
from hotrow.tabular.kinds.kind import UsedKind
from hotrow.tabular.values.numbers.detect import find_numbers
from hotrow.tabular.values.numbers.loose import loosely
from hotrow.tabular.values.numbers.number_format import NumberFormat


class Numeric(UsedKind):
    """A quantity: a number, a time, an amount in one unit or in several.

    It enters the network standardized, and cut into bins: see `NumericInput`.
    """

    name = "numeric"
    meaning = "a quantity"
    allows_words = True

    def by_numbers(self, numbers: NumberColumn) -> Found | None:
        """Recognizes any numbers: those that are of another kind were found before."""
        known, reading = numbers.known, numbers.reading
        if numbers.are_all_integers:
            why = f"integers, {many(known)} different"
            doubt = None
            if may_be_days_of_excel(numbers):
                doubt = (
                    f"{known.name!r} is taken for numbers, though they may be days of "
                    f"Excel. If they are, pass {argument(kinds={known.name: 'date'})}"
                )
            return Found(self.name, why, format=reading.format, doubt=doubt)
        why = words_of(reading) + numbers.unfit
        doubt = doubt_of(known, reading)
        return Found(self.name, why, format=reading.format, doubt=doubt)

    def by_format(self, known: Evidence, context: Context) -> Found | None:
        """Recognizes times, and amounts in several units."""
        for form, good in amounts_of(known):
            if known.share(good) >= MOST_FIT:
                why = form.words() + unfit(known, good, "no number")
                return Found(self.name, why, format=form)
        return None

    def as_given(self, known: Evidence, context: Context) -> Found:
        """Returns numbers, with any text around them if they must have some.

        Raises:
            TableError: If half of the values have no number.
        """
        words = known.words()
        rest = known.without(words) if not words.all() else known
        forms = _forms(rest, context)
        good = [~np.isnan(form.read(rest.tokens)) for form in forms]
        best = int(np.argmax([rest.share(one) for one in good]))
        check_fit(rest, good[best], "numeric", "a number")
        why = f"{AS_GIVEN}: {forms[best].words()}"
        if getattr(forms[best], "loose", False):
            why += ", whatever stands beside them"
        why += unfit(rest, good[best], "no number")
        absent = absent_of(known, words)
        return Found(self.name, why, format=forms[best], absent=absent)

    def fit(self, found: Found, options: FitOptions) -> Fit:
        """Returns the fit of a `Numbers` layer."""
        return NumberFit(found.format, found.marks)


def _forms(known: Evidence, context: Context) -> list[NumberFormat]:
    """Returns ways in which values may be numbers."""
    reading = read_as_numbers(known, context)
    forms = [form for form, _ in amounts_of(known)]
    if reading is not None:
        forms.insert(0, reading.format)
        if reading.share < MOST_FIT:
            # Of several units, all numbers count as they stand.
            forms.append(replace(reading.format, plain=False, loose=True))
    some, rows = loosely(known.tokens)
    around = find_numbers(some, known.counts[rows], context.hints)
    if around is not None:
        forms.append(replace(around.format, plain=False, loose=True))
    return [*forms, NumberFormat(plain=False, loose=True)]
