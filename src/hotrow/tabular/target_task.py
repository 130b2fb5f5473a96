"""What there is to predict, by the values of the target."""

import numpy as np

from hotrow.tabular.errors import TableError
from hotrow.tabular.evidence import Evidence
from hotrow.tabular.read_numbers import are_integers, are_numbers
from hotrow.tabular.schema import TASKS, Target

MOST_CLASSES = 1000
FEWEST_ROWS = 10
FEW_IN_CLASS = 10


def find_target(
    known: Evidence, task: str | None, title: str
) -> tuple[Target, list[int], list[str]]:
    """Returns the target, the places of its classes in `known`, and notes.

    Two different values are a binary target. Numbers are a regression, unless they are
    integers and at most 20 different ones, and at most the square root of the rows.
    All else are classes.

    Args:
        known: What is known of the target, of all rows of the table.
        task: One of `TASKS`, or None to decide by the values.
        title: Of the table, for errors.

    Raises:
        TableError: If it cannot be learned.
    """
    name = known.name
    if task is not None and task not in TASKS:
        raise TableError(f"A task is {', '.join(TASKS)}. Received: {task!r}.")
    if not known.present:
        raise TableError(
            f"The target {name!r} of {title} has no value in any row. Name another "
            "column as the target."
        )
    if known.present < FEWEST_ROWS:
        raise TableError(
            f"{title} has {known.present} rows with a value of the target {name!r}, "
            f"and at least {FEWEST_ROWS} are needed to train and test. Add rows."
        )
    if known.distinct == 1:
        raise TableError(
            f"The target {name!r} of {title} has one value in all rows, "
            f"{known.tokens[0].as_py()!r}: there is nothing to learn. Name another "
            "column, or add rows with other values."
        )
    number = are_numbers(known.tokens)
    whole = bool(are_integers(known.tokens).all()) and known.complete
    few = min(20, int(np.sqrt(known.present)))
    if task is None:
        if known.complete and known.distinct == 2:
            found, why = "binary", "two different values"
        elif number.all() and not (whole and known.distinct <= few):
            found = "regression"
            why = "numbers" if not whole else f"{known.distinct} different integers"
        else:
            found = "multiclass"
            why = f"{known.distinct} different {'integers' if whole else 'values'}"
    else:
        found, why = task, "as you said"
    missing = known.missing
    if found == "regression":
        _check_numbers(known, number)
        return Target(name, found, why, None, missing), [], []
    _check_classes(known, found, number)
    order = _order(known, whole)
    texts = [known.tokens[place_].as_py() for place_ in order]
    classes = tuple(int(text) if whole else text for text in texts)
    return Target(name, found, why, classes, missing), order, _notes(known, order)


def _check_numbers(known: Evidence, number: np.ndarray) -> None:
    if not number.all():
        value, place = known.first_of(~number)
        raise TableError(
            f"A regression needs numbers, and the target {known.name!r} has "
            f"{value[:40]!r} in {place}. Mend it or leave it empty, or choose the task "
            "multiclass."
        )


def _check_classes(known: Evidence, task: str, number: np.ndarray) -> None:
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
    hint = "Name another column"
    if known.share(number) >= 0.5 and not number.all():
        value, place = known.first_of(~number)
        hint += (
            f"; or, if it is a number, mend {value[:40]!r} in {place}, and others like "
            "it"
        )
    elif number.all():
        hint += ", or choose the task regression"
    at_least = "" if known.complete else "at least "
    raise TableError(
        f"The target {known.name!r} has {at_least}{distinct} different values in "
        f"{known.present} rows: it looks like an identifier or a text, which cannot be "
        f"learned as classes (at most {MOST_CLASSES}, each in several rows). {hint}."
    )


def _order(known: Evidence, whole: bool) -> list[int]:
    tokens = known.tokens.to_pylist()
    return sorted(
        range(len(tokens)), key=lambda k: (int(tokens[k]), 0) if whole else tokens[k]
    )


def _notes(known: Evidence, order: list[int]) -> list[str]:
    few = [place for place in order if known.counts[place] < FEW_IN_CLASS]
    if not few:
        return []
    shown = ", ".join(
        f"{known.tokens[place].as_py()!r} ({known.counts[place]})" for place in few[:5]
    )
    more = f" and {len(few) - 5} more" if len(few) > 5 else ""
    return [
        f"{len(few)} of {len(order)} classes of {known.name!r} have fewer than "
        f"{FEW_IN_CLASS} rows, and will be learned badly: {shown}{more}."
    ]
