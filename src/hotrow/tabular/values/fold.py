"""One spelling for texts that differ in case or blanks only."""

from typing import Any

from hotrow_common.arrow import pa, pc


def folds(texts: Any) -> Any:
    """Returns texts without case, with single blanks."""
    texts = pc.replace_substring_regex(texts, r"[\s\x{00a0}]+", " ")
    return pa.array([text.casefold() for text in texts.to_pylist()], pa.large_string())
