"""The names of a table's columns."""

from collections import Counter

from hotrow.tabular.errors import TableError


def check_names(names: list[str], title: str) -> list[str]:
    """Returns the names, or raises `TableError` if one is blank or there twice."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    blank = [place for place, name in enumerate(names, 1) if not name.strip()]
    if blank:
        raise TableError(
            f"Column {blank[0]} of {title} has no name. The columns are: "
            f"{', '.join(repr(name) for name in names[:30])}. Give it a name in the "
            "header, or take the column out; pandas writes none with "
            "`to_csv(..., index=False)`."
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
