"""Numbers with any text around them, where a user says that a column holds numbers."""

from typing import Any

import numpy as np

from hotrow.tabular.values.characters import plain_characters
from hotrow.tabular.values.numbers.plain import glued, mask_of
from hotrow_common.arrow import pa, pc

# One number, a multiplier or a point of the compass right after it, no other digits.
_ONE = (
    r"^(?:(?:[^0-9]*[^0-9A-Za-z-])?(?P<sign>-)|[^0-9]*?)"
    r"(?P<digits>[.,]?[0-9]+(?:[.,'_ ][0-9]+)*)(?P<power>[eE][+-]?[0-9]+)?"
    r"(?:(?P<times> ?(?:[kKMB]|bn|mn|mio|million|billion))(?:[^0-9A-Za-z][^0-9]*)?"
    r"|(?P<south>°? ?[SW])|[^0-9]*)$"
)
_BEHIND = r"^([^(\[±]*[0-9][^(\[±]*?) ?(?:[(\[±]|\+/-).*$"


def loosely(texts: Any) -> tuple[Any, np.ndarray]:
    """Returns the one number that stands in each text, and which texts have one.

    Of `< 1 year` it is `1`, of `33.9S` `-33.9`; of `1 or 2` there is none: two numbers.
    What follows in parentheses or after `±` does not count: `5.1 (4.9-5.3)` is `5.1`.
    """
    texts = pc.replace_substring_regex(plain_characters(texts), _BEHIND, r"\1")
    found = pc.extract_regex(texts, _ONE)
    rows = np.flatnonzero(mask_of(found.is_valid()))
    found = found.take(pa.array(rows))
    parts = [
        pc.fill_null(found.field(name), "")
        for name in ("sign", "digits", "power", "times")
    ]
    south = pc.not_equal(pc.fill_null(found.field("south"), ""), "")
    minus = pa.scalar("-", pa.large_string())
    parts[0] = pc.if_else(south, minus, parts[0])
    return glued(*parts), rows
