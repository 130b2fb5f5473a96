"""Columns of whole numbers that are no amounts."""

import numpy as np

from hotrow.tabular.encoders import CodeLookup
from hotrow.tabular.kinds.core import names
from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.fit import Fit, FitOptions
from hotrow.tabular.kinds.core.found import Found, many
from hotrow.tabular.kinds.core.number_column import NumberColumn
from hotrow.tabular.kinds.core.value_fit import ValueFit
from hotrow.tabular.kinds.kind import UsedKind


class Code(UsedKind):
    """Whole numbers that stand for something, each with an id of its own."""

    name = "code"
    meaning = "a whole number that stands for something, such as a postal code"
    enters_as_ids = True
    needs_counts = True

    def by_numbers(self, numbers: NumberColumn) -> Found | None:
        """Recognizes integers that are no amounts.

        1 % of them have a leading zero; or there are at most 20 different ones, each in
        20 rows on average, unless they are years, or more than ten that leave out less
        than half of their range; or they are named so (`zip`, `code`, `product_id`),
        and each is in 2 rows on average; or all have one number of digits, four or
        more, leave out most of their range, are not round, and recur in 5 rows on
        average.
        """
        integers = numbers.integers
        if integers is None:
            return None
        if numbers.have_leading_zeros:
            why: str | None = "digits with leading zeros, as codes have"
        else:
            why = _why(numbers.known, integers)
        return Found(self.name, why + numbers.unfit) if why else None

    def fit(self, found: Found, options: FitOptions) -> Fit:
        """Returns the fit of a `CodeLookup`."""
        return ValueFit(CodeLookup, found.marks, options, words_are_values=False)


def _why(known: Evidence, numbers: np.ndarray) -> str | None:
    """Returns why integers are codes, or None."""
    repeats = known.present / max(1, known.distinct)
    span = numbers.max() - numbers.min() + 1
    # Integers that follow one another are amounts, and so are years: a new one is near
    # to others, where a new code is unknown.
    amounts = len(numbers) > 10 and span <= 2 * len(numbers)
    years = numbers.min() >= 1800 and numbers.max() <= 2100
    as_years = years and (names.says_year(known.name) or span <= 3 * len(numbers))
    if known.distinct <= 20 and repeats >= 20 and not amounts and not as_years:
        return f"{known.distinct} different integers, each in many rows"
    if names.last_word(known.name) in names.CODES and repeats >= 2:
        return f"integers, {many(known)} different, named as codes are"
    low, high = np.abs(numbers).min(), np.abs(numbers).max()
    width = len(str(int(low)))
    one_width = width >= 4 and width == len(str(int(high)))
    sparse = len(numbers) * 2 < high - low + 1 and high >= 3 * low
    # Amounts are often round.
    plain = (numbers % 10 == 0).mean() < 0.3 and not years
    if one_width and sparse and plain and repeats >= 5:
        return f"integers of {width} digits that leave most of their range out"
    return None
