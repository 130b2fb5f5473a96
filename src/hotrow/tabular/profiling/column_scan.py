"""Counts and a sample of a column, gathered batch by batch."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.value_counts import ValueCounts
from hotrow.tabular.values.lists import listed
from hotrow.tabular.values.missing import USUAL, Marks
from hotrow.tabular.values.values import Distinct, is_list, is_nested, read_distinct
from hotrow_common.arrow import pa
from hotrow_vocabulary.ordering import one_array


class ColumnScan:
    """Gathers what is to be known of a column, batch by batch.

    Args:
        name: Name of the column.
        kind: Its type in Arrow.
        most: How many distinct values are counted at most.
        size: How many bytes they take at most.
        place: Says in words where a row is, as `Table.place` does.
        needs_counts: Says whether the counts are of use if there are more values than
            that. Defaults to `None`: they always are.
        marks: What is missing in the column.
    """

    def __init__(
        self,
        name: str,
        kind: Any,
        most: int,
        size: int,
        place: Callable[[int], str],
        needs_counts: Callable[[Evidence], bool] | None = None,
        marks: Marks = USUAL,
    ) -> None:
        self.name, self.type, self.marks = name, kind, marks
        self.rows = self.missing = self.missing_training = 0
        self._place, self._needs_counts = place, needs_counts
        self.counts = ValueCounts(most, size)
        self.gone: Counter[str] = Counter()
        self._sample: list[tuple[Any, np.ndarray]] = []

    def add(
        self,
        values: Any,
        training: np.ndarray,
        rows: np.ndarray,
        chosen: np.ndarray,
        kept: np.ndarray | None,
    ) -> None:
        """Adds a batch.

        Args:
            values: Values of the column.
            training: Whether each row trains.
            rows: The number of each row in the table.
            chosen: The places of the rows that are in the sample.
            kept: Which rows in the sample so far stay; or None for all.
        """
        if is_nested(self.type):
            self.rows += len(values)
            self.missing += values.null_count
        elif is_list(self.type):
            self.rows += len(values)
            self._add_lists(values, training, rows)
        else:
            distinct = read_distinct(values, self.name, self.marks)
            self.add_distinct(distinct, training, rows, chosen, kept)

    def add_distinct(
        self,
        distinct: Distinct,
        training: np.ndarray,
        rows: np.ndarray,
        chosen: np.ndarray,
        kept: np.ndarray | None,
    ) -> None:
        """Adds a batch that was read already, as `add` does."""
        self.rows += len(distinct.codes)
        self.gone.update(distinct.gone)
        absent = distinct.codes < 0
        self.missing += int(absent.sum())
        self.missing_training += int((absent & training).sum())
        self.counts.add(distinct, training, rows)
        self._sample.append((distinct.rows(chosen).texts(), rows[chosen]))
        if kept is not None:
            texts, numbers = self._joined()
            self._sample = [(texts.filter(pa.array(kept)), numbers[kept])]
        if not self.counts.complete and self._needs_counts is not None:
            if not self._needs_counts(self.evidence()):
                self.counts.stop()
            self._needs_counts = None

    def evidence(self) -> Evidence:
        """Returns what is known of the column."""
        table = self.counts.table()
        complete = self.counts.complete
        tokens, counts = one_array(table["token"]), table["count"].to_numpy()
        first = table["first"].to_numpy()
        if not complete and not is_list(self.type):
            texts, numbers = self._joined()
            sample = read_distinct(texts, marks=self.marks)
            tokens = sample.tokens
            there = sample.codes >= 0
            codes, numbers = sample.codes[there], numbers[there]
            counts = np.bincount(codes, minlength=len(tokens))
            first = np.zeros(len(tokens), np.int64)
            first[codes[::-1]] = numbers[::-1]
        return Evidence(
            self.name,
            self.type,
            self.rows,
            self.missing,
            self.counts.distinct,
            complete,
            self.counts.singles or 0.0,
            tokens,
            counts,
            first,
            self._place,
            self.marks,
            dict(self.gone),
        )

    def _add_lists(self, values: Any, training: np.ndarray, rows: np.ndarray) -> None:
        lists = listed(values, self.marks)
        lengths = np.diff(lists.offsets.to_numpy())
        self.missing += int((lengths == 0).sum())
        parts = read_distinct(lists.flatten(), marks=self.marks)
        parents = np.repeat(np.arange(len(lists)), lengths)
        self.counts.add(parts, training[parents], rows[parents])

    def _joined(self) -> tuple[Any, np.ndarray]:
        texts = pa.concat_arrays([part for part, _ in self._sample])
        return texts, np.concatenate([rows for _, rows in self._sample])
