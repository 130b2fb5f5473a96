"""Classes that are spelled in several ways."""

from typing import Any

import numpy as np

from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.values.characters import visible
from hotrow.tabular.values.fold import folds
from hotrow_common.arrow import pa


def folded(known: Evidence) -> Evidence:
    """Returns the classes of a target, of each the spelling that is in most rows.

    Spellings that differ in case, in blanks or in characters without width only are
    one class: `Yes`, `yes`, `YES`. Letters that stand alone are left as they are if
    there are many, or no others: `a` and `A` differ where letters are to be told apart.
    """
    keys = folds(known.tokens)
    encoded = keys.dictionary_encode()
    at = encoded.indices.cast(pa.int64()).to_numpy()
    size = len(encoded.dictionary)
    if size == len(known.tokens) or _are_letters(encoded.dictionary):
        return known
    marked = [visible(token) != token for token in known.tokens.to_pylist()]
    # Of equals, the first that occurs; what cannot be seen or typed is no good name.
    order = np.lexsort((known.first, -known.counts, marked))
    best = np.full(size, -1)
    for place in order:
        if best[at[place]] < 0:
            best[at[place]] = place
    names = known.tokens.take(pa.array(best)).take(encoded.indices)
    return known.merged(names)


def _are_letters(keys: Any) -> bool:
    single = sum(len(key) == 1 for key in keys.to_pylist())
    # Of one letter, nothing could be learned but its case.
    return single == len(keys) == 1 or (single > 2 and single * 2 > len(keys))


def spelling_note(known: Evidence, merged: Evidence) -> str:
    """Returns a note on the spellings that were made one."""
    spelling = dict(zip(folds(merged.tokens).to_pylist(), merged.tokens, strict=True))
    names: dict[str, list[str]] = {}
    for token, key, count in zip(
        known.tokens.to_pylist(),
        folds(known.tokens).to_pylist(),
        known.counts.tolist(),
        strict=True,
    ):
        name = spelling[key].as_py()
        if token != name:
            names.setdefault(name, []).append(f"{token!r} ({count})")
    shown = [f"{name!r} is also {', '.join(more[:4])}" for name, more in names.items()]
    more = f"; and {len(shown) - 4} more" if len(shown) > 4 else ""
    return (
        f"Classes of {known.name!r} that differ in case, blanks or characters without "
        f"width only are one: {'; '.join(shown[:4])}{more}."
    )
