"""The names of months and time zones."""

import unicodedata

# Of most languages of Europe, Indonesian and Arabic, without accents. Left out are
# Croatian, whose listopad is October where it is November in Polish and Czech, and the
# short names of Czech, which are words elsewhere: `Pro 2015`, `LED 2015`.
_MONTHS = (
    "january jan januar januari janner jaanuar janvier janv enero ene gener gennaio "
    "gen janeiro ianuarie ian stycznia styczen sty leden ledna januara tammikuu "
    "tammikuuta ocak oca января январь янв січня січень січ януари ιανουαριου "
    "ιανουαριος ιαν يناير",
    "february feb febr februar februari feber veebruar fevrier fevr fev febrero "
    "febrer febbraio fevereiro februarie lutego luty lut unor unora februara "
    "helmikuu helmikuuta subat sub февраля февраль фев февр лютого лютий лют "
    "февруари φεβρουαριου φεβρουαριος φεβ فبراير",
    "march mar marz mrz maerz mars marts marzo marc marco maart mrt martie marca "
    "marzec brezen brezna marec marcius maaliskuu maaliskuuta mart maret марта март "
    "мар березня березень бер μαρτιου μαρτιος μαρ مارس",
    "april apr avril avr abril abr aprile aprilie aprill aprilis kwietnia kwiecien "
    "kwi duben dubna aprila huhtikuu huhtikuuta nisan nis апреля апрель апр квітня "
    "квітень кві април απριλιου απριλιος απρ ابريل",
    "may mai mayo maig maggio mag maio mei maj maja majus kveten kvetna toukokuu "
    "toukokuuta mayis мая май травня травень тра μαιου μαιος μαι مايو",
    "june jun juni juin juny junio giugno giu junho iunie iun czerwca czerwiec cze "
    "cerven cervna juna junij junius juuni kesakuu kesakuuta haziran haz июня июнь "
    "июн червня червень чер юни ιουνιου ιουνιος ιουν يونيو",
    "july jul juli juillet juil juill juliol julio luglio lug julho iulie iul lipca "
    "lipiec lip cervenec cervence jula julij julius juuli heinakuu heinakuuta "
    "temmuz tem июля июль июл липня липень лип юли ιουλιου ιουλιος ιουλ يوليو",
    "august aug aout aou agosto agost ago augustus augusti augusta augusztus avgust "
    "agust agustus agt sierpnia sierpien sie srpen srpna elokuu elokuuta agustos "
    "agu августа август авг серпня серпень сер αυγουστου αυγουστος αυγ اغسطس",
    "september sep sept septembre septiembre setiembre settembre setembre set "
    "setembro septembrie septembar szeptember szept wrzesnia wrzesien wrz zari "
    "septembra syyskuu syyskuuta eylul eyl сентября сентябрь сен сент вересня "
    "вересень вер септември σεπτεμβριου σεπτεμβριος σεπ سبتمبر",
    "october oct oktober okt octobre octubre ottobre ott outubro out octombrie "
    "oktoober oktobar pazdziernika pazdziernik paz rijen rijna oktobra lokakuu "
    "lokakuuta ekim eki октября октябрь окт жовтня жовтень жов октомври οκτωβριου "
    "οκτωβριος οκτ اكتوبر",
    "november nov novembre noviembre novembro noiembrie noi novembar listopada "
    "listopadu listopad lis novembra marraskuu marraskuuta kasim kas ноября ноябрь "
    "ноя нояб листопада листопад лис ноември νοεμβριου νοεμβριος νοε نوفمبر",
    "december dec dezember dez decembre desembre diciembre dic dicembre dezembro "
    "decembrie decembar desember detsember des grudnia grudzien gru prosinec "
    "prosince decembra joulukuu joulukuuta aralik ara декабря декабрь дек грудня "
    "грудень гру декември δεκεμβριου δεκεμβριος δεκ ديسمبر",
)
# What the decomposition of a letter does not make another.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "ı": "i", "ς": "σ"})


def without_accents(name: str) -> str:
    """Returns a name in lower case, without accents: of `Únor`, `unor`."""
    parts = unicodedata.normalize("NFKD", name.casefold()).translate(_LETTERS)
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


# The number of each month, by its names without accents.
MONTHS = {
    without_accents(name): number
    for number, all_ in enumerate(_MONTHS, 1)
    for name in all_.split()
}

# Hours ahead of UTC.
ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2,
    "met": 1, "mest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3, "msk": 3,
    "ist": 5.5, "pkt": 5, "sgt": 8, "hkt": 8, "awst": 8, "jst": 9, "kst": 9,
    "aest": 10, "aedt": 11, "acst": 9.5, "nzst": 12, "nzdt": 13,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8,
    "pdt": -7, "akst": -9, "akdt": -8, "hst": -10, "brt": -3, "art": -3,
}  # fmt: skip
