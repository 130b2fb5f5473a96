"""Dates with any text around them."""

import re
from typing import Any

from hotrow.tabular.values.characters import plain_characters
from hotrow_common.arrow import pa

_NAME = r"[^\W\d_]{3,12}"
_YEAR = r"(?:1[5-9]|20|21)[0-9]{2}"
_DATE = re.compile(
    rf"(?<![0-9./-])(?:{_YEAR}([-/.])[0-9]{{1,2}}\1[0-9]{{1,2}}"
    r"(?:(?:T|,? )[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
    r"(?: ?[AaPp]\.?[Mm]\.?)?)?"
    rf"|[0-9]{{1,2}}([-/.])[0-9]{{1,2}}\2(?:{_YEAR}|[0-9]{{2}})"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th|er|\.)?[-/ ](?:of |de )?{_NAME}\.?,?[-/ ]"
    rf"(?:de )?{_YEAR}"
    rf"|{_NAME}\.? [0-9]{{1,2}}(?:st|nd|rd|th)?,? {_YEAR})(?![0-9/-]|\.[0-9])"
)


def dates_within(texts: Any) -> Any:
    """Returns the first date in each text, and missing values where there is none.

    Of `paid on 2015-08-20` it is `2015-08-20`. Whether that is a day says its format.
    """
    found = [_DATE.search(text) for text in plain_characters(texts).to_pylist()]
    dates = [None if one is None else one[0] for one in found]
    return pa.array(dates, pa.large_string())
