"""A progress bar for work that takes more than a few seconds."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

_T = TypeVar("_T")
SECONDS = 3.0


def progress(items: Iterable[_T], what: str) -> Iterator[_T]:
    """Yields the items; with tqdm, under a bar once seconds have passed."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        yield from items
        return
    yield from tqdm(items, desc=what, delay=SECONDS, leave=False)


def percent_bar(what: str) -> Any:
    """Returns a bar from 0 to 100 as tqdm makes it, or None without tqdm."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm(total=100, desc=what, delay=SECONDS, leave=False, unit="%")
