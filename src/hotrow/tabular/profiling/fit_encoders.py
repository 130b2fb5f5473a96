"""The encoders of a table's columns, fitted on its training rows."""

from collections.abc import Mapping

import keras
import numpy as np

from hotrow.tabular.encoders import TargetEncoder
from hotrow.tabular.kinds import USED_KINDS
from hotrow.tabular.kinds.core.fit import Fit, FitOptions
from hotrow.tabular.kinds.core.found import Found
from hotrow.tabular.kinds.core.number_fit import NumberFit
from hotrow.tabular.profiling.table_scan import TableScan
from hotrow.tabular.profiling.target_batches import TargetColumn, target_batches
from hotrow.tabular.profiling.target_task import TargetFound
from hotrow.tabular.reading.table import Table
from hotrow.tabular.split import TRAIN


class FitEncoders:
    """Fits the encoders of the columns that a model reads.

    Args:
        table: The table.
        scan: The first pass over it.
        goal: What there is to predict.
        column: The column of the target.
        found: The kinds of the columns to fit, by the columns' names.
        seed: Seed of the train/validation/test split.
        max_size: How many ids a column has at most.

    Attributes:
        encoders: Encoder of each column.
        counts: Number of training rows of each id, for columns that enter as ids.
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
        fits, again = self._started(scan, found, max_size)
        target_fit = NumberFit(goal.format, column.marks)
        target_again = goal.target.classes is None and not target_fit.take(
            scan.target.counts
        )
        if again or target_again:
            batches = target_batches(table, column, again, seed, "fitting to")
            for batch in batches:
                training = batch.parts == TRAIN
                for place, name in enumerate(again):
                    fits[name].add_rows(batch.columns.column(place), training)
                if target_again:
                    there = batch.target.rows(batch.there)
                    target_fit.add_distinct(there, training)
        for name, fit in fits.items():
            self.encoders[name], counts = fit.fitted()
            if counts is not None:
                self.counts[name] = counts
        self.target = _target(goal, column, target_fit)

    @staticmethod
    def _started(
        scan: TableScan, found: Mapping[str, Found], max_size: int
    ) -> tuple[dict[str, Fit], list[str]]:
        """Returns the fit of each column, and the columns to read once more."""
        fits, again = {}, []
        for name, one in found.items():
            seen = scan.columns[name]
            options = FitOptions(
                scan.parts["train"], seen.missing_training, max_size, scan.memory
            )
            fits[name] = USED_KINDS[one.kind].fit(one, options)
            if not fits[name].take(seen.counts):
                again.append(name)
        return fits, again


def _target(goal: TargetFound, column: TargetColumn, fit: NumberFit) -> TargetEncoder:
    task, marks = goal.target.task, column.marks.to_json()
    if goal.target.classes is not None:
        return TargetEncoder(task, goal.target.classes, fold=goal.fold, marks=marks)
    form = goal.format.to_json()
    return TargetEncoder(task, None, fit.mean, fit.std, form, marks=marks)
