"""Known tokens that are near to an unknown one, for error messages."""

import difflib
from typing import Any

import numpy as np

from hotrow_common.arrow import pa, pc

# difflib compares a few thousand tokens in a blink; a million would take a minute.
_MOST = 5000
_SHOWN = 3


def near(token: str | int, tokens: Any) -> list[str | int]:
    """Returns up to three tokens that are like `token`, the most alike first.

    Looked at are the most frequent tokens, and those that start as `token` does.
    """
    if len(tokens) == 0:
        return []
    if isinstance(token, int):
        keys = tokens.to_numpy(zero_copy_only=False)
        distance = np.abs(keys.astype(np.float64) - token)
        order = np.argsort(distance, kind="stable")[:_SHOWN]
        return [int(key) for key in keys[order]]
    alike = tokens.filter(pc.starts_with(tokens, pattern=token[:2])) if token else []
    first = (
        pa.concat_arrays([tokens[:_MOST], alike[:_MOST]]) if token else tokens[:_MOST]
    )
    candidates = dict.fromkeys(t for t in first.to_pylist() if len(t) < 200)
    return list(difflib.get_close_matches(token[:200], candidates, n=_SHOWN))
