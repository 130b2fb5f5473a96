"""What a table holds: the kinds of its columns, and their encoders."""

from collections.abc import Mapping
from dataclasses import dataclass

import keras
import numpy as np

from hotrow.tabular.encoders import TargetEncoder
from hotrow.tabular.errors import TableError
from hotrow.tabular.evidence import Evidence
from hotrow.tabular.fit_encoders import FitEncoders
from hotrow.tabular.kinds import Found, find_kind
from hotrow.tabular.overrides import check_kinds, forced_kind
from hotrow.tabular.schema import KINDS, Column, Schema
from hotrow.tabular.table import Table
from hotrow.tabular.table_scan import TableScan
from hotrow.tabular.target_task import find_target

_EXAMPLES = 5
_LONGEST_EXAMPLE = 60


@dataclass(frozen=True)
class Profile:
    """What is known of a table before training.

    Attributes:
        schema: Its columns and its target.
        encoders: Of each column that a model reads, the fitted layer.
        target_encoder: Of the target.
        counts: Of each column that is looked up, how many training rows have each id.
        class_counts: Of a classification, how many training rows each class has.
        rows: How many rows each part has: "train", "validation", "test".
        notes: What a user should be told, a sentence each.
        seed: Of the split.
    """

    schema: Schema
    encoders: dict[str, keras.Layer]
    target_encoder: TargetEncoder
    counts: dict[str, np.ndarray]
    class_counts: np.ndarray | None
    rows: dict[str, int]
    notes: tuple[str, ...] = ()
    seed: int = 0


def profile(
    table: Table,
    target: str,
    *,
    kinds: Mapping[str, str] | None = None,
    task: str | None = None,
    seed: int = 0,
    max_size: int = 1_000_000,
) -> Profile:
    """Finds the kinds of a table's columns, and fits their encoders.

    The table is read once; of a table with more different values than fit in memory,
    the columns of numbers, dates, texts and parts that have them are read once more.
    Encoders see the training rows only.

    Args:
        table: Of `open_table`.
        target: The name of the column to predict. Rows without a value of it are left
            out of everything.
        kinds: Kinds of some columns, in place of those that their values say: one of
            `KINDS`, or of `LEFT_OUT` to leave a column out. Defaults to `None`.
        task: One of `TASKS`. Defaults to `None`: the values decide.
        seed: Of the split. Defaults to 0.
        max_size: How many ids a column has at most. Defaults to 1,000,000.

    Raises:
        TableError: If there is no such column or kind, or the target cannot be
            learned, or no column is left to learn from.
    """
    kinds = dict(kinds or {})
    table.require(target, "column for the target")
    check_kinds(table, kinds, target)
    scan = TableScan(table, target, seed)
    target_known = scan.target.evidence()
    goal, order, notes = find_target(target_known, task, table.title)
    known = {name: column.evidence() for name, column in scan.columns.items()}
    found = {
        name: forced_kind(column, kinds[name]) if name in kinds else find_kind(column)
        for name, column in known.items()
    }
    columns = tuple(_column(known[name], found[name]) for name in found)
    schema = Schema(columns, goal, target_known.present)
    if not schema.used:
        raise _nothing_left(table, schema)
    used = {name: kind for name, kind in found.items() if kind.kind in KINDS}
    fitted = FitEncoders(table, scan, goal, used, seed, max_size)
    if target_known.missing:
        notes.append(
            f"{target_known.missing} of {target_known.rows} rows have no value of the "
            f"target {target!r} and are left out."
        )
    class_counts = None
    if goal.classes is not None:
        class_counts = scan.target.counts.table()["train"].to_numpy()[order]
    return Profile(
        schema,
        fitted.encoders,
        fitted.target,
        fitted.counts,
        class_counts,
        scan.parts,
        tuple(notes),
        seed,
    )


def _column(known: Evidence, found: Found) -> Column:
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
        f"{kinds}. Add columns, or say what one is: `--kind COLUMN=categorical`."
    )
