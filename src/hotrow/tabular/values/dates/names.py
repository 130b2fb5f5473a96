"""The names of months and time zones."""

_MONTHS = (
    # English, German, French, Spanish, Italian, Portuguese, Dutch, the North, Polish.
    "january jan januar jänner jän janvier janv enero ene gennaio gen janeiro januari "
    "stycznia sty",
    "february feb febr februar février févr fevrier fevr fév fev febrero febbraio "
    "fevereiro februari lutego lut",
    "march mar märz mär mrz maerz mars marzo março marco maart mrt marts marca",
    "april apr avril avr abril abr aprile kwietnia kwi",
    "may mai mayo maggio mag maio mei maj maja",
    "june jun juni juin junio giugno giu junho czerwca cze",
    "july jul juli juillet juil julio luglio lug julho lipca lip",
    "august aug août aout aoû agosto ago augustus augusti sierpnia sie",
    "september sep sept septembre septiembre settembre set setembro września wrz",
    "october oct oktober okt octobre octubre ottobre ott outubro out października paź",
    "november nov novembre noviembre novembro listopada lis",
    "december dec dezember dez décembre déc decembre diciembre dic dicembre dezembro "
    "desember des grudnia gru",
)
# The number of each month, by its names in lower case.
MONTHS = {
    name: number for number, all_ in enumerate(_MONTHS, 1) for name in all_.split()
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
