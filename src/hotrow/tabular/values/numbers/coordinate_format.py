"""Degrees of latitude and longitude: `44.7N`, `W 70.6`, `52°30'14"N`."""

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from hotrow.tabular.values.characters import plain_characters
from hotrow.tabular.values.numbers.plain import mask_of
from hotrow_common.arrow import pa, pc

_SIDE = {"NS": "[NS]", "EW": "[EW]"}
_LARGEST = {"NS": 90, "EW": 180}
_MARKS = r"[.,°]"


def _pattern(sides: str) -> str:
    side = _SIDE[sides]
    return (
        rf"^(?P<ahead>{side})? ?(?P<sign>[+-]?)(?P<degrees>[0-9]{{1,3}}(?:[.,][0-9]+)?)"
        r" ?(?:°|º|deg|d|:)?"
        r"(?: ?(?P<minutes>[0-5]?[0-9](?:[.,][0-9]+)?) ?(?:'|m|:|min))?"
        r"(?: ?(?P<seconds>[0-5]?[0-9](?:[.,][0-9]+)?) ?(?:\"|''|s|sec)?)?"
        rf" ?(?P<behind>{side})?$"
    )


@dataclass(frozen=True)
class CoordinateFormat:
    """Degrees with a point of the compass, negative in the south and in the west.

    Example:

    >>> CoordinateFormat("NS").read(["44.7N", "S 33.9", "52°30'36\\"N", "12"])
    array([ 44.7 , -33.9 ,  52.51,  12.  ])

    Args:
        sides: `"NS"` for latitudes, `"EW"` for longitudes.
    """

    sides: str

    kind = "coordinate"

    def read(self, texts: Any) -> np.ndarray:
        """Returns the degrees that texts are, NaN for those that are none.

        Args:
            texts: A large_string array without missing values, or a list.
        """
        if isinstance(texts, list):
            texts = pa.array(texts, pa.large_string())
        found = pc.extract_regex(plain_characters(texts), _pattern(self.sides))
        rows = np.flatnonzero(mask_of(found.is_valid()))
        result = np.full(len(texts), np.nan)
        if not rows.size:
            return result
        found = found.take(pa.array(rows))
        total = _numbers(found.field("degrees"))
        for name, parts in (("minutes", 60), ("seconds", 3600)):
            total = total + _numbers(found.field(name)) / parts
        ahead, behind = (found.field(name) for name in ("ahead", "behind"))
        both = mask_of(pc.and_(pc.not_equal(ahead, ""), pc.not_equal(behind, "")))
        side = pc.if_else(pc.equal(ahead, ""), behind, ahead)
        negative = mask_of(pc.is_in(side, value_set=pa.array(["S", "W"], side.type)))
        minus = mask_of(pc.equal(found.field("sign"), "-"))
        total[both | (negative & minus) | (total > _LARGEST[self.sides])] = np.nan
        result[rows] = np.where(negative | minus, -total, total)
        return result

    def words(self) -> str:
        """Returns the format in words."""
        name, side = {
            "NS": ("latitude", "south"),
            "EW": ("longitude", "west"),
        }[self.sides]
        return f"degrees of {name}, negative in the {side}"

    def to_json(self) -> dict[str, Any]:
        """Returns the format as what `json` can write."""
        return {"kind": self.kind, **asdict(self)}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """Returns the format that `to_json` returned as JSON."""
        return cls(str(content["sides"]))


def find_coordinates(
    tokens: Any, counts: np.ndarray
) -> tuple[CoordinateFormat, np.ndarray] | None:
    """Returns the way in which most values are degrees, and which values are.

    They have a point of the compass, and half of them decimals or a sign of degrees.
    """
    best = None
    marked = mask_of(pc.match_substring_regex(plain_characters(tokens), _MARKS))
    if counts[marked].sum() < 0.5 * counts.sum():
        return None
    for sides, side in _SIDE.items():
        has_side = mask_of(pc.match_substring_regex(tokens, rf"^{side}|{side}$"))
        if counts[has_side].sum() < 0.5 * counts.sum():
            continue
        form = CoordinateFormat(sides)
        good = ~np.isnan(form.read(tokens)) & has_side
        share = counts[good].sum()
        if share and (best is None or share > best[0]):
            best = (share, form, good)
    return None if best is None else (best[1], best[2])


def _numbers(texts: Any) -> np.ndarray:
    texts = pc.replace_substring(texts, ",", ".")
    texts = pc.if_else(pc.equal(texts, ""), pa.scalar("0", texts.type), texts)
    numbers: np.ndarray = texts.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return numbers.copy()
