"""Hints on the values of a column in its name."""

import re

# The last words of names.
CODES = {
    "code", "zip", "zipcode", "postcode", "postal", "plz", "id", "class", "type",
    "category", "sic", "naics", "icd", "isco", "key", "user", "customer", "client",
    "account", "product", "item", "sku", "store", "shop", "movie", "song", "artist",
}  # fmt: skip
IDENTIFIERS = {
    "id", "uuid", "guid", "key", "index", "rowid", "nr", "no", "number", "isbn",
    "issn", "ean", "upc", "gtin", "imei", "ssn", "iban", "vin", "phone", "telephone",
    "tel", "fax", "mobile",
    # As pandas calls the index of a frame that it wrote.
    "unnamed",
}  # fmt: skip
DATES = {"date", "day", "datum", "time", "dt", "dob", "birthday", "at", "on"}
_YEARS = {"year", "years", "yr", "yyyy", "jahr", "annee", "anno", "ano"}
_MONTHS = {"month", "period", "yyyymm", "yearmonth", "ym", "monat", "date"}
_MOMENTS = {"timestamp", "unixtime", "epoch", "unix", "ts", "unixtimestamp", "at"}
_MOMENTS |= {"datetime"}
_BIRTHS = {"birth", "birthday", "birthdate", "dob", "born", "bday", "geburtsdatum"}


def words_of(name: str) -> list[str]:
    """Returns the words of a name: of `customerId`, `customer` and `id`."""
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return re.findall(r"[^\W\d_]+", apart.lower())


def last_word(name: str) -> str:
    """Returns the last word of a name: of `customerId`, `id`."""
    words = words_of(name)
    return words[-1] if words else ""


def is_of_births(name: str) -> bool:
    """Returns whether the days of a column are those of births."""
    return not _BIRTHS.isdisjoint(words_of(name))


def says_year(name: str) -> bool:
    """Returns whether a column is one of years."""
    return not _YEARS.isdisjoint(words_of(name))


def says_month(name: str) -> bool:
    """Returns whether six digits are a year and a month."""
    return last_word(name) in _MONTHS


def says_moment(name: str) -> bool:
    """Returns whether large integers are seconds or milliseconds since 1970."""
    words = words_of(name)
    return bool(words) and (words[-1] in _MOMENTS or not _MOMENTS.isdisjoint(words[:1]))
