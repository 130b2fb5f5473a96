"""Values that the encoders of a model could not read or do not know, counted."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hotrow.tabular.values.columns import as_array
from hotrow.tabular.values.values import is_list, read_distinct
from hotrow_common.arrow import pa

# From such a share of a column's values on it is told: each number or date that is
# none, and categories and words only where unknown ones are more than usual.
_NUMBERS, _VALUES = 0.0, 0.2


class UnreadValues:
    """Counts the values of columns that their encoders cannot read or do not know.

    Most batches cost a look at the encoded arrays: raw values are read once more only
    where there is NaN or the id of unknown values.

    Args:
        lookup: What encodes each column, by the column's name.
    """

    def __init__(self, lookup: Mapping[str, Any]) -> None:
        self._lookup = {
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
            suspect, others = _suspect(layer, array)
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
            words = self._lookup[name].unread_words
            if unread < (_VALUES if words.startswith("unknown") else _NUMBERS) * total:
                continue
            where = f"row {row} (counted from 0)" if place is None else place(row)
            share = 100 if unread == total else min(99, round(100 * unread / total))
            notes.append(
                f"{name}: {share or '< 1'} % {words}, first {text[:40]!r} in {where}."
            )
        return notes


def _suspect(layer: Any, encoded: np.ndarray) -> tuple[np.ndarray, int]:
    """Returns which rows may hold what is unread, and how many others have a value."""
    if encoded.dtype.kind == "f":
        suspect = np.isnan(encoded if encoded.ndim == 1 else encoded[:, 0])
        return suspect, int((~suspect).sum())
    unknown = layer.vocabulary.oov_id
    if encoded.ndim == 1:
        suspect = encoded == unknown
        missing = layer.vocabulary.encode([layer.missing_as])[0]
        return suspect, int((~suspect & (encoded != missing)).sum())
    there = (encoded != 0).any(axis=1)
    known = ((encoded != 0) & (encoded != unknown)).any(axis=1)
    return there & ~known, int(known.sum())


def _unread_rows(layer: Any, some: Any, rows: np.ndarray) -> tuple[int, np.ndarray]:
    """Returns how many of some rows have a value that is read, and which are unread."""
    if is_list(some.type):
        return 0, rows
    distinct = read_distinct(some, marks=layer.marks)
    unread = np.append(layer.unread(distinct.tokens), False)[distinct.codes]
    return int((~unread & (distinct.codes >= 0)).sum()), rows[unread]
