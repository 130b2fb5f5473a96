"""The rows of a table that have a target, batch by batch, with their parts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hotrow.tabular.reading.table import Table
from hotrow.tabular.training.split import split_of_rows
from hotrow.tabular.values.values import Distinct, read_distinct
from hotrow.vocabulary.arrow import pa
from hotrow.vocabulary.progress import progress


@dataclass(frozen=True)
class TargetBatch:
    """Some rows of a table.

    Attributes:
        columns: Of the rows that have a target, as an Arrow record batch.
        rows: The numbers of these rows in the table.
        parts: Which part each belongs to, as `split_of_rows` says.
        start: The number of the first row of the batch.
        target: Of all rows of the batch, those without a target included.
    """

    columns: Any
    rows: np.ndarray
    parts: np.ndarray
    start: int
    target: Distinct


def target_batches(
    table: Table, target: str, names: Sequence[str], seed: int, what: str
) -> Iterator[TargetBatch]:
    """Yields a table's rows, under a progress bar.

    Args:
        table: The table.
        target: The column whose missing values leave rows out.
        names: The other columns to read.
        seed: Of the split.
        what: What is being done, for the bar.
    """
    start = seen = 0
    batches = table.batches([*names, target])
    for batch in progress(batches, f"{what} {table.title}"):
        values = read_distinct(batch.column(len(names)), target)
        there = values.codes >= 0
        columns = batch.select(list(names))
        if not there.all():
            columns = columns.filter(pa.array(there))
        rows = np.flatnonzero(there) + start
        parts = split_of_rows(seen, len(rows), seed)
        yield TargetBatch(columns, rows, parts, start, values)
        start += len(batch)
        seen += len(rows)
