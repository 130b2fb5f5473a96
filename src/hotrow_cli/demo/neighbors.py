"""Nearest neighbors of words, by the cosine of their vectors."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

# Words that most readers can judge, of different parts of the library.
PROBES = ("await", "encode", "widget", "header", "lock", "node", "assert", "url")
SHOWN = 5
# Rarer words were trained on a handful of snippets; their vectors are mostly noise.
CANDIDATES = 1000


def neighbors_of_probes(
    table: npt.NDArray[np.float32],
    names: Sequence[str],
    probes: Sequence[str] = PROBES,
    count: int = SHOWN,
) -> dict[str, list[str]]:
    """Returns the nearest words of each probe that is among the commonest words.

    Args:
        table: The word vectors, of shape `(words, width)`.
        names: The words, the commonest first.
        probes: Words to look up.
        count: Most neighbors of each.
    """
    # Here, not above: the backend is chosen before `hotrow` loads Keras.
    from hotrow.tabular.report.neighbors import nearest

    names = list(names[:CANDIDATES])
    rows, _ = nearest(table[: len(names)], count)
    return {
        probe: [names[row] for row in rows[names.index(probe)]]
        for probe in probes
        if probe in names
    }
