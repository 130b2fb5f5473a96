"""Predictions in batches of one size, so that a compiled step is compiled once."""

from collections.abc import Mapping

import keras
import numpy as np

_MOST = 1024


def predict_rows(network: keras.Model, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
    """Returns what a network gives for encoded rows, as float32.

    Args:
        network: Network that `build_network` returned.
        inputs: Arrays, by the names of the network's inputs.
    """
    rows = len(next(iter(inputs.values())))
    if rows == 0:
        return np.zeros((0, *network.output_shape[1:]), "float32")
    size = _MOST
    while size >= 2 * rows and size > 1:
        size //= 2
    whole = -(-rows // size) * size
    padded = {
        name: np.concatenate([x, np.repeat(x[-1:], whole - rows, axis=0)])
        for name, x in inputs.items()
    }
    predicted = network.predict(padded, batch_size=size, verbose=0)
    return np.asarray(predicted[:rows], "float32")
