"""Columns of ids whose vectors are the rows of one table."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class StackedColumn:
    """One column of a stack.

    Attributes:
        name: Name of the column.
        rows: How many ids it has, with those of padding and out-of-vocabulary values.
        oov_id: Its id of out-of-vocabulary values.
        offset: The row of the stack's table that id 1 has, less 1.
    """

    name: str
    rows: int
    oov_id: int
    offset: int


@dataclass(frozen=True)
class Stack:
    """Columns of ids whose vectors are the rows of one table, one below the other.

    Each column has consecutive rows of the table: id `i` is row `i + offset`, with an
    offset for each column. Id 0, padding, is row 0 for all of them. One lookup then
    serves all columns of a stack, and a network has a variable for each stack and not
    for each column (table stacking, as recommender systems do it for their narrow
    tables).

    Attributes:
        name: Name of the network's input of these columns.
        width: Length of the vectors.
        length: How many ids a value of these columns has at most; None where each
            value is one id.
        columns: The columns, in the order of the table's rows.
    """

    name: str
    width: int
    length: int | None
    columns: tuple[StackedColumn, ...]

    @property
    def rows(self) -> int:
        """Number of rows of the table."""
        last = self.columns[-1]
        return last.offset + last.rows

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the input of one row of data."""
        each = () if self.length is None else (self.length,)
        return (len(self.columns), *each)

    @property
    def oov_id(self) -> np.ndarray:
        """Each column's row of out-of-vocabulary values, to broadcast to the input."""
        rows = [column.offset + column.oov_id for column in self.columns]
        return np.array(rows, "int32").reshape(-1, *(1,) * (len(self.shape) - 1))

    def ids(self, encoded: Mapping[str, Any]) -> np.ndarray:
        """Returns the rows of the table for the ids of all columns, side by side.

        Args:
            encoded: The ids of each column, by the column's name.
        """
        first = np.asarray(encoded[self.columns[0].name])
        rows = np.zeros((len(first), *self.shape), "int32")
        for place, column in enumerate(self.columns):
            ids = np.asarray(encoded[column.name])
            moved = np.where(ids > 0, ids + np.int32(column.offset), 0)
            if self.length is None:
                rows[:, place] = moved
            else:
                rows[:, place, : ids.shape[1]] = moved
        return rows

    def vectors(self, table: np.ndarray) -> dict[str, np.ndarray]:
        """Returns the vectors of each column's ids, by the column's name.

        Args:
            table: The stack's table.
        """
        return {
            column.name: np.concatenate(
                [table[:1], table[column.offset + 1 : column.offset + column.rows]]
            )
            for column in self.columns
        }

    def to_json(self) -> dict[str, Any]:
        """Returns the stack as what `json` can write."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Stack":
        """Returns the stack that `to_json` returned as JSON."""
        columns = tuple(StackedColumn(**column) for column in content["columns"])
        return cls(**{**content, "columns": columns})
