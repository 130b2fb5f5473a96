"""Vectors as points in a plane."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import numpy as np

# UMAP compiles itself at its first use, and may take longer than a reader waits.
UMAP_SECONDS = 90.0
# Fewer points have no neighborhoods to speak of.
UMAP_LEAST = 20
WORKER = Path(__file__).parent / "umap_worker.py"


def principal_components(vectors: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    """Returns the coordinates of vectors on their two axes of greatest variance.

    With `X` the vectors less their mean and `X = U S V^T`, these are the first two
    columns of `X V` (Pearson, 1901); an axis explains `S_i^2 / sum S^2` of the
    variance. The sign of an axis is arbitrary; here the entry of `V` of largest size
    is positive.

    Args:
        vectors: Vectors of shape `(n, width)`.

    Returns:
        Coordinates, float32 of shape `(n, 2)`, and the share of the variance on each
        axis. Where there is but one axis, or none, the rest is 0.
    """
    exact = vectors.astype("float64")
    centered = exact - exact.mean(axis=0)
    # By the (width, width) products: n may be large, and the width is not.
    values, axes = np.linalg.eigh(centered.T @ centered)
    values = np.maximum(values[::-1][:2], 0)
    axes = axes[:, ::-1][:, :2]
    largest = np.abs(axes).argmax(axis=0)
    axes = axes * np.sign(axes[largest, np.arange(axes.shape[1])])
    points = np.zeros((len(exact), 2), "float32")
    points[:, : axes.shape[1]] = centered @ axes
    whole = float(np.square(centered).sum())
    shares = [float(value) / whole if whole > 0 else 0.0 for value in values]
    first, second, *_ = [*shares, 0.0, 0.0]
    return points, (first, second)


def umap_points(tables: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Returns UMAP's points of each table, if the package umap-learn is installed.

    It runs in a process of its own with a time limit. So a slow import holds nothing
    up, and its compiler meets no backend of Keras.

    Args:
        tables: Vectors of shape `(n, width)` by any name.

    Returns:
        Coordinates, float32 of shape `(n, 2)`, of the tables that were done in time.
    """
    wanted = {name: x for name, x in tables.items() if len(x) >= UMAP_LEAST}
    if not wanted or find_spec("umap") is None:
        return {}
    names = list(wanted)
    with tempfile.TemporaryDirectory(prefix="hotrow-umap-") as folder:
        for place, name in enumerate(names):
            np.save(f"{folder}/in{place}.npy", wanted[name].astype("float32"))
        command = [sys.executable, "-P", str(WORKER), folder, str(len(names))]
        # What was done until it ended or was stopped is there; the rest has PCA.
        with suppress(subprocess.SubprocessError, OSError):
            subprocess.run(command, timeout=UMAP_SECONDS, capture_output=True)
        found = {}
        for place, name in enumerate(names):
            path = Path(folder, f"out{place}.npy")
            if path.exists():
                points = np.load(path)
                if points.shape == (len(wanted[name]), 2) and np.isfinite(points).all():
                    found[name] = points.astype("float32")
        return found
