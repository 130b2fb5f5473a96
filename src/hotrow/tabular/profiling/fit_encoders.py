"""The encoders of a table's columns, fitted on its training rows."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from hotrow.tabular.encoders import TargetEncoder
from hotrow.tabular.encoders.text_lookup import words_in
from hotrow.tabular.profiling.column_scan import ColumnScan
from hotrow.tabular.profiling.fitting import (
    MOST_WORDS,
    DateFit,
    ListFit,
    NumberFit,
    multi_encoder,
    text_encoder,
    value_encoder,
)
from hotrow.tabular.profiling.kinds import LOOKED_UP, Found
from hotrow.tabular.profiling.table_scan import TableScan
from hotrow.tabular.profiling.target_batches import TargetColumn, target_batches
from hotrow.tabular.profiling.target_task import TargetFound
from hotrow.tabular.profiling.value_counts import ValueCounts
from hotrow.tabular.reading.table import Table
from hotrow.tabular.split import TRAIN
from hotrow.tabular.values.lists import listed, split_parts
from hotrow.tabular.values.values import Distinct, is_list, read_distinct
from hotrow_vocabulary.ordering import one_array

_NUMERIC = Found("numeric", "")


class FitEncoders:
    """Fits the encoders of the columns that a model reads.

    Args:
        table: The table.
        scan: The first pass over it.
        goal: What there is to predict.
        column: The column of the target.
        found: The kinds of the columns to fit.
        seed: Of the split.
        max_size: How many ids a column has at most.

    Attributes:
        encoders: Of each column, the layer.
        counts: Of each column that is looked up, how many training rows have each id.
        target: The encoder of the target.
    """

    def __init__(
        self,
        table: Table,
        scan: TableScan,
        goal: TargetFound,
        column: TargetColumn,
        found: Mapping[str, Found],
        seed: int,
        max_size: int,
    ) -> None:
        self.encoders: dict[str, keras.Layer] = {}
        self.counts: dict[str, np.ndarray] = {}
        self._scan, self._max_size = scan, max_size
        self._training = scan.parts["train"]
        self._memory = scan.memory
        fits = {name: self._start(kind) for name, kind in found.items()}
        again: dict[str, Found] = {}
        for name, kind in found.items():
            seen = scan.columns[name]
            if kind.kind in LOOKED_UP and not seen.counts.stopped:
                fits[name] = seen.counts
            elif seen.counts.complete and not is_list(seen.type):
                _add_counts(fits[name], kind, seen)
            else:
                again[name] = kind
        target_fit = NumberFit(goal.format, column.marks)
        is_number = goal.target.classes is None
        target_again = is_number and not scan.target.counts.complete
        if is_number and not target_again:
            _add_counts(target_fit, _NUMERIC, scan.target)
        if again or target_again:
            batches = target_batches(table, column, list(again), seed, "fitting to")
            for batch in batches:
                training = batch.parts == TRAIN
                for place, (name, kind) in enumerate(again.items()):
                    values = batch.columns.column(place)
                    _add_rows(fits[name], kind, values, training)
                if target_again:
                    there = batch.target.rows(batch.there)
                    _add_distinct(target_fit, _NUMERIC, there, training)
        for name, kind in found.items():
            self._finish(name, kind, fits[name])
        self.target = _target(goal, column, target_fit)

    def _start(self, kind: Found) -> Any:
        if kind.kind == "numeric":
            return NumberFit(kind.format, kind.marks)
        if kind.kind == "date":
            return DateFit(kind.format, kind.marks)
        if kind.kind in LOOKED_UP:
            return ValueCounts(*self._memory)
        most = MOST_WORDS if kind.kind == "text" else self._max_size
        return ListFit(self._training, most, self._memory)

    def _finish(self, name: str, kind: Found, fit: Any) -> None:
        if kind.kind in ("numeric", "date"):
            self.encoders[name] = fit.encoder()
            return
        if kind.kind == "text":
            encoder, counts = text_encoder(fit, kind)
        elif kind.kind == "multi":
            encoder, counts = multi_encoder(fit, kind)
        else:
            missing = self._scan.columns[name].missing_training
            encoder, counts = value_encoder(
                fit.table(), missing, self._training, self._max_size, kind
            )
        self.encoders[name], self.counts[name] = encoder, counts


def _add_counts(fit: Any, kind: Found, column: ColumnScan) -> None:
    """Adds all values of a column at once, each with its training rows."""
    table = column.counts.table()
    tokens, train = one_array(table["token"]), table["train"].to_numpy()
    fit.add(_of_kind(kind)(tokens), train)


def _add_rows(fit: Any, kind: Found, values: Any, training: np.ndarray) -> None:
    if is_list(values.type):
        fit.add(listed(values, kind.marks), training.astype(np.int64))
        return
    _add_distinct(fit, kind, read_distinct(values, marks=kind.marks), training)


def _add_distinct(
    fit: Any, kind: Found, values: Distinct, training: np.ndarray
) -> None:
    if isinstance(fit, ValueCounts):
        fit.add(values, training, np.arange(len(training)))
        return
    size = len(values.tokens)
    codes = values.codes[training & (values.codes >= 0)]
    fit.add(_of_kind(kind)(values.tokens), np.bincount(codes, minlength=size))


def _of_kind(kind: Found) -> Callable[[Any], Any]:
    """Returns what makes of texts what the kind's fit takes."""
    if kind.kind == "text":
        return lambda texts: words_in(texts, kind.marks)
    if kind.kind == "multi":
        separator = kind.separator
        assert separator is not None  # Only lists have none.
        return lambda texts: split_parts(texts, separator, kind.marks)
    return lambda texts: texts


def _target(goal: TargetFound, column: TargetColumn, fit: NumberFit) -> TargetEncoder:
    task, marks = goal.target.task, column.marks.to_json()
    if goal.target.classes is not None:
        return TargetEncoder(task, goal.target.classes, fold=goal.fold, marks=marks)
    form = goal.format.to_json()
    return TargetEncoder(task, None, fit.mean, fit.std, form, marks=marks)
