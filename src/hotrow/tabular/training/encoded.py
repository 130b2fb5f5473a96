"""A table as arrays on disk, ready to train on."""

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from hotrow.tabular.checks.table_checks import TableChecks
from hotrow.tabular.errors import TableError
from hotrow.tabular.files.digests import read_with_digest, write_with_digest
from hotrow.tabular.network.input_layout import InputLayout
from hotrow.tabular.profiling.profile import Profile
from hotrow.tabular.profiling.target_batches import target_batches
from hotrow.tabular.reading.table import Table
from hotrow.tabular.split import PARTS

_INDEX = "index.json"


@dataclass(frozen=True)
class Encoded:
    """The rows of a table that have a target, as arrays in files.

    Attributes:
        layout: The inputs of the network.
        inputs: Arrays with these, by their names.
        target: What the target's encoder returned.
        split: Which part each row belongs to, as `split_of_rows` says.
    """

    layout: InputLayout
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

        They are for the process that wrote them: their bytes are not checked.

        Raises:
            TableError: If they are not all there.
        """
        folder = Path(folder)
        try:
            index = read_with_digest(folder / _INDEX)
            arrays = [
                np.load(folder / f"{name}.npy", mmap_mode="r")
                for name in (*index["inputs"].values(), "target", "split")
            ]
        # Of a damaged header, NumPy raises errors of all kinds.
        except Exception as error:
            raise TableError(
                f"The folder {str(folder)!r} holds no encoded table, or not a whole "
                f"one ({error}). Encode the table again."
            ) from error
        inputs = dict(zip(index["inputs"], arrays[:-2], strict=True))
        layout = InputLayout.from_json(index["layout"])
        return cls(layout, inputs, arrays[-2], arrays[-1])


def encode_table(
    table: Table,
    profile: Profile,
    folder: str | os.PathLike[str],
    checks: TableChecks | None = None,
) -> Encoded:
    """Encodes a table into files, in one pass over it.

    Args:
        table: The table.
        profile: What is known of it.
        folder: For the files; it is made if it is not there. Files of an earlier call
            are replaced.
        checks: Looks at the encoded rows. Defaults to `None`.

    Raises:
        TableError: If the table is no longer as it was.
        OSError: If the disk is full.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # Without an index, what is there is not whole.
    (folder / _INDEX).unlink(missing_ok=True)
    layout = InputLayout.of(profile.schema, profile.encoders)
    names = [column.name for column in profile.schema.used]
    rows = profile.schema.rows
    files: dict[str, _Array] = {}
    with ExitStack() as stack:
        targets, splits = (
            stack.enter_context(_Array(folder / f"{name}.npy", rows))
            for name in ("target", "split")
        )
        batches = target_batches(table, profile.target, names, profile.seed, "encoding")
        for batch in batches:
            encoded = {
                name: profile.encoders[name].encode(batch.columns.column(place))
                for place, name in enumerate(names)
            }
            for name, array in layout.inputs(encoded).items():
                if name not in files:
                    path = folder / f"{len(files)}.npy"
                    files[name] = stack.enter_context(_Array(path, rows))
                files[name].append(array)
            there = batch.target.rows(batch.there)
            target_rows = profile.target_encoder.encode(there.texts())
            targets.append(target_rows)
            splits.append(batch.parts)
            if checks is not None:
                checks.add(encoded, target_rows, batch.parts)
        if splits.rows != rows:
            raise TableError(
                f"{table.title} had {rows} rows with a target when it was read first, "
                f"and has {splits.rows} now. Keep it as it is while it is read."
            )
    index = {
        "layout": layout.to_json(),
        "inputs": {name: str(place) for place, name in enumerate(files)},
    }
    write_with_digest(folder / _INDEX, index)
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
