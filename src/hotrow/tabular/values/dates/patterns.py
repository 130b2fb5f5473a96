"""The ways to write a date, as regular expressions.

| way | for example |
|---|---|
| `ymd` | `2020-01-31`, `2020/1/31`, `2020年1月31日` |
| `dmy`, `mdy`, `yymd` | `31.01.2020`, `1/31/20`, `20-01-31` |
| `named day` | `31 Jan 2020`, `31-JAN-20`, `31JAN2020`, `31. Januar 2020` |
| `named day, colon` | `31/Jan/2020:14:05:00 +0000`, `31JAN20:14:05:00` |
| `named month` | `Jan 31, 2020`, `Friday, January 31st, 2020` |
| `year name` | `2020-Jan-31` |
| `unix text` | `Fri Jan 31 14:05:00 UTC 2020` |
| `month` | `2020-01`, `01/2020`, `2020 M1` |
| `month name` | `Jan 2020`, `Jan-20`, `2020 January` |
| `quarter` | `2020Q1`, `Q1 2020`, `1Q20` |
| `week` | `2020-W05`, `2020W055` |
| `week first` | `W5 2020`, `KW 05/2020`, `Week 5, 2020` |
| `stamp` | `20200131T140500Z` |
| `digits` | `20200131`, and `202001` |
| `digits dmy`, `digits mdy` | `31012020`, `01312020` |
| `short digits ymd`, ... | `200131`, `310120`, `013120` |
| `long digits` | `20200131140500` |
| `day of year` | `2020-031`, `2020031` |
| `week digits` | `2020-05`, `202005` |
| `letter week`, `year letter week` | `S05 2020`, `2020-S05` |
| `short month` | `01/20` |
| `pointed month`, `pointed year` | `01.2020`, `2020.01` |
| `unix` | seconds or milliseconds since 1970 |
| `excel` | days since the last day of 1899 |

After a date, there may be a time: `14:05`, `14:05:30.5`, `14.05.30`, `2:05 PM`, with a
zone or without.
"""

# A letter, for all that can stand here: the class of all letters is slow to compile.
_LETTER = r"[^-0-9\s.,/:']"
_ZONE = (
    r"\[?(?P<zone>(?:GMT|UTC)?[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2}"
    r"|[A-Z][A-Za-z_]+/[A-Za-z_/-]+|[A-Za-z]{1,5})\]?"
    r"(?: UTC| \([^)]*\)| ?\[[^\]]*\])?"
)
_HALF = r"(?P<half>[AaPp]\.? ?[Mm]\.?)"
_TIME = (
    r"(?:(?: ?T ?|[, ]+(?:(?:at|um|à|kl\.?|o|om|в|о|às|a las|alle) )?|:|_|-)"
    r"(?P<hour>[0-9]{1,2})"
    r"(?:[:.h](?P<minute>[0-9]{2}))?(?:[:.](?P<second>[0-9]{2})(?:[.,:][0-9]+)?)?"
    rf" ?{_HALF}?(?: ?(?:h|Uhr|hrs))?(?: ?{_ZONE})?)?$"
)
# Of `Aug 20 03:20:15`, 03 is no year.
_LATER = _TIME.replace("|:|_|-)", "|_|-)")
_WEEKDAY = (
    r"(?:(?i:mo|tu|we|th|fr|sa|su|di|mi|do|so|lu|ma|me|je|ve|vi|ju|sá|ti|on|to|lö|lø|sø"
    r"|se|te|qu|po|pn|wt|śr|cz|pi|pt|ni|út|st|čt|pá|ne|вт|ср|че|чт|пя|пт|су|сб|во|вс|по|пн)"
    rf"{_LETTER}{{0,9}}(?:-feira)?\.?,? )?(?:(?:den|el|le) )?"
)
_NAME = rf"(?P<name>{_LETTER}{{3,12}})\.?"
_YEAR = r"'?(?P<year>[0-9]{4}|[0-9]{2})"
_YEAR4 = r"(?P<year>[0-9]{4})"
# As Polish, Russian and Ukrainian have it.
_OF_YEAR = r"(?: ?(?:r|г|р)\.?| roku| года| року)?"
_YEAR2 = r"(?P<year>[0-9]{2})"
# pandas writes an integer so, in a column in which one is missing.
_WHOLE = r"(?:\.0+)?$"
_WEEK = r"(?i:KW|CW|WK|week|woche|semaine|semana|settimana|uge|vecka|viikko)"
_MONTH = r"(?P<month>[0-9]{1,2})"
_DAY = r"(?P<day>[0-9]{1,2})"
_TH = r"(?:st|nd|rd|th|er|º|ª)?"
_CUT = r"(?: ?[-/. ] ?|_)"

PATTERNS = {
    "ymd": (
        rf"^{_WEEKDAY}{_YEAR4}(?: ?[-/. ] ?|[_:]|年 ?|년 ?){_MONTH}"
        rf"(?: ?[-/. ] ?|[_:]|月 ?|월 ?){_DAY}[日일.]?{_TIME}"
    ),
    "dmy": rf"^{_WEEKDAY}{_DAY}{_CUT}{_MONTH}{_CUT}{_YEAR}{_LATER}",
    "mdy": rf"^{_WEEKDAY}{_MONTH}{_CUT}{_DAY}{_CUT}{_YEAR}{_LATER}",
    "yymd": rf"^(?P<year>[0-9]{{2}}){_CUT}{_MONTH}{_CUT}{_DAY}{_LATER}",
    "named day": (
        rf"^{_WEEKDAY}{_DAY}{_TH}\.?[-/ ]?(?:of |de |d')?{_NAME},?[-/ ]?(?:de |del )?"
        rf"{_YEAR}{_OF_YEAR}{_LATER}"
    ),
    "named day, colon": (
        rf"^{_DAY}[-/]?{_NAME}[-/]?{_YEAR}:(?P<hour>[0-9]{{2}}):(?P<minute>[0-9]{{2}})"
        rf":(?P<second>[0-9]{{2}})(?:\.[0-9]+)?(?: ?{_ZONE})?$"
    ),
    "named month": rf"^{_WEEKDAY}{_NAME}[-/ ]?{_DAY}{_TH}(?:, ?|[-/ ]){_YEAR}{_LATER}",
    "year name": rf"^{_YEAR4}[.,]?[-/ ]?{_NAME}[-/ ]{_DAY}\.?{_TIME}",
    "unix text": (
        rf"^{_WEEKDAY}{_NAME} {_DAY} (?P<hour>[0-9]{{2}}):(?P<minute>[0-9]{{2}}):"
        rf"(?P<second>[0-9]{{2}})(?: {_ZONE})? {_YEAR4}$"
    ),
    "month": rf"^{_YEAR4}(?:[-/]| ?[mM]){_MONTH}$",
    "month year": rf"^{_MONTH}[-/]{_YEAR4}$",
    "month name": rf"^{_NAME}[ ,/-]*(?:de |del )?{_YEAR4}{_OF_YEAR}$",
    "short month name": rf"^{_NAME}(?:[-/]| ?'){_YEAR}$",
    "year month name": rf"^{_YEAR4}[ /-]?{_NAME}$",
    "quarter": rf"^{_YEAR4}[-/ .]*[QqKT](?P<quarter>[1-4])$",
    "quarter first": (
        rf"^(?:[QqKT](?P<quarter>[1-4])|(?P<other>[1-4])[Qq])[-/ ,.]*{_YEAR}$"
    ),
    "week": (
        rf"^{_YEAR4}[-/ ]?(?:[Ww]|{_WEEK})[-. ]?(?P<week>[0-9]{{1,2}})"
        r"(?:-?(?P<weekday>[1-7]))?$"
    ),
    "week first": (
        rf"^(?:W|{_WEEK}\.?) ?(?P<week>[0-9]{{1,2}})[-/ ,.]{{1,2}}(?:of )?{_YEAR4}$"
    ),
    # With a letter alone, these are sizes of trousers: `W34/32`.
    "short week first": (
        rf"^{_WEEK}\.? ?(?P<week>[0-9]{{1,2}})[/'-](?P<year>[0-9]{{2}})$"
    ),
    "stamp": (
        r"^(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})[T_ -]"
        r"(?P<hour>[0-9]{2}):?(?P<minute>[0-9]{2}):?(?P<second>[0-9]{2})?(?:\.[0-9]+)?"
        rf"(?:{_ZONE})?$"
    ),
    "digits": rf"^{_YEAR4}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})?{_WHOLE}",
    "digits dmy": rf"^{_DAY}(?P<month>[0-9]{{2}}){_YEAR4}{_WHOLE}",
    "digits mdy": rf"^{_MONTH}(?P<day>[0-9]{{2}}){_YEAR4}{_WHOLE}",
    "short digits ymd": (rf"^{_YEAR2}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}}){_WHOLE}"),
    "short digits dmy": rf"^{_DAY}(?P<month>[0-9]{{2}}){_YEAR2}{_WHOLE}",
    "short digits mdy": rf"^{_MONTH}(?P<day>[0-9]{{2}}){_YEAR2}{_WHOLE}",
    "long digits": (
        rf"^{_YEAR4}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})"
        rf"(?P<hour>[0-9]{{2}})(?P<minute>[0-9]{{2}})(?P<second>[0-9]{{2}})?{_WHOLE}"
    ),
    "day of year": rf"^{_YEAR4}-?(?P<yearday>[0-9]{{3}}){_WHOLE}",
    "week digits": rf"^{_YEAR4}[-/. ]?(?P<week>[0-9]{{2}}){_WHOLE}",
    "letter week": rf"^[A-Z]\.? ?(?P<week>[0-9]{{1,2}})[-/ ]{{1,2}}{_YEAR4}$",
    "year letter week": rf"^{_YEAR4}[-/ ]?[A-Z](?P<week>[0-9]{{1,2}})$",
    "short month": rf"^{_MONTH}[-/.]{_YEAR2}$",
    "pointed month": r"^(?P<month>[0-9]{2})\.(?P<year>[0-9]{4})$",
    "pointed year": r"^(?P<year>[0-9]{4})\.(?P<month>[0-9]{2})$",
}

# Those that no number and no code is written in.
TEXT = (
    "ymd", "named day", "named day, colon", "named month", "year name", "unix text",
    "month", "month year",
    "month name", "short month name", "year month name", "quarter", "quarter first",
    "week", "week first", "short week first", "stamp",
)  # fmt: skip
# Those that are read only where a name or all values say so, or the user.
NAMED = (
    "digits", "long digits", "digits dmy", "digits mdy", "short digits ymd",
    "short digits dmy", "short digits mdy", "day of year", "week digits", "letter week",
    "year letter week", "short month", "pointed month", "pointed year", "unix",
    "excel",
)  # fmt: skip
# The three orders of numbers, of which a column has one.
ORDERS = ("dmy", "mdy", "yymd")
