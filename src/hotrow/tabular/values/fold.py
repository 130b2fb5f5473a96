"""One spelling for texts that differ in case, blanks or what has no width only."""

from typing import Any

from hotrow.tabular.values.characters import visible
from hotrow_common.arrow import pa, pc


def folds(texts: Any) -> Any:
    """Returns texts without case and characters of no width, with single blanks."""
    seen = pa.array(map(visible, texts.to_pylist()), pa.large_string())
    seen = pc.utf8_trim_whitespace(pc.replace_substring_regex(seen, r"[\s\pZ]+", " "))
    lower = pa.array([text.casefold() for text in seen.to_pylist()], pa.large_string())
    # The lower case of a few letters is of several characters.
    return pc.utf8_normalize(lower, form="NFC")
