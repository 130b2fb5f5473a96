"""The rows of a table that have a target, batch by batch, with their parts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hotrow.tabular.reading.table import Table
from hotrow.tabular.split import split_of_rows
from hotrow.tabular.values.missing import USUAL, Marks
from hotrow.tabular.values.values import Distinct, read_distinct
from hotrow_common.arrow import pa
from hotrow_common.progress import progress


@dataclass(frozen=True)
class TargetColumn:
    """The target of a table, and which of its values are missing.

    Attributes:
        name: Name of the column.
        marks: What is missing in it whatever the other values are.
        words_are_missing: Whether words such as `NA` and `None` are missing, too.
    """

    name: str
    marks: Marks = USUAL
    words_are_missing: bool = True


@dataclass(frozen=True)
class TargetBatch:
    """Some rows of a table.

    Attributes:
        columns: Columns of the rows that have a target, as an Arrow record batch.
        rows: The numbers of these rows in the table.
        parts: Which part each belongs to, as `split_of_rows` says.
        start: The number of the first row of the batch.
        target: Target of all rows of the batch, those without one included.
        there: Which rows of the batch have a target.
        type: The type of the target in Arrow.
    """

    columns: Any
    rows: np.ndarray
    parts: np.ndarray
    start: int
    target: Distinct
    there: np.ndarray
    type: Any


def target_batches(
    table: Table, target: TargetColumn, names: Sequence[str], seed: int, what: str
) -> Iterator[TargetBatch]:
    """Yields a table's rows, under a progress bar.

    Args:
        table: The table.
        target: The column whose missing values leave rows out.
        names: The other columns to read.
        seed: Seed of the train/validation/test split.
        what: What is being done, for the bar.
    """
    start = seen = 0
    batches = table.batches([*names, target.name])
    for batch in progress(batches, f"{what} {table.title}"):
        column = batch.column(len(names))
        values = read_distinct(column, target.name, target.marks)
        there = values.codes >= 0
        if target.words_are_missing:
            words = target.marks.are_words(values.tokens)
            there &= ~np.append(words, False)[values.codes]
        columns = batch.select(list(names))
        if not there.all():
            columns = columns.filter(pa.array(there))
        rows = np.flatnonzero(there) + start
        parts = split_of_rows(seen, len(rows), seed)
        yield TargetBatch(columns, rows, parts, start, values, there, column.type)
        start += len(batch)
        seen += len(rows)
