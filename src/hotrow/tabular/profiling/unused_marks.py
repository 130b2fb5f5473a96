"""Marks of missing values that a user gives, and that no row has."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from hotrow.tabular.conventions import ALL, Conventions
from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow_common.arrow import pa


def unused_marks(
    conventions: Conventions,
    columns: Mapping[str, Evidence],
    formats: Mapping[str, Any],
) -> list[str]:
    """Returns a note for each mark that is in no column that it is given for.

    Args:
        conventions: How values are written, where the user says it.
        columns: What is known of each column.
        formats: Formats in which columns of numbers are written.
    """
    notes = []
    for name, marks in conventions.missing.items():
        names = list(columns) if name == ALL else [name]
        for mark in marks:
            if not any(_has(columns[one], formats.get(one), mark) for one in names):
                where = "no column" if name == ALL else f"no row of {name!r}"
                notes.append(f"{mark!r} is to be missing, and {where} has it.")
    return notes


def _has(known: Evidence, form: Any, mark: str) -> bool:
    if mark in known.gone or not mark:
        return True
    if form is None or not hasattr(form, "to_json") or not len(known.tokens):
        return False
    # Of -1, -1.0 is one as well.
    number = form.read(pa.array([mark], pa.large_string()))
    return bool(np.isin(form.read(known.tokens), number).any())
