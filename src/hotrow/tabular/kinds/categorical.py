"""Columns of categories."""

from typing import Any

from hotrow.tabular.encoders import ValueLookup
from hotrow.tabular.kinds.core.context import Context
from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.fit import Fit, FitOptions
from hotrow.tabular.kinds.core.found import Found, many
from hotrow.tabular.kinds.core.given import AS_GIVEN
from hotrow.tabular.kinds.core.looks import doubted, may_be_months, warned
from hotrow.tabular.kinds.core.value_fit import ValueFit
from hotrow.tabular.kinds.kind import UsedKind
from hotrow.tabular.values.characters import visible
from hotrow.tabular.values.numbers.detect import Reading
from hotrow.tabular.values.numbers.plain import are_numbers
from hotrow_common.arrow import pa, pc

# Columns of so few values are not doubted.
_FEW = 50
# Of these, a user of pandas may think otherwise.
_READ_AS_MISSING = ("NA", "N/A", "n/a", "None")


class Categorical(UsedKind):
    """Values of a list, each with an id of its own; booleans, too."""

    name = "categorical"
    meaning = "one value of a list, such as a city"
    enters_as_ids = True
    needs_counts = True

    def by_text(self, known: Evidence) -> Found | None:
        """Recognizes any text: this is the kind of columns that are of no other."""
        mixed = ", some of them numbers" if are_numbers(known.tokens).any() else ""
        why = f"{many(known)} different values{mixed}{_kept(known)}"
        return Found(self.name, why, doubt=_look_alike(known))

    def with_warning(
        self, known: Evidence, found: Found, numbers: Reading | None
    ) -> Found:
        """Warns of many categories that look like numbers or dates.

        Of few, it doubts those that look like months: `05/16`.
        """
        if known.distinct <= _FEW:
            look = may_be_months(known)
            return found if look is None else doubted(known, found, look)
        return warned(known, found, numbers, "taken for categories")

    def as_given(self, known: Evidence, context: Context) -> Found:
        """Returns categories, among which words such as `NA` are values."""
        return Found(self.name, AS_GIVEN)

    def fit(self, found: Found, options: FitOptions) -> Fit:
        """Returns the fit of a `ValueLookup`."""
        return ValueFit(ValueLookup, found.marks, options, words_are_values=True)


def _look_alike(known: Evidence) -> str | None:
    """Returns a sentence on two values that differ in what has no width."""
    others = pc.invert(pc.string_is_ascii(known.tokens))
    seen: dict[str, str] = {}
    for text in known.tokens.filter(others).to_pylist():
        shown = visible(text)
        twin = seen.setdefault(shown, text)
        if shown == text or (twin == text and not _holds(known.tokens, shown)):
            continue
        twin = shown if twin == text else twin
        return (
            f"Values of {known.name!r} that differ in characters without width only "
            f"are different values, such as {twin!r} and {text!r}. Take such "
            "characters out."
        )
    return None


def _holds(tokens: Any, text: str) -> bool:
    return pc.index(tokens, text).as_py() >= 0


def _kept(known: Evidence) -> str:
    """Returns the end of a sentence on words that are values here."""
    words = known.words()
    if words.any():
        usual = pa.array(_READ_AS_MISSING, pa.large_string())
        words &= pc.is_in(known.tokens, value_set=usual).to_numpy(zero_copy_only=False)
    if not words.any():
        return ""
    one = words.sum() == 1
    return f"; {known.named(words)} {'is a value' if one else 'are values'} like others"
