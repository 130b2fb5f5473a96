"""One pass over a table."""

import numpy as np

from hotrow.tabular.conventions import Conventions
from hotrow.tabular.kinds import KINDS, find_kind
from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.profiling.column_scan import ColumnScan
from hotrow.tabular.profiling.row_sample import RowSample
from hotrow.tabular.profiling.target_batches import (
    TargetBatch,
    TargetColumn,
    target_batches,
)
from hotrow.tabular.reading.table import Table
from hotrow.tabular.split import PARTS, TRAIN
from hotrow_common.arrow import pa

# What the counts of all columns take at most, and those of one.
MEMORY = 128 << 20
MOST_DISTINCT = 1_000_000


class TableScan:
    """Counts and samples of all columns, from one pass over a table.

    Args:
        table: The table.
        target: The column to predict.
        seed: Seed of the train/validation/test split.
        conventions: How values are written, where the user says it.
        most: How many different values of a column are counted at most.

    Attributes:
        columns: What was found of each column but the target.
        target: What was found of the target, over all rows.
        parts: How many rows each part has, by its name.
        memory: How many values of a column are counted at most, and in how many bytes.
    """

    def __init__(
        self,
        table: Table,
        target: TargetColumn,
        seed: int,
        conventions: Conventions,
        most: int = MOST_DISTINCT,
    ) -> None:
        names = [name for name in table.names if name != target.name]
        share = MEMORY // max(1, len(table.names))
        self.memory = (most, min(64 << 20, max(2 << 20, share)))
        self.columns: dict[str, ColumnScan] = {}
        self.target = ColumnScan(
            target.name,
            pa.large_string(),
            *self.memory,
            table.place,
            marks=target.marks,
        )
        self.parts = dict.fromkeys(PARTS, 0)
        sample, target_sample = RowSample(), RowSample()
        for batch in target_batches(table, target, names, seed, "reading"):
            training = batch.parts == TRAIN
            chosen, kept = sample.add(batch.rows)
            for name in names:
                values = batch.columns.column(names.index(name))
                if name not in self.columns:
                    self.columns[name] = ColumnScan(
                        name,
                        values.type,
                        *self.memory,
                        table.place,
                        _needs_counts,
                        conventions.marks(name),
                    )
                self.columns[name].add(values, training, batch.rows, chosen, kept)
            self._add_target(batch, training, target_sample)
            for part, name in enumerate(PARTS):
                self.parts[name] += int((batch.parts == part).sum())

    def _add_target(
        self, batch: TargetBatch, training: np.ndarray, sample: RowSample
    ) -> None:
        self.target.type = batch.type
        of_all = np.zeros(len(batch.there), bool)
        of_all[batch.there] = training
        rows = np.arange(len(batch.there)) + batch.start
        self.target.add_distinct(batch.target, of_all, rows, *sample.add(rows))


def _needs_counts(known: Evidence) -> bool:
    # Other kinds are fitted in another pass, where there are so many values.
    return KINDS[find_kind(known).kind].needs_counts
