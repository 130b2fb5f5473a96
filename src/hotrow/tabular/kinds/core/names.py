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
# A last word that says that digits are a date.
_LAST = {"day", "time", "dt", "birthday", "at", "on"}
# Words that say so wherever they stand, in the languages of Europe and some of Asia.
_DATES = {
    "date", "dates", "datum", "data", "fecha", "dato", "dob", "tarih", "tarihi",
    "dátum", "datums", "kuupäev", "päivämäärä", "paivamaara", "pvm",
    "ημερομηνία", "дата", "датум", "日期", "日付", "날짜", "expiry", "exp",
    "expiration",
    "yyyymmdd", "ymd", "ddmmyyyy", "mmddyyyy", "yymmdd", "ddmmyy", "mmddyy", "julian",
}  # fmt: skip
_ENDS = ("date", "datum", "dato", "fecha", "dátum")
_NOT_DATES = {"update", "candidate", "mandate", "validate", "liquidate"}
# Words that are more often no date.
_WEAK = {"data", "exp"}
_WEEKS = {
    "week", "weeks", "yearweek", "weekyear", "yyyyww", "kw", "woche", "kalenderwoche",
    "semaine", "semana", "settimana", "uge", "vecka", "viikko", "tydzien", "týden",
}  # fmt: skip
_EXPIRIES = {"expiry", "expiration", "expires", "exp", "valid", "validity", "ablauf"}
_YEARS = {"year", "years", "yr", "yyyy", "jahr", "annee", "anno", "ano"}
_MONTHS = {
    "month", "period", "yyyymm", "yearmonth", "ym", "monat", "date", "mois", "mes",
    "mese",
    "maand", "månad", "måned", "periode", "periodo", "période", "período", "mmyyyy",
    "месяц", "miesiąc", "měsíc",
}  # fmt: skip
_MOMENTS = {"timestamp", "unixtime", "epoch", "unix", "ts", "unixtimestamp", "at"}
_MOMENTS |= {"datetime", "created", "updated", "modified", "utime", "ctime", "mtime"}
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


def says_day(name: str) -> bool:
    """Returns whether values are days, as in `Buchungsdatum` and `date_achat`."""
    words = words_of(name)
    if not words:
        return False
    return words[-1] in _LAST or any(word in _DATES or _ends(word) for word in words)


def says_day_for_sure(name: str) -> bool:
    """Returns whether a word says so that does not mean anything else."""
    words = set(words_of(name)) - _WEAK
    return any(word in _DATES or _ends(word) for word in words)


def says_week(name: str) -> bool:
    """Returns whether a year and two digits are a week."""
    return not _WEEKS.isdisjoint(words_of(name))


def says_expiry(name: str) -> bool:
    """Returns whether a month and two digits are a month and a year."""
    words = words_of(name)
    return not _EXPIRIES.isdisjoint(words) or bool(
        words and words[-1] in _MONTHS - {"date"}
    )


def _ends(word: str) -> bool:
    return word.endswith(_ENDS) and word not in _NOT_DATES
