"""Rows of the test that are among the training rows, too."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from hotrow.tabular.profiling.profile import Profile
from hotrow.tabular.profiling.target_batches import target_batches
from hotrow.tabular.reading.table import Table
from hotrow.tabular.schema import Schema
from hotrow.tabular.split import TEST, TRAIN
from hotrow.tabular.values.values import is_list, read_distinct
from hotrow_common.arrow import pa
from hotrow_vocabulary.hash_tables.string_hashes import Strings

# So many hashes are kept; of larger tables, those of a share of the rows.
_MOST = 1 << 20
# Fewer are said nothing of: share of the test rows, and rows.
_LEAST_SHARE, _LEAST_ROWS = 0.01, 3
# A row that occurs more often than this on average is no duplicate, but one of few
# that are possible.
_OFTEN = 20
_FACTOR = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)


class RowHashes:
    """Hashes of training rows and test rows, in bounded memory.

    All rows are kept until there are more than `most`, then those of each second hash,
    and so on: equal rows stay or go together.

    Args:
        most: Maximum number of hashes that are kept.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most, self._bits = most, 0
        self._kept = {part: np.zeros(0, np.uint64) for part in (TRAIN, TEST)}
        self._rows = dict.fromkeys(self._kept, 0)

    def add(self, hashes: np.ndarray, parts: np.ndarray) -> None:
        """Adds some rows.

        Args:
            hashes: A uint64 of each row.
            parts: Part of each row, as `split_of_rows` returns it.
        """
        for part, kept in self._kept.items():
            some = hashes[parts == part]
            self._rows[part] += len(some)
            self._kept[part] = np.concatenate([kept, some[self._stays(some)]])
        while sum(map(len, self._kept.values())) > self._most:
            self._bits += 1
            self._kept = {p: kept[self._stays(kept)] for p, kept in self._kept.items()}

    def duplicates(self) -> tuple[int, int]:
        """Returns how many test rows are among the training rows, and how many are not.

        Both are counts, or estimates where not all rows were kept.
        """
        test = self._kept[TEST]
        if not len(test):
            return 0, self._rows[TEST]
        share = float(np.isin(test, self._kept[TRAIN]).mean())
        count = round(share * self._rows[TEST])
        return count, self._rows[TEST] - count

    def repeats(self) -> float:
        """Returns how often a training row occurs on average."""
        train = self._kept[TRAIN]
        return len(train) / max(1, len(np.unique(train)))

    def _stays(self, hashes: np.ndarray) -> np.ndarray:
        return hashes & np.uint64(2**self._bits - 1) == 0


def are_many(hashes: RowHashes, schema: Schema) -> bool:
    """Returns whether there are duplicates worth telling of.

    Args:
        hashes: Hashes of the rows.
        schema: Schema of the table.
    """
    count, others = hashes.duplicates()
    if count < max(_LEAST_ROWS, _LEAST_SHARE * (count + others)):
        return False
    possible = 1.0
    for column in schema.used:
        possible *= max(1, column.distinct)
    return possible > schema.rows and hashes.repeats() <= _OFTEN


def encoded_hashes(columns: Iterable[np.ndarray]) -> np.ndarray:
    """Returns a hash of each row of encoded columns."""
    total: Any = None
    for column in columns:
        words = column.reshape(len(column), -1)
        words = words.view(np.dtype(f"u{words.dtype.itemsize}"))
        for place in range(words.shape[1]):
            total = _mixed(total, words[:, place].astype(np.uint64))
    return np.asarray(total)


def exact_hashes(table: Table, known: Profile) -> RowHashes:
    """Returns hashes of the rows as they are written, in one more pass.

    Encoded rows that are equal may differ in values that are rare, and so unknown.
    """
    hashes = RowHashes()
    names = [column.name for column in known.schema.used]
    for batch in target_batches(table, known.target, names, known.seed, "comparing"):
        total = _hashes_of(batch.target.tokens, batch.target.codes[batch.there])
        for column in batch.columns.columns:
            total = _mixed(total, _hashes_of(*_values(column)))
        hashes.add(total, batch.parts)
    return hashes


def warning(hashes: RowHashes) -> str:
    """Returns what to tell of duplicates."""
    count, others = hashes.duplicates()
    total = count + others
    return (
        f"{count:,} of {total:,} test rows ({count / total:.0%}) are among the "
        "training rows, too, value for value: for rows that are new, the model is "
        "worse than the test says. Take duplicates out of the table, unless rows that "
        "are alike are what it will meet."
    )


def _values(column: Any) -> tuple[Any, np.ndarray]:
    if is_list(column.type):
        texts = [str(value) for value in column.to_pylist()]
        column = pa.array(texts, pa.large_string())
    distinct = read_distinct(column)
    return distinct.tokens, distinct.codes


def _hashes_of(tokens: Any, codes: np.ndarray) -> np.ndarray:
    found = Strings(tokens).hashes(0, len(tokens))
    return np.append(found, np.uint64(1))[codes]


def _mixed(total: np.ndarray | None, words: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        total = words if total is None else total ^ words
        total = (total + np.uint64(1)) * _FACTOR
        return total ^ (total >> _HALF)
