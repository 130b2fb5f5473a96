"""Names of a table's columns."""

from collections import Counter
from collections.abc import Sequence

from hotrow.tabular.errors import TableError
from hotrow.tabular.values.characters import trimmed


def check_names(names: list[str], title: str) -> list[str]:
    """Returns the names, or raises `TableError` if one is blank or there twice."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    blank = [place for place, name in enumerate(names, 1) if not trimmed(name)]
    if blank:
        raise TableError(
            f"Column {blank[0]} of {title} has no name. The columns are: "
            f"{', '.join(repr(name) for name in names[:30])}. Give it a name, or take "
            "the column out."
        )
    if twice:
        places = [n for n, name in enumerate(names, 1) if name == twice[0]]
        raise TableError(
            f"{title} has {len(places)} columns with the name {twice[0]!r}: columns "
            f"{' and '.join(map(str, places))}. Rename one of them."
        )
    if not names:
        raise TableError(f"{title} has no columns.")
    return names


def unique_names(cells: Sequence[str]) -> tuple[list[str], list[str]]:
    """Returns names out of a header's cells, each once, and notes on those changed.

    As pandas does: a blank one is `Unnamed: 0`, with its place from 0; the second `a`
    is `a.1`. A frame that pandas read has the same columns.
    """
    names = [trimmed(name) for name in cells]
    blank = [place for place, name in enumerate(names) if not name]
    for place in blank:
        names[place] = f"Unnamed: {place}"
    counts = Counter(names)
    taken, changed = set(names), []
    seen: Counter[str] = Counter()
    for place, name in enumerate(names):
        if counts[name] > 1 and seen[name]:
            number = seen[name]
            while f"{name}.{number}" in taken:
                number += 1
            names[place] = f"{name}.{number}"
            taken.add(names[place])
            changed.append(names[place])
        seen[name] += 1
    notes = []
    if blank:
        shown = _listed([names[place] for place in blank])
        notes.append(f"{_columns(len(blank))} without a name in the header: {shown}.")
    if changed:
        notes.append(
            f"{_columns(len(changed))} of the same name as another: {_listed(changed)}."
        )
    return names, notes


def _columns(count: int) -> str:
    return f"{count} column{' is' if count == 1 else 's are'}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(map(repr, names[:5])) + more
