"""The inputs of a network, and the place that each column of a table has in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hotrow.tabular.kinds import USED_KINDS
from hotrow.tabular.network.stack import Stack, StackedColumn
from hotrow.tabular.network.widths import width_of
from hotrow.tabular.schema import Column, Schema

# The input of all columns of numbers and dates, side by side.
NUMBERS = "numbers"


def id_columns(schema: Schema) -> list[Column]:
    """Returns the columns that enter as ids."""
    return [one for one in schema.used if USED_KINDS[one.kind].enters_as_ids]


def number_columns(schema: Schema) -> list[Column]:
    """Returns the columns that enter as numbers."""
    return [one for one in schema.used if not USED_KINDS[one.kind].enters_as_ids]


@dataclass(frozen=True)
class InputLayout:
    """The inputs of a network, and the place that each column of a table has in them.

    A network knows nothing of the columns' names, so these may be any text: its inputs
    are named by what they hold, and a column is found by its place. The layout is saved
    with the network, since another version of Hotrow may place columns otherwise.

    Attributes:
        stacks: The columns of ids, in stacks of one input each.
        numbers: The columns of numbers, side by side in one input, in this order.
    """

    stacks: tuple[Stack, ...]
    numbers: tuple[str, ...]

    @classmethod
    def of(cls, schema: Schema, encoders: Mapping[str, Any]) -> "InputLayout":
        """Returns the layout for a table.

        Columns whose vectors have one width share a stack; of those with several ids in
        a value, columns of about the same number of ids.

        Args:
            schema: Schema of the table.
            encoders: The encoder of each column, by the column's name.
        """
        groups: dict[tuple[int, int], list[Column]] = {}
        for column in id_columns(schema):
            encoder = encoders[column.name]
            # Padding is at most as much as there are ids.
            length = 0 if encoder.length is None else encoder.length.bit_length()
            width = width_of(len(encoder.vocabulary))
            groups.setdefault((width, length), []).append(column)
        stacks = tuple(
            _stack(width, groups[width, length], encoders)
            for width, length in sorted(groups)
        )
        return cls(stacks, tuple(column.name for column in number_columns(schema)))

    @property
    def columns(self) -> list[str]:
        """The names of all columns."""
        stacked = [column.name for stack in self.stacks for column in stack.columns]
        return [*stacked, *self.numbers]

    @property
    def widths(self) -> dict[str, int]:
        """The length of the vectors of each column of ids, by the column's name."""
        return {
            column.name: stack.width
            for stack in self.stacks
            for column in stack.columns
        }

    def inputs(self, encoded: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Returns the inputs of the network, by their names.

        Args:
            encoded: What the encoder of each column returned, by the column's name.
        """
        inputs = {stack.name: stack.ids(encoded) for stack in self.stacks}
        if self.numbers:
            numbers = [np.asarray(encoded[name], "float32") for name in self.numbers]
            inputs[NUMBERS] = np.concatenate(
                [one.reshape(len(one), -1) for one in numbers], axis=1
            )
        return inputs

    def to_json(self) -> dict[str, Any]:
        """Returns the layout as what `json` can write."""
        return {
            "stacks": [stack.to_json() for stack in self.stacks],
            "numbers": list(self.numbers),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "InputLayout":
        """Returns the layout that `to_json` returned as JSON."""
        stacks = tuple(Stack.from_json(stack) for stack in content["stacks"])
        return cls(stacks, tuple(content["numbers"]))


def _stack(width: int, columns: list[Column], encoders: Mapping[str, Any]) -> Stack:
    lengths = [encoders[column.name].length for column in columns]
    name = f"ids_{width}" if lengths[0] is None else f"lists_{width}_{max(lengths)}"
    stacked, offset = [], 0
    for column in columns:
        vocabulary = encoders[column.name].vocabulary
        rows = len(vocabulary)
        stacked.append(StackedColumn(column.name, rows, vocabulary.oov_id, offset))
        offset += rows - 1
    length = None if lengths[0] is None else max(lengths)
    return Stack(name, width, length, tuple(stacked))
