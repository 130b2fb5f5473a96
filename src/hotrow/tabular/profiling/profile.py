"""Profile of a table: the kinds of its columns, and their encoders."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from hotrow.tabular.advice import argument
from hotrow.tabular.conventions import Conventions
from hotrow.tabular.encoders import TargetEncoder
from hotrow.tabular.errors import TableError
from hotrow.tabular.kinds import USED_KINDS, find_kind
from hotrow.tabular.kinds.core.evidence import Evidence, named
from hotrow.tabular.kinds.core.found import Found
from hotrow.tabular.profiling.column_scan import ColumnScan
from hotrow.tabular.profiling.contexts import contexts_of
from hotrow.tabular.profiling.fit_encoders import FitEncoders
from hotrow.tabular.profiling.overrides import check_kinds, forced_kind
from hotrow.tabular.profiling.table_scan import TableScan
from hotrow.tabular.profiling.target_batches import TargetColumn
from hotrow.tabular.profiling.target_task import find_target, words_are_missing
from hotrow.tabular.profiling.unused_marks import unused_marks
from hotrow.tabular.reading.table import Table
from hotrow.tabular.schema import Column, Schema
from hotrow_common.arrow import pa, pc
from hotrow_vocabulary.ordering import one_array

_EXAMPLES = 5
_LONGEST_EXAMPLE = 60


@dataclass(frozen=True)
class Profile:
    """Profile of a table: all that is known of it before training.

    Attributes:
        schema: Its columns and its target.
        encoders: Fitted encoder of each column that a model reads.
        target_encoder: Encoder of the target.
        counts: Number of training rows of each id, for columns that enter as ids.
        class_counts: Number of training rows of each class; None for a regression.
        rows: How many rows each part has: "train", "validation", "test".
        target: The column of the target.
        notes: What a user should be told, a sentence each.
        warnings: What a user must look at, a sentence each: what may spoil the model.
        seed: Seed of the train/validation/test split.
    """

    schema: Schema
    encoders: dict[str, keras.Layer]
    target_encoder: TargetEncoder
    counts: dict[str, np.ndarray]
    class_counts: np.ndarray | None
    rows: dict[str, int]
    target: TargetColumn
    notes: tuple[str, ...] = ()
    seed: int = 0
    warnings: tuple[str, ...] = ()


def profile(
    table: Table,
    target: str,
    *,
    kinds: Mapping[str, str] | None = None,
    task: str | None = None,
    seed: int = 0,
    max_size: int = 1_000_000,
    conventions: Conventions | None = None,
) -> Profile:
    """Finds the kinds of a table's columns, and fits their encoders.

    The table is read once; of a table with more different values than fit in memory,
    the columns of numbers, dates, texts and parts that have them are read once more.
    Encoders see the training rows only.

    Args:
        table: Table that `open_table` returned.
        target: The name of the column to predict. Rows without a value of it are left
            out of everything.
        kinds: Kinds of some columns, in place of those that their values say: names
            in `hotrow.tabular.kinds.KINDS`. Defaults to `None`.
        task: One of `TASKS`. Defaults to `None`: the values decide.
        seed: Seed of the train/validation/test split. Defaults to 0.
        max_size: How many ids a column has at most. Defaults to 1,000,000.
        conventions: How values are written, where the user says it.

    Raises:
        TableError: If there is no such column or kind, or the target cannot be
            learned, or no column is left to learn from.
    """
    kinds = dict(kinds or {})
    table.require(target, "column for the target")
    check_kinds(table, kinds, target)
    conventions = conventions or Conventions()
    scan, column = _scanned(table, target, task, seed, conventions)
    target_known = scan.target.evidence()
    known = {name: one.evidence() for name, one in scan.columns.items()}
    contexts = contexts_of(
        {**known, target: target_known}, conventions, table.delimiter
    )
    goal = find_target(target_known, task, table.title, contexts[target])
    found = {
        name: forced_kind(one, kinds[name], contexts[name])
        if name in kinds
        else find_kind(one, contexts[name])
        for name, one in known.items()
    }
    columns = tuple(_column(known[name], found[name]) for name in found)
    schema = Schema(columns, goal.target, target_known.rows - goal.target.missing)
    if not schema.used:
        raise _nothing_left(table, schema)
    used = {name: one for name, one in found.items() if one.kind in USED_KINDS}
    fitted = FitEncoders(table, scan, goal, column, used, seed, max_size)
    notes = [*goal.notes, *_doubts([goal, *found.values()])]
    notes += unused_marks(
        conventions,
        {**known, target: target_known},
        {**{name: one.format for name, one in found.items()}, target: goal.format},
    )
    if goal.target.missing:
        notes.append(
            f"{goal.target.missing} of {target_known.rows} rows have no value of the "
            f"target {target!r}{_marks(target_known)} and are left out."
        )
    class_counts = None
    if goal.target.classes is not None:
        class_counts = _class_counts(scan, fitted.target)
    return Profile(
        schema,
        fitted.encoders,
        fitted.target,
        fitted.counts,
        class_counts,
        scan.parts,
        column,
        tuple(notes),
        seed,
        tuple(f"{one.warning}." for one in found.values() if one.warning),
    )


def _scanned(
    table: Table, target: str, task: str | None, seed: int, conventions: Conventions
) -> tuple[TableScan, TargetColumn]:
    """Returns one pass over a table, and which values of its target are missing.

    What is missing depends on all values, and decides which rows there are. The first
    rows tell; a table whose other rows say otherwise is read once more.
    """
    column = TargetColumn(target, conventions.marks(target))
    first = next(table.batches([target]), None)
    if first is not None:
        seen = ColumnScan(
            target, first.column(0).type, 1 << 20, 1 << 26, table.place,
            marks=column.marks,
        )  # fmt: skip
        rows = np.arange(len(first))
        seen.add(first.column(0), np.ones(len(first), bool), rows, rows[:0], None)
        column = _decided(column, seen, task, conventions, table)
    for _ in range(2):
        scan = TableScan(table, column, seed, conventions)
        decided = _decided(column, scan.target, task, conventions, table)
        if decided == column or not scan.target.evidence().words().any():
            break
        column = decided
    return scan, column


def _decided(
    column: TargetColumn,
    scan: ColumnScan,
    task: str | None,
    conventions: Conventions,
    table: Table,
) -> TargetColumn:
    known = scan.evidence()
    context = contexts_of({column.name: known}, conventions, table.delimiter)
    missing = words_are_missing(known, task, context[column.name])
    return replace(column, words_are_missing=missing)


def _class_counts(scan: TableScan, encoder: TargetEncoder) -> np.ndarray:
    table = scan.target.counts.table()
    classes = encoder.encode(one_array(table["token"]))
    counts = np.bincount(
        classes + 1, table["train"].to_numpy(), len(encoder.classes or ()) + 1
    )
    return counts[1:].astype(np.int64)


def _marks(known: Evidence) -> str:
    """Returns in words which marks of a target are missing."""
    return f", but {named(known.gone)}," if known.gone else ""


def _doubts(found: Iterable[Any]) -> list[str]:
    return [f"{one.doubt}." for one in found if one.doubt]


def _column(known: Evidence, found: Found) -> Column:
    known = known.without(
        pc.is_in(known.tokens, value_set=pa.array(found.absent, pa.large_string()))
        .to_numpy(zero_copy_only=False)
    )  # fmt: skip
    examples = tuple(
        str(token)[:_LONGEST_EXAMPLE] for token in known.tokens[:_EXAMPLES].to_pylist()
    )
    return Column(
        known.name,
        found.kind,
        found.why,
        known.missing,
        known.distinct,
        examples,
        found.separator,
    )


def _nothing_left(table: Table, schema: Schema) -> TableError:
    target = schema.target.name
    if not schema.columns:
        return TableError(
            f"{table.title} has no column beside the target {target!r}. Add columns to "
            "learn from."
        )
    kinds = "; ".join(f"{c.name!r} is {c.kind} ({c.why})" for c in schema.columns[:10])
    return TableError(
        f"{table.title} has no column to learn from beside the target {target!r}: "
        f"{kinds}. Add columns, or say what one is: "
        f"{argument(kinds={'COLUMN': 'categorical'})}."
    )
