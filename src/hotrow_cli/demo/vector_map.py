"""A map of the word vectors: two principal components, drawn to a PNG."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

SHOWN = 600
LABELLED = 70


def principal_components(
    vectors: npt.NDArray[np.float32], count: int = 2
) -> npt.NDArray[np.float32]:
    """Returns the coordinates of `vectors` on their axes of greatest variance.

    With `X` the vectors less their mean and `X = U S V^T`, these are the first columns
    of `X V` (Pearson, 1901). The sign of an axis is arbitrary; here the entry of `V`
    of largest size is positive.

    Args:
        vectors: Of shape `(n, width)`.
        count: Number of axes, at most `width`.

    Returns:
        Coordinates, of shape `(n, count)`.
    """
    centred = vectors - vectors.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    axes = axes[:count]
    largest = np.abs(axes).argmax(axis=1)
    signs = np.sign(axes[np.arange(len(axes)), largest])
    return centred @ (axes * signs[:, None]).T


def typical_package(
    ids: npt.NDArray[np.int32], labels: npt.NDArray[np.int32], size: int
) -> npt.NDArray[np.intp]:
    """Returns the package in whose snippets each id is most frequent.

    Args:
        ids: Of shape `(n, length)`.
        labels: The package of each snippet, of shape `(n,)`.
        size: Number of ids.

    Returns:
        Packages, of shape `(size,)`.
    """
    packages = int(labels.max()) + 1
    counts = np.zeros((packages, size))
    np.add.at(counts, (labels[:, None], ids), 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return shares.argmax(axis=0)


def draw(
    path: Path,
    table: npt.NDArray[np.float32],
    words: Sequence[str],
    typical: npt.NDArray[np.intp],
    packages: Sequence[str],
) -> bool:
    """Draws the commonest words, coloured by the package they are most typical of.

    Args:
        path: The PNG file to write.
        table: The word vectors, of shape `(words, width)`.
        words: The words, the commonest first.
        typical: A package for each word, of shape `(words,)`.
        packages: The names of the packages.

    Returns:
        Whether it was drawn: `False` if matplotlib is not installed.
    """
    try:
        from matplotlib import colormaps
        from matplotlib.figure import Figure
    except ImportError:
        return False
    names = words[:SHOWN]
    points = principal_components(table[: len(names)])
    typical = typical[: len(names)]
    # A Figure without pyplot needs no display and leaves no global state.
    figure = Figure(figsize=(11, 8), layout="constrained")
    axes = figure.add_subplot()
    for place, package in enumerate(packages):
        own = points[typical == place]
        colour = colormaps["tab20"](place % 20)
        axes.scatter(own[:, 0], own[:, 1], s=14, color=colour, label=package)
    for row in _spread(points, LABELLED):
        axes.annotate(
            names[row],
            points[row],
            xytext=(3, 3),
            textcoords="offset points",
            fontsize=8,
            parse_math=False,
        )
    explained = np.square(points).sum() / max(_variance(table, len(names)), 1e-12)
    axes.set_title(
        f"The {len(names)} commonest words: two principal components "
        f"({explained:.0%} of the variance)"
    )
    axes.set_xlabel("first component")
    axes.set_ylabel("second component")
    axes.legend(
        title="most typical of",
        loc="center left",
        bbox_to_anchor=(1, 0.5),
        frameon=False,
    )
    figure.savefig(path, dpi=120)
    return True


def _variance(table: npt.NDArray[np.float32], count: int) -> float:
    vectors = table[:count]
    return float(np.square(vectors - vectors.mean(axis=0)).sum())


def _spread(points: npt.NDArray[np.float32], most: int) -> list[int]:
    """Returns rows to label: those far out first, and none too near another."""
    scaled = points / np.maximum(np.ptp(points, axis=0), 1e-12)
    outward = np.argsort(-np.square(scaled - scaled.mean(axis=0)).sum(axis=1))
    chosen: list[int] = []
    for row in outward.tolist():
        gaps = np.abs(scaled[chosen] - scaled[row])
        # A label is wide and low.
        if not np.any((gaps[:, 0] < 0.07) & (gaps[:, 1] < 0.025)):
            chosen.append(row)
        if len(chosen) == most:
            break
    return chosen
