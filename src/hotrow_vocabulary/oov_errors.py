"""Errors for out-of-vocabulary tokens, of a vocabulary without an id for them."""

from typing import Any

import numpy as np

from hotrow_common.arrow import pa
from hotrow_common.near_names import near


def oov_error(tokens: Any, positions: np.ndarray, known: Any) -> ValueError:
    """Returns the error for the first of the tokens that was not found."""
    wrong = np.flatnonzero(positions < 0)
    token = tokens[int(wrong[0])].as_py()
    alike = near(token, known)
    nearest = (
        f" The nearest known ones: {', '.join(map(repr, alike))}." if alike else ""
    )
    count = "" if wrong.size == 1 else f" (the first of {wrong.size})"
    return ValueError(
        f"A token is not in the vocabulary: {_shorten(token)}, at position {wrong[0]}"
        f"{count}.{nearest} This vocabulary has no out-of-vocabulary id. Add the token "
        "with `grow`, or make the vocabulary with `reserve_oov=True`."
    )


def missing_error(tokens: Any) -> ValueError:
    """Returns the error for a missing value among tokens."""
    place = int(np.flatnonzero(tokens.is_null().to_numpy(zero_copy_only=False))[0])
    kind = "null" if pa.types.is_null(tokens.type) else "None or NaN"
    return ValueError(
        f"A missing value ({kind}) is out of vocabulary, and this vocabulary has "
        f"no id for that. Received: {tokens.null_count} missing values, the first at "
        f"position {place}. Drop or fill them, or make the vocabulary with "
        "`reserve_oov=True`."
    )


def _shorten(token: str | int) -> str:
    text = repr(token)
    return text if len(text) <= 100 else f"{text[:80]}... ({len(text)} characters)"
