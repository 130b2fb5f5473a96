"""Finds the task and the classes of a target by its values."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from hotrow.tabular.advice import argument
from hotrow.tabular.errors import TableError
from hotrow.tabular.kinds.core.context import Context
from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.found import MOST_FIT
from hotrow.tabular.kinds.core.number_column import (
    are_few_with_unit,
    doubt_of,
    words_of,
)
from hotrow.tabular.kinds.core.readings import (
    amounts_of,
    have_digits,
    read_as_dates,
    read_as_numbers,
)
from hotrow.tabular.profiling.class_checks import check_classes
from hotrow.tabular.profiling.rounded import rounded_note
from hotrow.tabular.profiling.spellings import folded, spelling_note
from hotrow.tabular.profiling.target_notes import class_notes, missing_notes
from hotrow.tabular.schema import TASKS, Target
from hotrow.tabular.values.numbers.detect import Reading
from hotrow.tabular.values.numbers.number_format import PLAIN
from hotrow.tabular.values.numbers.plain import are_integers
from hotrow.tabular.values.values import labels
from hotrow_common.arrow import pa

FEWEST_ROWS = 10
# Beside numbers that are classes, a word in more rows than this is a class, too.
_RARE = 1 / 3


@dataclass(frozen=True)
class TargetFound:
    """The target, and the format of its values.

    Attributes:
        target: The target.
        format: Format in which the numbers of a regression are written.
        fold: Whether spellings that differ in case, blanks or characters without width
            only are one class.
        notes: What a user should be told, a sentence each.
        doubt: What a user should look at, as a sentence; or None.
    """

    target: Target
    format: Any = PLAIN
    fold: bool = False
    notes: tuple[str, ...] = ()
    doubt: str | None = None


def words_are_missing(known: Evidence, task: str | None, context: Context) -> bool:
    """Returns whether words such as `NA` and `None` are no values of the target.

    They are none beside numbers, but where the numbers are classes and a word is as
    frequent as they are.
    """
    if task == "regression":
        return True
    words = known.words()
    rest = known.without(words)
    reading = numbers_of(rest, context) if len(rest.tokens) else None
    if reading is None:
        return False
    if task is None and not are_classes(rest, reading):
        return True
    return known.share(words) <= _RARE


def numbers_of(known: Evidence, context: Context) -> Reading | None:
    """Returns the way in which the values of a target are numbers, or None."""
    reading = read_as_numbers(known, context)
    if reading is not None and reading.share >= MOST_FIT:
        return reading
    if have_digits(known):
        for form, good in amounts_of(known):
            if known.share(good) >= MOST_FIT:
                return Reading(form, good, known.share(good))
    return None


def are_classes(known: Evidence, reading: Reading) -> bool:
    """Returns whether numbers are few integers, each in many rows."""
    if not known.complete:
        return False
    form = reading.format
    if form.kind != "number" or not (form.plain or are_few_with_unit(known, reading)):
        return False
    if form.plain and not are_integers(known.tokens).all():
        return False
    return known.distinct <= min(20, int(np.sqrt(known.present)))


def find_target(
    known: Evidence, task: str | None, title: str, context: Context | None = None
) -> TargetFound:
    """Returns what there is to predict.

    Two different values are a binary target. Numbers are a regression, unless they are
    integers and at most 20 different ones, and at most the square root of the rows.
    All else are classes.

    Args:
        known: What is known of the target, of all rows of the table.
        task: One of `TASKS`, or None to decide by the values.
        title: Title of the table, for errors.
        context: What is known beside the values.

    Raises:
        TableError: If it cannot be learned.
    """
    context = Context() if context is None else context
    if task is not None and task not in TASKS:
        raise TableError(f"A task is {', '.join(TASKS)}. Received: {task!r}.")
    every = known
    if words_are_missing(known, task, context):
        known = known.without(known.words())
    known = known.merged(labels(known.tokens))
    _check_rows(every, known, title)
    reading = read_as_numbers(known, context)
    if reading is None or reading.share < MOST_FIT:
        reading = numbers_of(known, context) or reading
    found, why = _task(known, reading, task)
    notes = missing_notes(every, known)
    if found == "regression":
        reading = _checked_numbers(known, reading)
        if reading.format != PLAIN:
            why = words_of(reading)
        target = Target(known.name, found, why, None, known.missing)
        doubt = doubt_of(known, reading)
        notes += rounded_note(known, reading)
        return TargetFound(target, reading.format, False, tuple(notes), doubt)
    if task is None:
        _check_dates(known, context)
    merged = folded(known)
    fold = merged.distinct < known.distinct
    if fold:
        notes.append(spelling_note(known, merged))
        found, why = _task(merged, reading, task)
        _check_rows(every, merged, title)
    check_classes(merged, found, None if reading is None else reading.good)
    whole = _are_whole(merged)
    order = _order(merged, whole)
    texts = [merged.tokens[place].as_py() for place in order]
    classes = tuple(int(text) if whole else text for text in texts)
    target = Target(known.name, found, why, classes, known.missing)
    notes += class_notes(merged, order)
    return TargetFound(target, PLAIN, fold, tuple(notes))


def _task(
    known: Evidence, reading: Reading | None, task: str | None
) -> tuple[str, str]:
    if task is not None:
        return task, "as you said"
    if known.complete and known.distinct == 2:
        return "binary", "two different values"
    whole = _are_whole(known)
    if reading is not None and reading.good.all() and not are_classes(known, reading):
        return "regression", (
            f"{known.distinct} different integers" if whole else "numbers"
        )
    return (
        "multiclass",
        f"{known.distinct} different {'integers' if whole else 'values'}",
    )


def _are_whole(known: Evidence) -> bool:
    """Returns whether classes are integers, and no digits with zeros ahead."""
    return bool(known.complete and are_integers(known.tokens).all()) and all(
        str(int(text)) == text for text in known.tokens.to_pylist()
    )


def _check_rows(every: Evidence, known: Evidence, title: str) -> None:
    name = known.name
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
        if known.missing > every.missing:
            gone = every.named(every.words())
            raise TableError(
                f"The target {name!r} of {title} has one value, "
                f"{known.tokens[0].as_py()!r}, beside {gone}, taken as missing. If "
                "that is a class, pass it as `keep`; else name another column."
            )
        if len(every.tokens) > 1:
            named = every.named(np.ones(len(every.tokens), bool))
            raise TableError(
                f"The target {name!r} of {title} has one value in all rows, spelled "
                f"{named}: there is nothing to learn. If these are classes, give them "
                "names that differ in more than case, blanks or zeros after the "
                "point; else name another column."
            )
        raise TableError(
            f"The target {name!r} of {title} has one value in all rows, "
            f"{known.tokens[0].as_py()!r}: there is nothing to learn. Name another "
            "column, or add rows with other values."
        )


def _checked_numbers(known: Evidence, reading: Reading | None) -> Reading:
    """Returns the way in which all values are numbers, or raises `TableError`."""
    if reading is not None and reading.good.all():
        return reading
    good = np.zeros(len(known.tokens), bool) if reading is None else reading.good
    value, place = known.first_of(~good)
    # Where no value is a number, these are classes, and no marks.
    mark = f" pass {argument(missing={known.name: value[:20]})},"
    advice = f"Mend it or leave it empty,{mark if good.any() else ''} or choose"
    raise TableError(
        f"A regression needs numbers, and the target {known.name!r} has "
        f"{value[:40]!r} in {place}. {advice} the task multiclass."
    )


def _check_dates(known: Evidence, context: Context) -> None:
    if known.complete and known.distinct <= 2:
        return
    dates = read_as_dates(known, context) if have_digits(known) else None
    if dates is None or dates.share < MOST_FIT:
        return
    example = known.tokens.filter(pa.array(dates.good))[0].as_py()
    raise TableError(
        f"The target {known.name!r} holds dates, such as {example!r}, and a date "
        "cannot be predicted. Make a number of it, such as the days from another day, "
        "or a class, such as the month; or choose the task multiclass to take each "
        "date for a class."
    )


def _order(known: Evidence, whole: bool) -> list[int]:
    tokens = known.tokens.to_pylist()
    return sorted(
        range(len(tokens)), key=lambda k: (int(tokens[k]), 0) if whole else tokens[k]
    )
