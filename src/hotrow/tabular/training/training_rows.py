"""The batches that a network trains on."""

import threading
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from hotrow.tabular.network.inputs import NUMBERS, side_by_side
from hotrow.tabular.schema import Schema

# Rows are read from their files so many batches at once, in the order of the files.
_BLOCK = 64
# So often a value is taken away in training. The vector of unknown values, and what a
# missing number means, are learned so even where the training rows lack none.
BLANK = 0.02


class TrainingRows(keras.utils.PyDataset):
    """Batches of encoded rows in a new order each epoch, read as they are needed.

    All batches are of one size, so that a compiled step is compiled once: rows at the
    end of an epoch's order that fill no batch are left out of that epoch.

    Args:
        schema: Of the table.
        encoded: Arrays with the encoded columns, by name; of files larger than memory,
            memory maps.
        target: Array of the targets.
        rows: Which rows to train on.
        batch_size: Rows of a batch.
        unknown: The id of unknown values of each input of ids, by the input's name.
        seed: Of the order, and of the values that are taken away.
        blank: The share of values that is taken away.
    """

    def __init__(
        self,
        schema: Schema,
        encoded: Mapping[str, Any],
        target: Any,
        rows: np.ndarray,
        batch_size: int,
        *,
        unknown: Mapping[str, int],
        seed: int = 0,
        blank: float = BLANK,
    ) -> None:
        super().__init__()
        self._schema, self._encoded, self._target = schema, encoded, target
        self._rows, self._unknown = rows, unknown
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
        """How many batches there are."""
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
        target = as_target(self._schema.target.task, self._target[rows])[shuffled]
        inputs = {
            name: x[shuffled]
            for name, x in side_by_side(self._schema, self._encoded, rows).items()
        }
        for name, x in inputs.items():
            gone = rng.random(x.shape, "float32") < self._blank
            if name == NUMBERS:
                x[gone] = np.nan
            else:
                x[gone & (x != 0)] = self._unknown[name]
        return inputs, target


def as_target(task: str, target: np.ndarray) -> np.ndarray:
    """Returns targets in the shape that the network's output has."""
    if task == "multiclass":
        return np.asarray(target, "int32")
    return np.asarray(target, "float32").reshape(-1, 1)
