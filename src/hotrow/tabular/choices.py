"""Lists of choices in error messages, the near ones first."""

import difflib
from collections.abc import Iterable

_SHOWN = 30


def closest(name: str, choices: Iterable[str]) -> str:
    """Returns sentences that name the choices, the ones near to `name` first."""
    choices = list(choices)
    folded: dict[str, str] = {}
    for choice in choices:
        folded.setdefault(choice.casefold().strip(), choice)
    near = difflib.get_close_matches(name.casefold().strip(), folded, n=3)
    meant = ""
    if near:
        meant = f" Did you mean {' or '.join(repr(folded[n]) for n in near)}?"
    shown = ", ".join(choices[:_SHOWN])
    more = f", and {len(choices) - _SHOWN} more" if len(choices) > _SHOWN else ""
    return f"{meant} There are: {shown}{more}."
