"""One pass over a table."""

import numpy as np

from hotrow.tabular.column_scan import ColumnScan
from hotrow.tabular.evidence import Evidence
from hotrow.tabular.kinds import LOOKED_UP, find_kind
from hotrow.tabular.row_sample import RowSample
from hotrow.tabular.split import PARTS, TRAIN
from hotrow.tabular.table import Table
from hotrow.tabular.target_batches import target_batches
from hotrow.tabular.values import Distinct
from hotrow.vocabulary.arrow import pa

# What the counts of all columns take at most, and those of one.
MEMORY = 128 << 20
MOST_DISTINCT = 1_000_000


class TableScan:
    """What one pass over a table finds.

    Args:
        table: The table.
        target: The name of the column to predict.
        seed: Of the split.
        most: How many different values of a column are counted at most.

    Attributes:
        columns: What was found of each column but the target.
        target: What was found of the target, over all rows.
        parts: How many rows each part has, by its name.
        memory: How many values of a column are counted at most, and in how many bytes.
    """

    def __init__(
        self, table: Table, target: str, seed: int, most: int = MOST_DISTINCT
    ) -> None:
        names = [name for name in table.names if name != target]
        share = MEMORY // max(1, len(table.names))
        self.memory = (most, min(64 << 20, max(2 << 20, share)))
        self.columns: dict[str, ColumnScan] = {}
        self.target = ColumnScan(target, pa.large_string(), *self.memory, table.place)
        self.parts = dict.fromkeys(PARTS, 0)
        sample, target_sample = RowSample(), RowSample()
        for batch in target_batches(table, target, names, seed, "reading"):
            training = batch.parts == TRAIN
            chosen, kept = sample.add(batch.rows)
            for name in names:
                values = batch.columns.column(names.index(name))
                if name not in self.columns:
                    self.columns[name] = ColumnScan(
                        name, values.type, *self.memory, table.place, _needs_counts
                    )
                self.columns[name].add(values, training, batch.rows, chosen, kept)
            self._add_target(batch.target, batch.start, training, target_sample)
            for part, name in enumerate(PARTS):
                self.parts[name] += int((batch.parts == part).sum())

    def _add_target(
        self, values: Distinct, start: int, training: np.ndarray, sample: RowSample
    ) -> None:
        there = values.codes >= 0
        of_all = np.zeros(len(there), bool)
        of_all[there] = training
        rows = np.arange(len(there)) + start
        self.target.add_distinct(values, of_all, rows, *sample.add(rows))


def _needs_counts(known: Evidence) -> bool:
    # Other kinds are fitted in another pass, where there are so many values.
    return find_kind(known).kind in LOOKED_UP
