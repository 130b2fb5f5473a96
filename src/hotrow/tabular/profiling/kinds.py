"""What kind of column it is, by its values.

The rules, of which the first counts that holds:

- nested: values are structs or the like. No model here reads them.
- empty: all values are missing.
- multi: values are lists.
- constant: all rows have the same value, and none is missing.
- date: values are of a type of dates, or 95 % of them are written as dates; or they are
  eight digits that are dates of 1900 to 2099 in a column whose name says so.
- identifier: integers, 20 or more, of which no two are equal, that count up by row or
  whose name says so (`id`, `number`).
- code: integers, 1 % of them with a leading zero; or at most 20 different ones, each in
  20 rows on average, unless more than ten count up from 0 as amounts do; or named so
  (`zip`, `code`, `product_id`) and each in 2 rows on average; or all of one number of
  digits, four or more, that leave out most of their range, are not round and recur in 5
  rows on average.
- numeric: 95 % of values are numbers.
- multi: `|` or `;` in 30 % of values, or `,` in 50 %, and the parts between them are
  short and recur.
- text: half of the values have three words or more and half of them differ; or they
  have ten words or more on average.
- identifier: 95 % of values differ.
- categorical: all else; booleans, too.

Values that do not fit the kind of their column count as missing there.
"""

import re
from dataclasses import dataclass

import numpy as np

from hotrow.tabular.profiling.evidence import Evidence
from hotrow.tabular.values.read_dates import (
    is_day_or_month_first_unclear,
    read_dates,
    ways_of,
)
from hotrow.tabular.values.read_numbers import (
    are_integers,
    are_numbers,
    have_leading_zeros,
    read_numbers,
)
from hotrow.tabular.values.values import is_list, is_nested
from hotrow.vocabulary.arrow import pa, pc

# Kinds whose values have an id each.
LOOKED_UP = ("categorical", "code")

MOST_FIT = 0.95
SEPARATORS = ("|", ";", ",")
# The last words of names.
_CODE_NAMES = {
    "code", "zip", "zipcode", "postcode", "postal", "plz", "id", "class", "type",
    "category", "sic", "naics", "icd", "isco", "key", "user", "customer", "client",
    "account", "product", "item", "sku", "store", "shop", "movie", "song", "artist",
}  # fmt: skip
_ID_NAMES = {"id", "uuid", "guid", "key", "index", "rowid", "nr", "no", "number"}
_DATE_NAMES = {"date", "day", "datum", "time", "dt", "dob", "birthday", "at", "on"}


@dataclass(frozen=True)
class Found:
    """The kind of a column.

    Attributes:
        kind: As in `Column`.
        why: As in `Column`.
        separator: As in `Column`.
        ways: Of dates, the ways in which they are written.
    """

    kind: str
    why: str
    separator: str | None = None
    ways: tuple[str, ...] = ()


def find_kind(known: Evidence) -> Found:
    """Returns the kind of a column by its values."""
    types = pa.types
    if is_nested(known.type):
        return Found("nested", f"values of type {known.type}: no model here reads them")
    if known.missing == known.rows:
        return Found("empty", "no row has a value")
    if is_list(known.type):
        return Found("multi", "values are lists")
    if known.distinct == 1 and not known.missing:
        return Found("constant", "all rows have the same value")
    if types.is_date(known.type) or types.is_timestamp(known.type):
        return Found(
            "date", f"values are of type {known.type}", ways=ways_of(known.tokens)
        )
    number = are_numbers(known.tokens)
    if known.share(number) >= MOST_FIT:
        return _digits(known, number)
    return _date(known) or _strings(known)


def _digits(known: Evidence, number: np.ndarray) -> Found:
    integer = are_integers(known.tokens)
    word = _last_word(known.name)
    rest = unfit(known, number, "no number")
    if known.share(integer) >= known.share(number):
        numbers = read_numbers(known.tokens)[integer]
        if np.isnan(numbers).any():
            # Digits by the dozens are no amount.
            return _strings(known)
        if known.share(have_leading_zeros(known.tokens)) >= 0.01:
            if _mostly_differ(known):
                return Found(
                    "identifier", "digits with leading zeros, nearly all different"
                )
            return Found("code", "digits with leading zeros, as codes have")
        dates = read_dates(known.tokens, ("digits",))
        if word in _DATE_NAMES and known.share(_in_a_century(dates)) >= MOST_FIT:
            return Found("date", "eight digits: year, month, day", ways=("digits",))
        if _mostly_differ(known, 0.999) and known.present >= 20:
            if word in _ID_NAMES:
                return Found("identifier", "integers that differ in each row, named so")
            span = numbers.max() - numbers.min() + 1
            if (np.diff(numbers) > 0).all() and span <= 2 * known.rows:
                return Found("identifier", "integers that count up by row")
        code = _code(known, numbers, word)
        if code:
            return Found("code", code + rest)
    if not rest and known.share(integer) == 1:
        return Found("numeric", f"integers, {_many(known)} different")
    return Found("numeric", "numbers" + rest)


def _code(known: Evidence, numbers: np.ndarray, word: str) -> str | None:
    """Returns why integers are codes, or None."""
    repeats = known.present / max(1, known.distinct)
    amounts = len(numbers) > 10 and numbers.min() == 0 and numbers.max() < 20
    if known.distinct <= 20 and repeats >= 20 and not amounts:
        return f"{known.distinct} different integers, each in many rows"
    if word in _CODE_NAMES and repeats >= 2:
        return f"integers, {_many(known)} different, named as codes are"
    low, high = np.abs(numbers).min(), np.abs(numbers).max()
    width = len(str(int(low)))
    one_width = width >= 4 and width == len(str(int(high)))
    years = low >= 1800 and high <= 2100
    sparse = len(numbers) * 2 < high - low + 1 and high >= 3 * low
    # Amounts are often round.
    plain = (numbers % 10 == 0).mean() < 0.3 and not years
    if one_width and sparse and plain and repeats >= 5:
        return f"integers of {width} digits that leave most of their range out"
    return None


def _date(known: Evidence) -> Found | None:
    ways = ways_of(known.tokens)
    good = ~np.isnat(read_dates(known.tokens, ways))
    if known.share(good) < MOST_FIT:
        return None
    if is_day_or_month_first_unclear(known.tokens):
        why = "dates, read with the month first, since none says which is"
    else:
        why = "dates"
    return Found("date", why + unfit(known, good, "no date"), ways=ways)


def _strings(known: Evidence) -> Found:
    multi = find_separator(known)
    if multi:
        return multi
    words = pc.count_substring_regex(known.tokens, r"\S+").to_numpy()
    mean = float(np.average(words, weights=known.counts))
    several = known.share(words >= 3)
    mostly = _mostly_differ(known, 0.5)
    if (several >= 0.5 and mostly) or (mean >= 10 and known.distinct > 50):
        return Found("text", f"{mean:.0f} words on average, {_many(known)} different")
    if known.present >= 10 and _mostly_differ(known):
        return Found("identifier", "nearly all values are different")
    bad = are_numbers(known.tokens)
    mixed = ", some of them numbers" if bad.any() else ""
    return Found("categorical", f"{_many(known)} different values{mixed}")


def find_separator(known: Evidence, strict: bool = True) -> Found | None:
    """Returns the kind `"multi"` with its separator, or None.

    Args:
        known: What is known of the column.
        strict: Whether most values must have several parts, which are short and recur;
            otherwise a separator that occurs at all will do.
    """
    best: Found | None = None
    most = 0.0
    for separator in SEPARATORS:
        having = pc.match_substring(known.tokens, separator)
        having = having.to_numpy(zero_copy_only=False)
        share = known.share(having)
        if share > most and (not strict or _recur(known, separator, share)):
            most = share
            why = f"{share:.0%} of values have several parts between {separator!r}"
            best = Found("multi", why, separator)
    return best


def _recur(known: Evidence, separator: str, share: float) -> bool:
    # A comma is a mark of plain text, too.
    if share < (0.5 if separator == "," else 0.3):
        return False
    lists = pc.split_pattern(known.tokens[:20_000], separator)
    parts = pc.utf8_trim_whitespace(lists.flatten())
    distinct = pc.count_distinct(parts).as_py()
    blanks = pc.mean(pc.count_substring(parts, " ")).as_py()
    # Each part is in five of the different values on average; of few values, in two.
    often = 5 if len(lists) >= 200 else 2
    return blanks <= 2 and distinct * often <= len(parts)


def _mostly_differ(known: Evidence, share: float = MOST_FIT) -> bool:
    """Returns whether at least a share of the rows has a value of its own."""
    if known.complete:
        return known.distinct >= share * known.present
    return known.singles >= share


def unfit(known: Evidence, good: np.ndarray, what: str) -> str:
    """Returns in words how many values are not as the others."""
    if good.all():
        return ""
    count = int(known.counts[~good].sum())
    if known.complete:
        many = f"{count} value{'s are' if count > 1 else ' is'}"
    else:
        many = f"about {max(1, round(100 * known.share(~good)))} % of values are"
    example, place = known.first_of(~good)
    return (
        f"; {many} {what} and count{'' if count > 1 else 's'} as missing, such as "
        f"{example[:20]!r} in {place}"
    )


def _many(known: Evidence) -> str:
    return f"{known.distinct}" if known.complete else f"at least {known.distinct}"


def _last_word(name: str) -> str:
    """Returns the last word of a name: of `customerId`, `id`."""
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    words = re.findall(r"[^\W\d_]+", apart.lower())
    return words[-1] if words else ""


def _in_a_century(dates: np.ndarray) -> np.ndarray:
    years = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    return ~np.isnat(dates) & (years >= 1900) & (years < 2100)
