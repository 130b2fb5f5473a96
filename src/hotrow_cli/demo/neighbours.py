"""The words whose vectors point the same way."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

# Words that most readers can judge, of different parts of the library.
PROBES = ("await", "encode", "widget", "header", "lock", "node", "assert", "url")
SHOWN = 5
# Rarer words were trained on a handful of snippets; their vectors are mostly noise.
CANDIDATES = 1000


def nearest(
    table: npt.NDArray[np.float32], row: int, count: int
) -> npt.NDArray[np.intp]:
    """Returns the rows of `table` closest to `row` by cosine, nearest first.

    `cosine(a, b) = a . b / (|a| |b|)`; it is 0 if either vector is zero. Of equal
    cosines the lower row comes first.

    Args:
        table: Of shape `(rows, width)`.
        row: Which row; it is not among the answers.
        count: Most rows to return.
    """
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    directions = np.divide(table, lengths, out=np.zeros_like(table), where=lengths > 0)
    cosines = directions @ directions[row]
    order = np.argsort(-cosines, kind="stable")
    return order[order != row][:count]


def neighbours_of_probes(
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
        count: Most neighbours of each.
    """
    names = list(names[:CANDIDATES])
    vectors = table[: len(names)]
    return {
        probe: [names[row] for row in nearest(vectors, names.index(probe), count)]
        for probe in probes
        if probe in names
    }
