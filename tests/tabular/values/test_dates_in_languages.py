"""Dates and times in the languages of the world, against `datetime`."""

import datetime
import doctest
import unicodedata
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest

from hotrow.tabular.values import asian
from hotrow.tabular.values.dates.detect import find_dates
from hotrow.tabular.values.dates.names import MONTHS
from hotrow.tabular.values.numbers.clock_format import find_clock

pytestmark = pytest.mark.once

RNG = np.random.default_rng(0)
MOMENTS = [
    datetime.datetime(2009, 1, 1) + datetime.timedelta(minutes=int(m))
    for m in RNG.integers(0, 5_000_000, 200)
]
MONTHS_OF = {
    "Arabic": "يناير فبراير مارس أبريل مايو يونيو يوليو "
    "أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "Bulgarian": "януари февруари март април май юни юли август септември октомври "
    "ноември декември",
    "Catalan": "gener febrer març abril maig juny juliol agost setembre octubre "
    "novembre desembre",
    "Czech": "ledna února března dubna května června července srpna září října "
    "listopadu prosince",
    "Czech, nominative": "leden únor březen duben květen červen červenec srpen září "
    "říjen listopad prosinec",
    "Danish": "januar februar marts april maj juni juli august september oktober "
    "november december",
    "Dutch": "januari februari maart april mei juni juli augustus september oktober "
    "november december",
    "Dutch, short": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "English": "January February March April May June July August September October "
    "November December",
    "Estonian": "jaanuar veebruar märts aprill mai juuni juuli august september "
    "oktoober november detsember",
    "Finnish": "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta "
    "heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
    "French": "janvier février mars avril mai juin juillet août septembre octobre "
    "novembre décembre",
    "French, short": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "German": "Januar Februar März April Mai Juni Juli August September Oktober "
    "November Dezember",
    "German, short": "Jan. Feb. Mär. Apr. Mai Jun. Jul. Aug. Sep. Okt. Nov. Dez.",
    "Greek": "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου "
    "Σεπτεμβρίου Οκτωβρίου Νοεμβρίου Δεκεμβρίου",
    "Greek, nominative": "Ιανουάριος Φεβρουάριος Μάρτιος Απρίλιος Μάιος Ιούνιος "
    "Ιούλιος Αύγουστος Σεπτέμβριος Οκτώβριος Νοέμβριος Δεκέμβριος",
    "Hungarian": "január február március április május június július augusztus "
    "szeptember október november december",
    "Icelandic": "janúar febrúar mars apríl maí júní júlí ágúst september október "
    "nóvember desember",
    "Indonesian": "Januari Februari Maret April Mei Juni Juli Agustus September "
    "Oktober November Desember",
    "Italian": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre "
    "ottobre novembre dicembre",
    "Italian, short": "gen feb mar apr mag giu lug ago set ott nov dic",
    "Norwegian": "januar februar mars april mai juni juli august september oktober "
    "november desember",
    "Polish": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września "
    "października listopada grudnia",
    "Polish, nominative": "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień "
    "wrzesień październik listopad grudzień",
    "Polish, short": "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "Portuguese": "janeiro fevereiro março abril maio junho julho agosto setembro "
    "outubro novembro dezembro",
    "Portuguese, short": "jan fev mar abr mai jun jul ago set out nov dez",
    "Romanian": "ianuarie februarie martie aprilie mai iunie iulie august septembrie "
    "octombrie noiembrie decembrie",
    "Russian": "января февраля марта апреля мая июня июля августа сентября октября "
    "ноября декабря",
    "Russian, nominative": "январь февраль март апрель май июнь июль август сентябрь "
    "октябрь ноябрь декабрь",
    "Russian, short": "янв фев мар апр май июн июл авг сен окт ноя дек",
    "Slovak": "januára februára marca apríla mája júna júla augusta septembra októbra "
    "novembra decembra",
    "Slovenian": "januar februar marec april maj junij julij avgust september oktober "
    "november december",
    "Spanish": "enero febrero marzo abril mayo junio julio agosto septiembre octubre "
    "noviembre diciembre",
    "Spanish, short": "ene feb mar abr may jun jul ago sep oct nov dic",
    "Swedish": "januari februari mars april maj juni juli augusti september oktober "
    "november december",
    "Turkish": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım "
    "Aralık",
    "Turkish, short": "Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara",
    "Ukrainian": "січня лютого березня квітня травня червня липня серпня вересня "
    "жовтня листопада грудня",
    "Ukrainian, nominative": "січень лютий березень квітень травень червень липень "
    "серпень вересень жовтень листопад грудень",
    "Ukrainian, short": "січ лют бер кві тра чер лип сер вер жов лис гру",
}


def read(texts):
    """Returns the moments of a column, as text."""
    tokens = pa.array(texts, pa.large_string())
    reading = find_dates(tokens, np.ones(len(tokens)))
    return (
        None if reading is None else [str(one) for one in reading.format.read(tokens)]
    )


@pytest.mark.parametrize("language", MONTHS_OF)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("change", [str, str.upper, str.lower])
def test_names_of_months(language, form, change):
    names = [
        unicodedata.normalize(form, change(n)) for n in MONTHS_OF[language].split()
    ]
    days = [datetime.datetime(2015, month, 3 + month) for month in range(1, 13)]
    expected = [day.isoformat() for day in days]
    assert read([f"{d.day} {n} 2015" for d, n in zip(days, names, strict=True)]) == (
        expected
    )
    assert read([f"{d.day}. {n} 2015" for d, n in zip(days, names, strict=True)]) == (
        expected
    )
    months = [f"2015-{month:02d}-01T00:00:00" for month in range(1, 13)]
    assert read([f"{name} 2015" for name in names]) == months


def test_a_name_is_that_of_one_month():
    from hotrow.tabular.values.dates import names

    listed = [name for all_ in names._MONTHS for name in all_.split()]
    assert len(listed) == len(MONTHS)


def half(moment, words):
    return f"{words[moment.hour >= 12]}{moment.hour % 12 or 12}"


MONTH_NAMES = {key: value.split() for key, value in MONTHS_OF.items()}
WRITTEN = {
    "Japanese": lambda d: f"{d.year}年{d.month}月{d.day}日 {d.hour}時{d.minute}分",
    "Japanese, with a weekday": lambda d: (
        f"{d.year}年{d.month}月{d.day}日（{'月火水木金土日'[d.weekday()]}）"
        f"{d.hour:02d}時{d.minute:02d}分"
    ),
    "Japanese, of an era": lambda d: (
        f"{'平成' if d.year < 2019 else '令和'}"
        f"{d.year - (1988 if d.year < 2019 else 2018)}年{d.month}月{d.day}日 "
        f"{'午前' if d.hour < 12 else '午後'}{d.hour % 12}時{d.minute}分"
    ),
    "Chinese": lambda d: (
        f"{d.year}年{d.month}月{d.day}日{half(d, '上下').replace('午', '')}".replace(
            "上", "上午").replace("下", "下午") + f":{d.minute:02d}"
    ),
    "Chinese, with slashes": lambda d: (
        f"{d.year}/{d.month}/{d.day} {half(d, ['上午', '下午'])}:{d.minute:02d}:00"
    ),
    "Chinese, of Taiwan": lambda d: (
        f"民國{d.year - 1911}年{d.month}月{d.day}日 {d.hour}點{d.minute:02d}分"
    ),
    "Korean": lambda d: (
        f"{d.year}년 {d.month}월 {d.day}일 {half(d, ['오전 ', '오후 '])}시 {d.minute}분"
    ),
    "Korean, with points": lambda d: (
        f"{d.year}. {d.month}. {d.day}. {half(d, ['오전 ', '오후 '])}:{d.minute:02d}:00"
    ),
    "Hungarian": lambda d: (
        f"{d.year}. {MONTH_NAMES['Hungarian'][d.month - 1]} {d.day}. {d:%H:%M}"
    ),
    "Russian": lambda d: (
        f"{d.day} {MONTH_NAMES['Russian'][d.month - 1]} {d.year} г. в {d:%H:%M}"
    ),
    "Polish": lambda d: (
        f"{d.day} {MONTH_NAMES['Polish'][d.month - 1]} {d.year} r. {d:%H:%M}"
    ),
    "Portuguese": lambda d: (
        ["segunda-feira", "terça-feira", "quarta-feira", "quinta-feira",
         "sexta-feira", "sábado", "domingo"][d.weekday()]
        + f", {d.day} de {MONTH_NAMES['Portuguese'][d.month - 1]} de {d:%Y %H:%M}"
    ),
    "Spanish of Colombia": lambda d: (
        f"{d:%d/%m/%Y} {d:%I:%M} {'a' if d.hour < 12 else 'p'}.\u00a0m."
    ),
    "Apache": lambda d: d.strftime("[%d/%b/%Y:%H:%M:00 +0000]"),
    "Java": lambda d: d.strftime("%Y-%m-%dT%H:%MZ[Europe/Berlin]"),
    "Access": lambda d: d.strftime("#%Y-%m-%d %H:%M:00#"),
}  # fmt: skip


@pytest.mark.parametrize("way", WRITTEN)
def test_moments(way):
    expected = [moment.isoformat() for moment in MOMENTS]
    assert read([WRITTEN[way](moment) for moment in MOMENTS]) == expected


def test_months_and_years_of_eras():
    texts = ["2015年8月", "平成27年8月", "令和元年5月", "2015년 8월"]
    assert [moment[:7] for moment in read(texts)] == [
        "2015-08", "2015-08", "2019-05", "2015-08",
    ]  # fmt: skip
    # Of an era that is not named, a year is none.
    assert read(["27年8月20日"] * 3) is None


@pytest.mark.parametrize(
    "form", ["%Y-%m-%dT%H:%M{}[{}]", "%Y-%m-%d %H:%M {1}", "%Y-%m-%d %H:%M [{1}]"]
)
@pytest.mark.parametrize("place", ["Europe/Berlin", "America/Argentina/Buenos_Aires"])
def test_zones_of_places(form, place):
    local = [moment.replace(tzinfo=ZoneInfo(place)) for moment in MOMENTS]
    texts = []
    for one in local:
        offset = f"{one:%z}"
        texts.append(one.strftime(form).format(f"{offset[:3]}:{offset[3:]}", place))
    utc = [one.astimezone(datetime.UTC).replace(tzinfo=None) for one in local]
    assert read(texts) == [one.isoformat() for one in utc]


def test_a_zone_that_is_none():
    assert read(["2015-08-20 03:20 Europe/Nowhere"] * 3) is None
    # Beside an offset, the name says nothing more.
    assert read(["2015-08-20T03:20+02:00[Nowhere]"]) == ["2015-08-20T01:20:00"]


@pytest.mark.parametrize(
    "form",
    ["W{w} {y}", "W{w:02d}/{y}", "KW {w}/{y}", "KW{w:02d} {y}", "CW{w}.{y}",
     "Week {w}, {y}", "week {w} of {y}", "{y}/KW{w:02d}", "{y}-KW{w:02d}",
     "{y} Week {w}", "KW {w}/{s:02d}", "kw{w:02d}'{s:02d}", "Semana {w} {y}"],
)  # fmt: skip
def test_weeks(form):
    first = datetime.date(1999, 12, 20)
    mondays = [first + datetime.timedelta(7 * k) for k in range(500)]
    texts = []
    for day in mondays:
        year, week, _ = day.isocalendar()
        texts.append(form.format(w=week, y=year, s=year % 100))
    if "{s" in form:
        mondays, texts = mondays[5:], texts[5:]
    assert read(texts) == [f"{day}T00:00:00" for day in mondays]


@pytest.mark.parametrize(
    "text", ["W34/32", "W34 L32", "S21 2020", "W60 2015", "2015-W54", "Pro 2015"]
)
def test_what_is_no_week(text):
    assert read([text] * 3) is None


TIMES = {
    "Japanese": lambda h, m: f"{h}時{m}分",
    "Japanese, halves": lambda h, m: f"{'午前' if h < 12 else '午後'}{h % 12}:{m:02d}",
    "Chinese": lambda h, m: f"{'上午' if h < 12 else '下午'}{h % 12 or 12}:{m:02d}",
    "Chinese, duration": lambda h, m: f"{h}小时{m}分钟",
    "Korean": lambda h, m: f"{'오전' if h < 12 else '오후'} {h % 12 or 12}시 {m}분",
    "Korean, duration": lambda h, m: f"{h}시간 {m}분",
}


@pytest.mark.parametrize("way", TIMES)
def test_times_of_a_day(way):
    times = [(minute // 60, minute % 60) for minute in range(1440)]
    tokens = pa.array([TIMES[way](*time) for time in times], pa.large_string())
    form, good = find_clock(tokens, np.ones(len(tokens)))
    assert good.all()
    assert form.read(tokens).tolist() == [60.0 * minute for minute in range(1440)]


def test_signs_that_are_no_time_are_left():
    for text in ("3点", "5年", "12月", "3時間", "第5回", "1,200円", "曜日", "3.5"):
        assert asian.western(text) == text
    assert asian.western("3時半") == "03:30"
    assert asian.western("20分30秒") == "0:20:30"


def test_the_examples():
    assert doctest.testmod(asian).attempted
    assert doctest.testmod(asian).failed == 0
