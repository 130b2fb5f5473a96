"""Which columns of a table enter a network, and under which names."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from hotrow.tabular.schema import Column, Schema

# All columns of numbers and dates enter side by side, as one matrix of this name.
NUMBERS = "numbers"
# Kinds whose columns enter as ids, each by an input of its own.
OF_IDS = ("categorical", "code", "multi", "text")


def id_columns(schema: Schema) -> list[Column]:
    """Returns the columns that enter as ids."""
    return [column for column in schema.used if column.kind in OF_IDS]


def number_columns(schema: Schema) -> list[Column]:
    """Returns the columns that enter as numbers."""
    return [column for column in schema.used if column.kind not in OF_IDS]


def input_names(columns: Iterable[Column]) -> dict[str, str]:
    """Returns the name of the input of each column, by the column's name.

    An input's name is that of its column, as far as it may be: a layer's name has no
    slash, and begins with a letter.
    """
    taken, names = {NUMBERS}, {}
    for column in columns:
        name = re.sub(r"[^0-9A-Za-z_.-]+", "_", column.name)
        name = name if re.match("[A-Za-z]", name) else f"column_{name}"
        base, number = name, 2
        while name.lower() in taken:
            name, number = f"{base}_{number}", number + 1
        taken.add(name.lower())
        names[column.name] = name
    return names


def side_by_side(
    schema: Schema, encoded: Mapping[str, Any], rows: Any = slice(None)
) -> dict[str, np.ndarray]:
    """Returns the inputs of a network.

    Args:
        schema: Of the table.
        encoded: The encoded columns, by the columns' names.
        rows: Which rows to take.
    """
    columns = id_columns(schema)
    names = input_names(columns)
    inputs = {
        names[column.name]: np.asarray(encoded[column.name][rows]) for column in columns
    }
    numbers = [
        np.asarray(encoded[column.name][rows], "float32")
        for column in number_columns(schema)
    ]
    if numbers:
        inputs[NUMBERS] = np.concatenate(
            [one.reshape(len(one), -1) for one in numbers], axis=1
        )
    return inputs
