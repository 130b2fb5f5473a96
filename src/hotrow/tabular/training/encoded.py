"""A table as arrays on disk, ready to train on."""

import json
import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from hotrow.tabular.errors import TableError
from hotrow.tabular.profiling.profile import Profile
from hotrow.tabular.profiling.target_batches import target_batches
from hotrow.tabular.reading.table import Table
from hotrow.tabular.training.split import PARTS
from hotrow.vocabulary.aside import written_aside

_INDEX = "index.json"


@dataclass(frozen=True)
class Encoded:
    """The rows of a table that have a target, as arrays in files.

    Attributes:
        inputs: Of each column that a model reads, what its encoder returned.
        target: What the target's encoder returned.
        split: Which part each row belongs to, as `split_of_rows` says.
    """

    inputs: dict[str, np.memmap]
    target: np.memmap
    split: np.memmap

    def rows(self, part: str | int) -> np.ndarray:
        """Returns the rows of a part: "train", "validation" or "test"."""
        number = PARTS.index(part) if isinstance(part, str) else part
        return np.flatnonzero(self.split == number)

    def __len__(self) -> int:
        return len(self.target)

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> "Encoded":
        """Opens the arrays that `encode_table` wrote into a folder.

        Raises:
            TableError: If they are not all there.
        """
        folder = Path(folder)
        try:
            index = json.loads((folder / _INDEX).read_text())
            arrays = [
                np.load(folder / f"{name}.npy", mmap_mode="r")
                for name in (*index["files"], "target", "split")
            ]
        except (OSError, ValueError, KeyError) as error:
            raise TableError(
                f"The folder {str(folder)!r} holds no encoded table, or not a whole "
                f"one ({error}). Encode the table again."
            ) from error
        inputs = dict(zip(index["columns"], arrays[:-2], strict=True))
        return cls(inputs, arrays[-2], arrays[-1])


def encode_table(
    table: Table, profile: Profile, folder: str | os.PathLike[str]
) -> Encoded:
    """Encodes a table into files, in one pass over it.

    Args:
        table: The table.
        profile: What is known of it.
        folder: For the files; it is made if it is not there. Files of an earlier call
            are replaced.

    Raises:
        TableError: If the table is no longer as it was.
        OSError: If the disk is full.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # Without an index, what is there is not whole.
    (folder / _INDEX).unlink(missing_ok=True)
    names = [column.name for column in profile.schema.used]
    target, rows = profile.schema.target.name, profile.schema.rows
    with ExitStack() as stack:
        files = [
            stack.enter_context(_Array(folder / f"{place}.npy", rows))
            for place in range(len(names))
        ]
        targets, splits = (
            stack.enter_context(_Array(folder / f"{name}.npy", rows))
            for name in ("target", "split")
        )
        batches = target_batches(table, target, names, profile.seed, "encoding")
        for batch in batches:
            for place, name in enumerate(names):
                values = batch.columns.column(place)
                files[place].append(profile.encoders[name].encode(values))
            of_rows = profile.target_encoder.encode(batch.target.texts())
            targets.append(of_rows[batch.target.codes >= 0])
            splits.append(batch.parts)
        if splits.rows != rows:
            raise TableError(
                f"{table.title} had {rows} rows with a target when it was read first, "
                f"and has {splits.rows} now. Keep it as it is while it is read."
            )
    index: dict[str, Any] = {
        "files": [str(place) for place in range(len(names))],
        "columns": names,
    }
    with written_aside(folder / _INDEX) as file:
        file.write(json.dumps(index).encode())
    return Encoded.open(folder)


class _Array:
    """A `.npy` file that is written batch by batch.

    It is written as any file, and not through a memory map: a full disk is an error
    then, and not the end of the process.
    """

    def __init__(self, path: Path, rows: int) -> None:
        self._path, self._expected = path, rows
        self._file: IO[bytes]
        self.rows = 0

    def __enter__(self) -> "_Array":
        self._file = open(self._path, "wb")
        return self

    def __exit__(self, *error: Any) -> None:
        self._file.close()

    def append(self, array: np.ndarray) -> None:
        """Writes some rows."""
        if not self._file.tell():
            np.lib.format.write_array_header_1_0(
                self._file,
                {
                    "descr": np.lib.format.dtype_to_descr(array.dtype),
                    "fortran_order": False,
                    "shape": (self._expected, *array.shape[1:]),
                },
            )
        self._file.write(np.ascontiguousarray(array).data)
        self.rows += len(array)
