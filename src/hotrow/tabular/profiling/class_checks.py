"""Checks of a target that is to be learned as classes."""

import numpy as np

from hotrow.tabular.advice import argument
from hotrow.tabular.errors import TableError
from hotrow.tabular.kinds.core.evidence import Evidence

MOST_CLASSES = 1000


def check_classes(known: Evidence, task: str, numbers: np.ndarray | None) -> None:
    """Raises `TableError` if a target has too many classes, or a wrong number.

    Args:
        known: What is known of the target.
        task: "binary" or "multiclass".
        numbers: Which of its values are numbers, or None.
    """
    distinct = known.distinct
    if task == "binary" and distinct != 2:
        examples = ", ".join(repr(token.as_py())[:40] for token in known.tokens[:5])
        raise TableError(
            f"A binary target has two values. The target {known.name!r} has "
            f"{distinct}: {examples}{', ...' if distinct > 5 else ''}. Choose the "
            "task multiclass, or make it two values."
        )
    many = distinct > MOST_CLASSES or not known.complete
    if not many and (distinct <= 20 or distinct * 2 < known.present):
        return
    good = numbers
    if good is None or len(good) != len(known.tokens):
        good = np.zeros(len(known.tokens), bool)
    if known.complete and distinct * 2 < known.present:
        raise TableError(
            f"The target {known.name!r} has {distinct:,} classes in "
            f"{known.present:,} rows, and at most {MOST_CLASSES:,} can be learned. Put "
            "rare ones under one name, such as 'other', or name another column"
            f"{', or choose the task regression' * bool(good.all())}."
        )
    hint = "Name another column"
    if good.all():
        hint += ", or choose the task regression"
    elif known.share(good) >= 0.5:
        value, place = known.first_of(~good)
        hint += (
            f"; or, if it is a number, mend {value[:40]!r} in {place}, and others "
            f"like it, or pass {argument(missing={known.name: value[:20]})}"
        )
    at_least = "" if known.complete else "at least "
    raise TableError(
        f"The target {known.name!r} has {at_least}{distinct} different values in "
        f"{known.present} rows: it looks like an identifier or a text, which cannot be "
        f"learned as classes (at most {MOST_CLASSES}, each in several rows). {hint}."
    )
