"""Work on blocks of rows, on all cores where there are many."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from hotrow.vocabulary.strings import BLOCK

# Below so many blocks, threads cost more than they save.
_MANY = 8


def each_block(function: Callable[[int], None], rows: int) -> None:
    """Calls `function` with the first row of each block; NumPy and Arrow free the GIL."""
    starts = range(0, rows, BLOCK)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if len(starts) < _MANY or cores == 1:
        for start in starts:
            function(start)
        return
    with ThreadPoolExecutor(min(cores, 4)) as pool:
        # Reading the results raises what a thread raised.
        for _ in pool.map(function, starts):
            pass
