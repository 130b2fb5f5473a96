"""Offsets of time zones from UTC."""

import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from hotrow.tabular.values.dates.names import ZONES
from hotrow_common.arrow import pa

_START = datetime.datetime(1970, 1, 1)


def offsets(zones: Any, seconds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns by how many seconds zones are ahead of UTC, and which are known.

    Args:
        zones: Names such as `+02:00`, `CET` and `Europe/Berlin`, a large_string array;
            `""` is UTC.
        seconds: Seconds since 1970 of each moment, in its own zone.
    """
    texts = zones.dictionary_encode()
    at = texts.indices.cast(pa.int64()).to_numpy(zero_copy_only=False)
    result, known = np.zeros(len(at), np.int64), np.ones(len(at), bool)
    for place, text in enumerate(texts.dictionary.to_pylist()):
        rows = at == place
        if "/" in str(text):
            zone = _place(str(text))
            known[rows] = zone is not None
            result[rows] = [_ahead(zone, int(one)) for one in seconds[rows]]
        else:
            offset = _offset(str(text))
            known[rows], result[rows] = offset is not None, offset or 0
    return result, known


def _offset(zone: str) -> int | None:
    zone = zone.casefold()
    if zone[3:4] in ("+", "-"):
        zone = zone[3:]
    if zone[:1] in ("+", "-") and zone:
        digits = zone[1:].replace(":", "").ljust(4, "0")
        seconds = 3600 * int(digits[:2]) + 60 * int(digits[2:])
        return -seconds if zone[0] == "-" else seconds
    hours = ZONES.get(zone, 0 if not zone else None)
    return None if hours is None else int(3600 * hours)


@lru_cache(maxsize=64)
def _place(name: str) -> ZoneInfo | None:
    """Returns the zone of a place such as `Europe/Berlin`, or None of none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _ahead(zone: ZoneInfo | None, seconds: int) -> int:
    if zone is None:
        return 0
    try:
        local = _START + datetime.timedelta(seconds=seconds)
    except OverflowError:
        return 0
    ahead = local.replace(tzinfo=zone).utcoffset()
    return 0 if ahead is None else round(ahead.total_seconds())
