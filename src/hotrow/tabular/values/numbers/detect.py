"""Detects the number format of a column from all its values."""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hotrow.tabular.values.missing import USUAL
from hotrow.tabular.values.numbers.affixes import Affix, prefixes, suffixes
from hotrow.tabular.values.numbers.marks import minus_of
from hotrow.tabular.values.numbers.number_format import (
    PLAIN,
    NumberFormat,
    choose,
    dashes,
    join,
)
from hotrow.tabular.values.numbers.parts import Parts, cut
from hotrow.tabular.values.numbers.plain import are_numbers, mask_of
from hotrow.tabular.values.numbers.remarks import Said, are_shares, marked
from hotrow.tabular.values.numbers.separators import (
    Separators,
    are_written_so,
    find_separators,
    is_ambiguous,
)
from hotrow.tabular.values.numbers.words import MONEY
from hotrow_common.arrow import pa, pc

# So many values tell whether it is worth to look at all.
_SAMPLE = 2000
# More different bounds are no names of classes.
_CLASSES = 50


@dataclass(frozen=True)
class Hints:
    """Hints on the number format of a column beside its values.

    Attributes:
        decimal: Decimal separator of the user for this column.
        thousands: Thousands separator of the user for this column.
        usual_decimal: Decimal separator of the user for all columns.
        usual_thousands: Thousands separator of the user for all columns.
        of_table: The decimal mark of the other columns, if they have one.
        delimiter: Delimiter of the file.
    """

    decimal: str | None = None
    thousands: str | None = None
    usual_decimal: str | None = None
    usual_thousands: str | None = None
    of_table: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True)
class Reading:
    """One way to read a column's values as numbers.

    Attributes:
        format: The way.
        good: Mask of the values that are numbers then.
        share: Share of the rows that have one.
        why: Reason for this format in place of others, in a few words; or None.
        remarks: Further things that were read, in a few words each.
        doubt: Why they might mean something else, as the end of a sentence; or None.
        units: The share of the rows that each unit has, if there are several.
        questions: What else is not sure, and what to do, a sentence each.
    """

    format: Any
    good: np.ndarray
    share: float
    why: str | None = None
    remarks: tuple[str, ...] = ()
    doubt: str | None = None
    units: dict[str, float] | None = None
    questions: tuple[str, ...] = ()


def find_numbers(
    tokens: Any, counts: np.ndarray, hints: Hints, typed: bool = False
) -> Reading | None:
    """Returns the way in which most values can be read as numbers, or None.

    Args:
        tokens: The values of a column as text, each once.
        counts: Number of rows of each.
        hints: Hints beside the values.
        typed: Whether the values were numbers before they became text.
    """
    total = float(counts.sum())
    if not total:
        return None
    plain = are_numbers(tokens)
    share = float(counts[plain].sum()) / total
    reading = Reading(PLAIN, plain, share)
    said = hints.decimal or hints.usual_decimal or hints.thousands
    if typed or (share == 1 and not said and not is_ambiguous(tokens)):
        return reading
    other = _written(tokens, counts, total, hints)
    if other is None or other.share < share:
        return reading if share else None
    if other.share > share or other.format.decimal == "," or said:
        return other
    return replace(reading, why=other.why, doubt=other.doubt)


def _written(
    tokens: Any, counts: np.ndarray, total: float, hints: Hints
) -> Reading | None:
    if len(tokens) > 2 * _SAMPLE:
        sample = cut(tokens[:_SAMPLE])
        rest = ~dashes(tokens[:_SAMPLE])
        if counts[sample.rows].sum() < 0.4 * counts[:_SAMPLE][rest].sum():
            return None
    parts = cut(tokens)
    weights = counts[parts.rows]
    if not parts.are_few or weights.sum() < 0.4 * (
        total - counts[dashes(tokens)].sum()
    ):
        return None
    found, units = _affixes(parts, weights)
    _, _, good = found.measures(parts)
    if not good.any() or _is_a_name(parts, good, found):
        return None
    if _are_classes(parts, good, weights):
        return None
    digits = parts.digits.filter(pa.array(good))
    marks = _separators(found, digits, weights[good], hints)
    found = replace(found, decimal=marks.decimal, thousands=marks.thousands)
    good, values = found.values(parts)
    found = replace(found, shares=are_shares(found, parts, good, values))
    mask = np.zeros(len(tokens), bool)
    mask[parts.rows[good]] = True
    mask |= found.zeros(tokens)
    total -= float(counts[~mask & _lack_digits(tokens, found.unit)].sum())
    share = float(counts[mask].sum()) / total
    doubt = None
    if marks.is_doubtful:
        example = digits.filter(pc.match_substring_regex(digits, "[.,]"))[:1]
        number = replace(found, unit=None).read(example)[0]
        doubt = f"{example[0].as_py()!r} is read as {number:g}, since {marks.why}"
    units = units if len(units) > 1 else {}
    said = Said(found, parts, good, tokens, counts)
    return Reading(
        found,
        mask,
        share,
        marks.why,
        tuple(said.remarks()),
        doubt,
        units or None,
        tuple(said.questions()),
    )


def _are_classes(parts: Parts, good: np.ndarray, weights: np.ndarray) -> bool:
    """Returns whether most numbers are bounds, the names of classes: `< 10`, `< 20`.

    So are a few approximate numbers, each in many rows.
    """
    bounds = good & marked(parts, "<")
    if weights[bounds].sum() > 0.5 * weights[good].sum() and bounds.sum() <= _CLASSES:
        return True
    few = good.sum() <= 20 and weights[good].sum() >= 20 * good.sum()
    return bool(few and marked(parts, "~")[good].all())


def _lack_digits(tokens: Any, unit: str | None) -> np.ndarray:
    """Returns which texts are a unit without a number, as in `null bhp`."""
    result = np.zeros(len(tokens), bool)
    if unit is None:
        return result
    ends = pc.utf8_lower(tokens)
    ends = pc.or_(pc.ends_with(ends, pattern=unit), pc.starts_with(ends, pattern=unit))
    places = np.flatnonzero(mask_of(ends))[:_SAMPLE]
    rest = [str(tokens[at]).casefold() for at in places]
    rest = [text.removesuffix(unit).removeprefix(unit).strip() for text in rest]
    result[places] = USUAL.are_words(pa.array(rest, pa.large_string()))
    return result


def _affixes(
    parts: Parts, weights: np.ndarray
) -> tuple[NumberFormat, dict[str, float]]:
    """Returns a format with the unit that most numbers have, and the share of each."""
    befores = [list(prefixes(text)) for text in parts.befores]
    afters = [list(suffixes(text)) for text in parts.afters]
    everything = [one for readings in befores + afters for one in readings]
    letters = any(
        one.unit in MONEY or (one.power and one.is_sure) for one in everything
    )
    sides = {text.strip().casefold().rstrip(".") for text in parts.afters}
    debit = {"cr", "dr"} <= sides
    of_bytes = [one for one in everything if one.unit == "byte"]
    minus, _ = minus_of([*parts.befores, *parts.afters])
    found = NumberFormat(letters=letters, debit=debit, plain=False, minus=minus)
    if len({one.power for one in of_bytes}) > 1:
        found = replace(found, unit="byte")
    shares: dict[str | None, float] = defaultdict(float)
    before, after = parts.places
    pairs, at = np.unique(before * len(afters) + after, return_inverse=True)
    total = weights.sum()
    for pair, weight in zip(pairs, np.bincount(at, weights), strict=True):
        first = next(iter(befores[pair // len(afters)]), None)
        last = choose(afters[pair % len(afters)], letters, found.unit)
        if debit and parts.afters[pair % len(afters)].strip()[:2].casefold() in sides:
            last = Affix()
        joined = join(first, last) if first and last else None
        if joined is not None:
            shares[joined.unit] += float(weight / total)
    bare = shares.pop(None, 0.0)
    units = {unit: share for unit, share in shares.items() if unit is not None}
    unit = max(units, key=lambda one: units[one], default=None)
    if unit is not None and not _may_be_left_out(unit) and units[unit] < bare:
        unit = None
    return replace(found, unit=unit), units


def _may_be_left_out(unit: str) -> bool:
    return unit in MONEY or unit in ("%", "byte")


def _separators(
    found: NumberFormat, digits: Any, weights: np.ndarray, hints: Hints
) -> Separators:
    marks = find_separators(
        digits,
        weights,
        decimal=hints.decimal,
        thousands=hints.thousands,
        of_table=hints.of_table,
        delimiter=hints.delimiter,
    )
    if hints.usual_decimal is None and hints.usual_thousands is None:
        return marks
    thousands = hints.usual_thousands if hints.thousands is None else hints.thousands
    usual = find_separators(
        digits,
        weights,
        decimal=hints.decimal or hints.usual_decimal,
        thousands=thousands,
    )
    # What is said of all columns holds for those that it fits.
    fits = [
        weights[are_written_so(digits, one.decimal, one.thousands)].sum()
        for one in (marks, usual)
    ]
    return usual if fits[1] >= min(0.95 * weights.sum(), fits[0]) else marks


def _is_a_name(parts: Parts, good: np.ndarray, found: NumberFormat) -> bool:
    """Returns whether what looks like numbers are phone numbers or the like."""
    if found.unit is not None:
        return False
    digits = parts.digits.filter(pa.array(good))
    before, after = (
        [names[at] for at in np.unique(places[good])]
        for names, places in zip(
            (parts.befores, parts.afters), parts.places, strict=True
        )
    )
    marked = pc.any(pc.match_substring_regex(digits, "[.,]")).as_py()
    if all("(" in text for text in before) and not marked:
        return True
    if any(after) or pc.any(pc.match_substring(digits, ",")).as_py():
        return False
    count = pc.count_substring_regex(digits, "[0-9]")
    low, high = (pc.min_max(count)[key].as_py() for key in ("min", "max"))
    if all("+" in text for text in before) and low >= 7:
        return True
    grouped = pc.all(pc.match_substring_regex(digits, r"^[0-9]+(?:[ .][0-9]+)+$"))
    several = pc.all(pc.match_substring_regex(digits, r" |\..*\."))
    return bool(grouped.as_py() and several.as_py() and low == high and low >= 7)
