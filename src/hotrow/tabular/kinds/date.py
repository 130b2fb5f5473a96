"""Columns of days and moments."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from hotrow.tabular.advice import argument
from hotrow.tabular.encoders import Dates
from hotrow.tabular.encoders.dates import date_numbers
from hotrow.tabular.kinds.core import names
from hotrow.tabular.kinds.core.context import Context
from hotrow.tabular.kinds.core.date_digits import dates_in_digits
from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.fit import Fit, FitOptions, WeightedFit
from hotrow.tabular.kinds.core.found import MOST_FIT, Found, absent_of, unfit
from hotrow.tabular.kinds.core.given import AS_GIVEN, check_fit
from hotrow.tabular.kinds.core.number_column import NumberColumn
from hotrow.tabular.kinds.core.readings import read_as_dates, read_loosely
from hotrow.tabular.kinds.core.summary import Summary
from hotrow.tabular.kinds.kind import UsedKind
from hotrow.tabular.values.dates.date_format import DateFormat
from hotrow.tabular.values.dates.detect import DateReading
from hotrow.tabular.values.dates.patterns import NAMED
from hotrow.tabular.values.missing import USUAL, Marks
from hotrow_common.arrow import pa


class Date(UsedKind):
    """A day or a moment.

    It enters the network as five numbers: the year with its fraction, and the sines and
    cosines of angles that go around once a year and once a week. If any training row
    has a time of day, two more go around once a day. See `encoders/dates.py`.
    """

    name = "date"
    meaning = "a day or a moment"

    def by_type(self, known: Evidence) -> Found | None:
        """Recognizes Arrow dates and timestamps."""
        if not (pa.types.is_date(known.type) or pa.types.is_timestamp(known.type)):
            return None
        why = f"values are of type {known.type}"
        return Found(self.name, why, format=DateFormat())

    def by_numbers(self, numbers: NumberColumn) -> Found | None:
        """Recognizes digits of dates and seconds since 1970.

        Their name says so; or there are 20 or more, of seven digits at least, of which
        each is a date.
        """
        return dates_in_digits(numbers)

    def by_format(self, known: Evidence, context: Context) -> Found | None:
        """Recognizes text of which 95 % is written as dates."""
        ways: list[tuple[str, ...]] = [(), *((way,) for way in _named_ways(known.name))]
        for more in ways:
            reading = read_as_dates(known, context, more)
            if reading is not None and reading.share >= MOST_FIT:
                return _found(known, reading)
        return None

    def as_given(self, known: Evidence, context: Context) -> Found:
        """Returns dates in the way that most values are written, digits included.

        Raises:
            TableError: If half of the values are no dates.
        """
        words = known.words()
        rest = known.without(words) if not words.all() else known
        best = _likeliest(rest, context)
        if best is None:
            check_fit(rest, np.zeros(len(rest.tokens), bool), "a date", "a date")
            raise AssertionError  # `check_fit` has raised an error.
        check_fit(rest, best.good | best.none, "a date", "a date")
        found = _found(rest, best, f"{AS_GIVEN}: {best.format.words()}")
        return found.with_absent(absent_of(known, words))

    def fit(self, found: Found, options: FitOptions) -> Fit:
        """Returns the fit of a `Dates` layer."""
        return DateFit(found.format, found.marks)


def _likeliest(known: Evidence, context: Context) -> DateReading | None:
    """Returns the way in which most values are dates, digits included; or None."""
    text = read_as_dates(known, context)
    if text is not None and text.share >= MOST_FIT:
        return text
    some = [read_as_dates(known, context, (way,)) for way in NAMED]
    readings = [one for one in (text, *some) if one is not None]
    if not any(one.share >= MOST_FIT for one in readings):
        # With text around them, if that reads more.
        loose = read_loosely(known, context)
        readings += [loose] if loose is not None else []
    if not readings:
        return None
    most = max(one.share for one in readings)
    readings = [one for one in readings if one.share == most]
    order = (context.dates or "-").removeprefix("y")
    said = [one for one in readings if "".join(one.format.more).endswith(order)]
    # Dates lie near to one another; days that are read as years do not.
    return min(said or readings, key=lambda one: _span(known, one))


def _span(known: Evidence, reading: DateReading) -> int:
    moments = reading.format.read(known.tokens)[reading.good]
    return int(np.ptp(moments.astype(np.int64)))


def _named_ways(name: str) -> Iterator[str]:
    """Yields ways to write dates that the name of a column says."""
    if names.says_week(name):
        yield from ("week digits", "letter week", "year letter week")
    if names.says_day(name):
        yield "day of year"
    if names.says_expiry(name):
        yield "short month"


def _found(known: Evidence, reading: DateReading, why: str = "") -> Found:
    """Returns the kind of a column of dates."""
    rest = unfit(known, reading.good | reading.none, "no date")
    doubt = None
    if reading.doubt:
        other = "dmy" if reading.format.order == "mdy" else "mdy"
        doubt = (
            f"{known.name!r}: {reading.doubt}. If that is wrong, pass "
            f"{argument(dates={known.name: other})}"
        )
    return Found(
        Date.name,
        (why or reading.format.words()) + rest,
        format=reading.format,
        absent=absent_of(known, reading.none),
        doubt=doubt,
    )


class DateFit(WeightedFit):
    """Makes the encoder of dates, value by value.

    Args:
        form: The format that they are written in.
        marks: What is missing in the column.
    """

    def __init__(self, form: Any, marks: Marks = USUAL) -> None:
        super().__init__(marks)
        self._form = form
        self._summaries = [Summary(rounding=1e-9) for _ in range(7)]
        self._time = False

    def add(self, texts: Any, weights: np.ndarray) -> None:
        """Adds values, and how many training rows have each."""
        moments = self._form.read(texts)
        there = moments[~np.isnat(moments)].astype(np.int64)
        self._time = self._time or bool((there % 86400 != 0).any())
        for summary, column in zip(
            self._summaries, date_numbers(moments, True).T, strict=True
        ):
            summary.add(column, weights)

    def fitted(self) -> tuple[keras.Layer, None]:
        """Returns the encoder; dates have no ids."""
        summaries = self._summaries[: 7 if self._time else 5]
        encoder = Dates(
            self._form.to_json(),
            self._time,
            [summary.mean for summary in summaries],
            [summary.std for summary in summaries],
            np.stack([summary.quantiles() for summary in summaries], axis=1),
            self.marks.to_json(),
        )
        return encoder, None
