"""The batches that a network trains on."""

import threading
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from hotrow.tabular.encoders import TargetEncoder
from hotrow.tabular.network.input_layout import NUMBERS, InputLayout

# Rows are read from their files so many batches at once, in the order of the files.
_BLOCK = 64
# So often a value is taken away in training. So the vector of out-of-vocabulary values
# is learned, and what a missing number means, even where the training rows lack none.
BLANK = 0.02


class TrainingRows(keras.utils.PyDataset):
    """Batches of encoded rows in a new order each epoch, read as they are needed.

    All batches are of one size, so that a compiled step is compiled once: rows at the
    end of an epoch's order that fill no batch are left out of that epoch.

    Args:
        layout: The inputs of the network.
        inputs: Arrays with these, by name; of files larger than memory, memory maps.
        target: Array of the targets.
        target_encoder: The encoder that it is from.
        rows: Which rows to train on.
        batch_size: Rows of a batch.
        seed: Seed of the order, and of the values that are taken away.
        blank: The share of values that is taken away.
    """

    def __init__(
        self,
        layout: InputLayout,
        inputs: Mapping[str, Any],
        target: Any,
        target_encoder: TargetEncoder,
        rows: np.ndarray,
        batch_size: int,
        *,
        seed: int = 0,
        blank: float = BLANK,
    ) -> None:
        super().__init__()
        self._inputs, self._target, self._rows = inputs, target, rows
        self._target_encoder = target_encoder
        self._oov = {stack.name: stack.oov_id for stack in layout.stacks}
        self.batch_size = min(batch_size, len(rows))
        self._seed, self._blank = seed, blank
        self._lock = threading.Lock()
        self.start_epoch(0)

    def start_epoch(self, epoch: int) -> None:
        """Puts the rows in the order of an epoch, the same whenever it is asked for."""
        with self._lock:
            self._epoch = epoch
            self._order = np.random.default_rng([self._seed, epoch]).permutation(
                self._rows
            )
            self._block_number = -1

    def __len__(self) -> int:
        """Number of batches."""
        return len(self._rows) // self.batch_size

    def __getitem__(self, index: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Returns the inputs and the targets of a batch."""
        with self._lock:
            number, at = divmod(index, _BLOCK)
            if number != self._block_number:
                self._block = self._read(number)
                self._block_number = number
            part = slice(at * self.batch_size, (at + 1) * self.batch_size)
            inputs, target = self._block
            return {name: x[part] for name, x in inputs.items()}, target[part]

    def _read(self, number: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
        size = _BLOCK * self.batch_size
        rows = np.sort(self._order[number * size : (number + 1) * size])
        rng = np.random.default_rng([self._seed, self._epoch, number])
        shuffled = rng.permutation(len(rows))
        target = as_target(self._target_encoder, self._target[rows])[shuffled]
        # Sorted, for the sake of the disk; an index into a memory map makes a copy.
        inputs = {name: x[rows][shuffled] for name, x in self._inputs.items()}
        for name, x in inputs.items():
            gone = rng.random(x.shape, "float32") < self._blank
            if name == NUMBERS:
                x[gone] = np.nan
            else:
                np.copyto(x, self._oov[name], where=gone & (x != 0))
        return inputs, target


def as_target(encoder: TargetEncoder, target: np.ndarray) -> np.ndarray:
    """Returns targets in the shape and the scale that the network's output has."""
    if encoder.task == "multiclass":
        return np.asarray(target, "int32")
    if encoder.task == "regression":
        target = encoder.scaled(target)
    return np.asarray(target, "float32").reshape(-1, 1)
