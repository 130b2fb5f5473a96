"""Dates and times with Chinese, Japanese and Korean signs, rewritten in digits."""

import re

# The last year before each era.
_ERAS = {
    "明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018,
    "民國": 1911, "民国": 1911,
}  # fmt: skip
_MORNING = ("上午", "午前", "오전", "凌晨", "早上")
_EVENING = ("下午", "午後", "午后", "오후", "晚上", "中午")
_HOUR = "(?:時間|小時|小时|時|时|點|点|시간|시)"
_MINUTE = "(?:分鐘|分钟|分|분)"
_SECOND = "(?:秒鐘|秒钟|秒|초)"

_DATE = re.compile(
    rf"(?:({'|'.join(_ERAS)}) ?)?([0-9]{{1,4}}|元) ?[年년] ?([0-9]{{1,2}}) ?[月월]"
    r"(?: ?([0-9]{1,2}) ?[日일号號])?"
)
_WEEKDAY = re.compile(
    r" ?\([月火水木金土日一二三四五六월화수목금토일]\)"
    r"| ?\(?(?:(?:星期|週|周)[一二三四五六日天]|[月火水木金土日]曜日?"
    r"|[월화수목금토일]요일)\)?"
)
_CLOCK = re.compile(
    rf"(?:({'|'.join(_MORNING + _EVENING)}) ?)?([0-9]{{1,3}})"
    rf"(?: ?{_HOUR}(?: ?([0-9]{{1,2}}) ?{_MINUTE}| ?(半))?"
    rf"(?: ?([0-9]{{1,2}}) ?{_SECOND})?"
    r"|:([0-9]{2})(?::([0-9]{2}))?)"
)
_MINUTES = re.compile(rf"^([0-9]{{1,2}}) ?{_MINUTE} ?([0-9]{{1,2}}) ?{_SECOND}$")
_SIGNS = re.compile("[年月日時时點点分년월일시분曜期週周午오凌早晚]")


def western(text: str) -> str:
    """Returns a text with its dates and times in digits: of `3時20分`, `03:20`.

    Example:

    >>> western("平成27年8月20日(木) 午後3時20分")
    '2015-8-20 15:20'
    >>> western("3点")  # Points as well as an hour.
    '3点'
    """
    if not _SIGNS.search(text):
        return text
    changed = _WEEKDAY.sub(" ", _DATE.sub(_day, text))
    is_date = changed != text
    changed = _CLOCK.sub(lambda found: _time(found, is_date), changed)
    changed = _MINUTES.sub(r"0:\1:\2", changed)
    return " ".join(changed.split())


def _day(found: re.Match[str]) -> str:
    era, year, month, day = found.groups()
    number = 1 if year == "元" else int(year)
    if era is not None:
        number += _ERAS[era]
    elif len(year) < 4:
        return found[0]
    return f"{number}-{month}" if day is None else f"{number}-{month}-{day} "


def _time(found: re.Match[str], is_date: bool) -> str:
    half, hours, minutes, is_half, seconds, minutes_, seconds_ = found.groups()
    minutes, seconds = minutes or minutes_, seconds or seconds_
    if half is None and minutes_ is not None:
        return found[0]
    if not (half or minutes or is_half or is_date):
        return found[0]
    hour = int(hours)
    if half in _MORNING and hour == 12:
        hour = 0
    elif half in _EVENING and hour < 12:
        hour += 12
    minute = 30 if is_half else int(minutes or 0)
    end = f":{int(seconds):02d}" if seconds else ""
    return f"{hour:02d}:{minute:02d}{end}"
