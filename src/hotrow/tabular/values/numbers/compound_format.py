"""Amounts in two units or more: `5'11"`, `1h 30m`, `7 lb 5 oz`."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from hotrow.tabular.values.characters import plain_characters
from hotrow.tabular.values.numbers.plain import mask_of
from hotrow_common.arrow import pa, pc

_AMOUNT = r"[0-9]+(?:\.[0-9]+)?"
# Of each family, the spellings of its units, and how many of the last one each is.
FAMILIES: dict[str, tuple[tuple[str, float], ...]] = {
    "seconds": (
        (r"(?:w|wks?|weeks?)", 604800),
        (r"(?:d|days?)", 86400),
        (r"(?:h|hrs?|hours?|std)", 3600),
        (r"(?:m|mins?|minutes?)", 60),
        (r"(?:s|secs?|seconds?)", 1),
    ),
    "inches": (
        (r"(?:'|ft|feet|foot|f)", 12),
        (r"(?:\"|''|in|ins|inch|inches)?", 1),
    ),
    "ounces": ((r"(?:lbs?|pounds?|#)", 16), (r"(?:oz|ounces?)", 1)),
    # As runners write them: 5'30".
    "seconds of minutes": ((r"(?:'|′)", 60), (r"(?:\"|''|″)?", 1)),
    "months": ((r"(?:y|yrs?|years?)", 12), (r"(?:m|mos?|mons?|mths?|months?)", 1)),
    "days": (
        (r"(?:y|yrs?|years?)", 365.25),
        (r"(?:mos?|mons?|mths?|months?)", 30.4375),
        (r"(?:w|wks?|weeks?)", 7),
        (r"(?:d|days?)", 1),
    ),
}


def _pattern(family: str) -> str:
    units = [
        rf"(?:(?P<amount{at}>{_AMOUNT}) ?{spelling}\.?(?: |,|and|$|[,;] ?)*)?"
        for at, (spelling, _) in enumerate(FAMILIES[family])
    ]
    return "(?i)^(?P<sign>-?)" + "".join(units) + "(?:(?: ?ago| old))?$"


@dataclass(frozen=True)
class CompoundFormat:
    """Amounts in several units, read as a number of the smallest.

    Example:

    >>> CompoundFormat("inches").read(["5'11\\"", "6 ft 2 in"])
    array([71., 74.])

    Args:
        family: A name in `FAMILIES`: `"seconds"`, `"inches"`, `"months"`, ...
    """

    family: str

    kind = "compound"

    def read(self, texts: Any) -> np.ndarray:
        """Returns the amounts that texts are, NaN for those that are none.

        Args:
            texts: A large_string array without missing values, or a list.
        """
        if isinstance(texts, list):
            texts = pa.array(texts, pa.large_string())
        pattern = _pattern(self.family)
        found = pc.extract_regex(plain_characters(texts), pattern)
        result = np.full(len(texts), np.nan)
        there = mask_of(found.is_valid())
        found = found.filter(pa.array(there))
        fields = [found.field(at) for at in range(1, found.type.num_fields)]
        total, larger = np.zeros(len(found)), np.full(len(found), np.inf)
        for texts_, (_, each) in zip(fields, FAMILIES[self.family], strict=True):
            blank = pc.equal(texts_, "")
            amounts = pc.if_else(blank, pa.scalar("0", texts_.type), texts_)
            amount = amounts.cast(pa.float64()).to_numpy(zero_copy_only=False)
            # After feet, there are less than twelve inches.
            total[each * amount >= larger] = np.nan
            larger = np.where(mask_of(blank), larger, each)
            total += each * amount
        empty = [mask_of(pc.equal(one, "")) for one in fields]
        total[np.all(empty, axis=0)] = np.nan
        minus = mask_of(pc.equal(found.field("sign"), "-"))
        result[there] = np.where(minus, -total, total)
        return result

    def words(self) -> str:
        """Returns the format in words."""
        if self.family == "days":
            return "amounts of time, read as days; a month is 30.44, a year 365.25"
        family = self.family.partition(" ")[0]
        return f"amounts in several units, read as {family}"

    def to_json(self) -> dict[str, Any]:
        """Returns the format as what `json` can write."""
        return {"kind": self.kind, "family": self.family}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """Returns the format that `to_json` returned as JSON."""
        return cls(str(content["family"]))


def find_compound(
    tokens: Any, counts: np.ndarray
) -> tuple[CompoundFormat, np.ndarray] | None:
    """Returns the family of units that most values are in, and which values are."""
    has_unit = mask_of(pc.match_substring_regex(tokens, r"[0-9] ?[A-Za-z'\"′″’”#]"))
    best = None
    if not has_unit.any():
        return None
    for family in FAMILIES:
        good = has_unit & ~np.isnan(CompoundFormat(family).read(tokens))
        share = counts[good].sum()
        if share and (best is None or share > best[0]):
            best = (share, CompoundFormat(family), good)
    return None if best is None else (best[1], best[2])
