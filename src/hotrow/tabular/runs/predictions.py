"""Predictions for a table, batch by batch, beside columns of the table."""

from collections.abc import Iterator, Sequence
from itertools import tee
from typing import Any

import numpy as np

from hotrow.tabular.reading.table import Table
from hotrow.tabular.run_error import RunError
from hotrow.tabular.table_model import TableModel
from hotrow.tabular.unread import UnreadValues
from hotrow_common.arrow import pa


class Predictions:
    """Predictions for a table.

    Args:
        model: The model.
        table: The table.
        id: Columns of the table that stand ahead of the predictions.
        keep_columns: Whether all columns of the table do.

    Raises:
        ValueError: If the table lacks a column, or a column to keep has the name of
            one of the predictions.
    """

    def __init__(
        self,
        model: TableModel,
        table: Table,
        id: str | Sequence[str] = (),
        keep_columns: bool = False,
    ) -> None:
        self._model, self._table = model, table
        self._unread = UnreadValues(model.lookup)
        nothing = np.zeros((0, *model.model.output_shape[1:]), "float32")
        made = model.answers(nothing).schema.names
        ids = [id] if isinstance(id, str) else list(id)
        self._kept = list(dict.fromkeys(table.column(name) for name in ids))
        for name in self._kept:
            if name in made:
                raise RunError(
                    f"The column {name!r} cannot stand beside the predictions, of "
                    f"which one has the same name. Rename it in {table.title}."
                )
        self._notes = []
        clashes = [name for name in table.names if name in made] * keep_columns
        if keep_columns:
            self._kept += [
                name for name in table.names if name not in (*self._kept, *clashes)
            ]
            if clashes:
                self._notes.append(
                    "Columns that are named as the predictions are not kept: "
                    f"{', '.join(map(repr, clashes))}."
                )
        told = {*self._kept, *clashes}
        others = [name for name in table.names if name not in told]
        read = [name for name in table.names if name in model.lookup]
        self._notes += model.check_columns(list(dict.fromkeys([*others, *read])))

    def batches(self) -> Iterator[Any]:
        """Yields Arrow batches: the columns that are kept, and the predictions."""
        wanted = list(dict.fromkeys([*self._model.lookup, *self._kept]))
        raw, again = tee(self._table.batches(wanted))
        predictions = self._model.predict_batches(again, self._unread)
        for batch, predicted in zip(raw, predictions, strict=True):
            kept = [batch.column(name) for name in self._kept]
            yield pa.RecordBatch.from_arrays(
                [*kept, *predicted.columns],
                names=[*self._kept, *predicted.schema.names],
            )

    def notes(self) -> list[str]:
        """Returns what there is to tell, once all batches were taken."""
        return [*self._notes, *self._unread.notes(self._table.place)]
