"""Values that the encoders of a model could not read or do not know, counted."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hotrow.tabular.encoders.encoder import ColumnEncoder
from hotrow.tabular.values.columns import as_array
from hotrow.tabular.values.values import is_list, read_distinct
from hotrow_common.arrow import pa


class UnreadValues:
    """Counts the values of columns that their encoders cannot read or do not know.

    Most batches cost a look at the encoded arrays: raw values are read once more only
    where there is NaN or the id of unknown values.

    Args:
        lookup: What encodes each column, by the column's name.
    """

    def __init__(self, lookup: Mapping[str, Any]) -> None:
        self._lookup: dict[str, ColumnEncoder] = {
            name: layer for name, layer in lookup.items() if hasattr(layer, "unread")
        }
        self._read = dict.fromkeys(self._lookup, 0)
        self._unread = dict.fromkeys(self._lookup, 0)
        self._first: dict[str, tuple[str, int]] = {}

    def add(
        self,
        columns: Mapping[str, Any],
        row: int = 0,
        encoded: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        """Adds some rows.

        Args:
            columns: Raw values of each column.
            row: The number of the first row.
            encoded: What the encoders returned for them. Defaults to `None`: they are
                called.
        """
        for name, layer in self._lookup.items():
            values = columns[name]
            array = layer.encode(values) if encoded is None else encoded[name]
            suspect, others = layer.suspect(array)
            self._read[name] += others
            rows = np.flatnonzero(suspect)
            if not rows.size:
                continue
            some = as_array(values).take(pa.array(rows))
            is_read, rows = _unread_rows(layer, some, rows)
            self._read[name] += is_read
            self._unread[name] += len(rows)
            if rows.size and name not in self._first:
                value = as_array(values)[int(rows[0])].as_py()
                self._first[name] = (str(value).strip(), row + int(rows[0]))

    def notes(self, place: Callable[[int], str] | None = None) -> list[str]:
        """Returns a sentence for each column of which much cannot be read.

        Args:
            place: Says in words where a row is. Defaults to `None`: its number, from 0.
        """
        notes = []
        for name in self._lookup:
            if name not in self._first:
                continue
            text, row = self._first[name]
            unread = self._unread[name]
            total = unread + self._read[name]
            layer = self._lookup[name]
            if unread < layer.unread_share * total:
                continue
            where = f"row {row} (counted from 0)" if place is None else place(row)
            share = 100 if unread == total else min(99, round(100 * unread / total))
            notes.append(
                f"{name}: {share or '< 1'} % {layer.unread_words}, first {text[:40]!r} "
                f"in {where}."
            )
        return notes


def _unread_rows(
    layer: ColumnEncoder, some: Any, rows: np.ndarray
) -> tuple[int, np.ndarray]:
    """Returns how many of some rows have a value that is read, and which are unread."""
    if is_list(some.type):
        return 0, rows
    distinct = read_distinct(some, marks=layer.marks)
    unread = np.append(layer.unread(distinct.tokens), False)[distinct.codes]
    return int((~unread & (distinct.codes >= 0)).sum()), rows[unread]
