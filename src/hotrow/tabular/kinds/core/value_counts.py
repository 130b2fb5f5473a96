"""Counts of the values of a column, in bounded memory."""

from typing import Any

import numpy as np

from hotrow.tabular.values.values import Distinct
from hotrow_common.arrow import pa, pc
from hotrow_vocabulary.ordering import one_array

# What a value takes beside its text: two counts, a row, an offset.
_BESIDE = 32
_SHORT = 1000


class ValueCounts:
    """Counts values: in all rows and in training rows, and where each first occurs.

    While there are few values, the counts are exact. Where there are more than fit,
    values that occurred once since the last time that there were too many are
    forgotten, twice if that is not enough, and so on: counts of frequent values stay
    nearly right (lossy counting; Manku and Motwani, 2002).

    Args:
        most: How many distinct values are kept at most.
        size: How many bytes they take at most.

    Attributes:
        complete: Whether nothing has been forgotten.
        distinct: How many values were there at most; at least so many there are.
        singles: The share of values that occurred once, when some were first forgotten.
        stopped: Whether `stop` was called.
    """

    def __init__(self, most: int, size: int) -> None:
        self._most, self._size = most, size
        self._table: Any = _empty()
        self._waiting: list[Any] = []
        self._waiting_rows = 0
        self.complete = True
        self.distinct = 0
        self.singles: float | None = None
        self.stopped = False

    def add(self, values: Distinct, training: np.ndarray, rows: np.ndarray) -> None:
        """Adds a batch.

        Args:
            values: Values of the batch.
            training: Whether each row trains.
            rows: The number of each row in the table.
        """
        if self.stopped:
            return
        size = len(values.tokens)
        there = values.codes >= 0
        codes = values.codes[there]
        count = np.bincount(codes, minlength=size)
        train = np.bincount(codes[training[there]], minlength=size)
        first = np.zeros(size, np.int64)
        first[codes[::-1]] = rows[there][::-1]
        table = pa.table(
            {"token": values.tokens, "count": count, "train": train, "first": first}
        )
        self.add_table(table.filter(pa.array(count > 0)))

    def add_table(self, table: Any) -> None:
        """Adds a table with the columns `token`, `count`, `train` and `first`."""
        self._waiting.append(table)
        self._waiting_rows += len(table)
        # Sums are made seldom, so that they cost little beside the counting.
        waiting = sum(part.nbytes for part in self._waiting)
        if (
            self._waiting_rows > max(1 << 16, len(self._table))
            or 2 * waiting > self._size
        ):
            self._merge()

    def stop(self) -> None:
        """Forgets all counts and counts no more."""
        self.stopped = True
        self._table, self._waiting = _empty(), []

    def table(self) -> Any:
        """Returns the table of values: `token`, `count`, `train` and `first`.

        It is in the order in which values first occur.
        """
        self._merge()
        self._table = self._table.sort_by("first").combine_chunks()
        return self._table

    def _merge(self) -> None:
        parts = [part for part in (self._table, *self._waiting) if len(part)]
        self._waiting, self._waiting_rows = [], 0
        if len(parts) == 1:
            # Of one part each value is there once.
            self._table = parts[0]
        elif parts:
            self._table = _summed(pa.concat_tables(parts))
        self.distinct = max(self.distinct, len(self._table))
        least = 1
        while len(self._table) > self._most or self._bytes() > self._size:
            if self.singles is None:
                once = pc.sum(pc.equal(self._table["count"], 1)).as_py()
                self.singles = once / len(self._table)
            self.complete = False
            kept = pc.greater(self._table["count"], least)
            self._table = self._table.filter(kept).combine_chunks()
            least *= 2

    def _bytes(self) -> int:
        texts = pc.sum(pc.binary_length(self._table["token"])).as_py() or 0
        return int(texts) + _BESIDE * len(self._table)


def _empty() -> Any:
    numbers = pa.array([], pa.int64())
    return pa.table(
        {
            "token": pa.array([], pa.large_string()),
            "count": numbers,
            "train": numbers,
            "first": numbers,
        }
    )


def _summed(table: Any) -> Any:
    """Returns a table that holds each value once, with the sums of its counts."""
    if len(table) <= _SHORT:
        # What Arrow prepares for a sum takes longer than a short sum.
        tokens = one_array(table["token"]).dictionary_encode()
        codes = tokens.indices.to_numpy()
        size = len(tokens.dictionary)
        count, train = np.zeros((2, size), np.int64)
        first = np.full(size, np.iinfo(np.int64).max)
        np.add.at(count, codes, table["count"].to_numpy())
        np.add.at(train, codes, table["train"].to_numpy())
        np.minimum.at(first, codes, table["first"].to_numpy())
        columns = {"count": count, "train": train, "first": first}
        return pa.table({"token": tokens.dictionary, **columns})
    sums = table.group_by("token").aggregate(
        [("count", "sum"), ("train", "sum"), ("first", "min")]
    )
    return sums.rename_columns(
        {"count_sum": "count", "train_sum": "train", "first_min": "first"}
    ).select(["token", "count", "train", "first"])
