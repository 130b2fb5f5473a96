"""The words and signs that stand beside the digits of numbers."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The spellings of each currency, compared without case.
_CURRENCIES = {
    "$": "$ us$ usd usd$ $us dollar dollars",
    "€": "€ eur euro euros",
    "£": "£ gbp pound pounds",
    "¥": "¥ jpy yen 円 jp¥",
    "CN¥": "cny rmb yuan 元 cn¥ ￥",
    "CHF": "chf sfr sfr. fr. frs. franken",
    "₹": "₹ inr rs rs. rupees",
    "kr": "kr kr. sek nok dkk isk skr nkr dkr",
    "A$": "a$ au$ aud aud$",
    "C$": "c$ ca$ cad cad$ cdn$",
    "NZ$": "nz$ nzd",
    "HK$": "hk$ hkd",
    "S$": "s$ sgd",
    "NT$": "nt$ ntd twd",
    "R$": "r$ brl reais",
    "MX$": "mx$ mxn mex$",
    "AR$": "ar$ ars",
    "COL$": "col$ cop cop$",
    "CLP$": "clp$ clp",
    "S/": "s/ s/. pen",
    "₽": "₽ rub rur руб руб. р.",
    "zł": "zł zl pln",
    "Kč": "kč kc czk",
    "Ft": "ft huf",
    "lei": "lei ron leu",
    "лв": "лв лв. bgn",
    "₴": "₴ uah грн грн.",
    "₺": "₺ try tl",
    "₩": "₩ krw won 원",
    "฿": "฿ thb baht",
    "₫": "₫ vnd đ",
    "₱": "₱ php",
    "Rp": "rp rp. idr",
    "RM": "rm myr",
    "₪": "₪ ils nis",
    "R": "zar",
    "₦": "₦ ngn",
    "KSh": "ksh kes",
    "₵": "₵ gh₵ ghs",
    "AED": "aed dh dhs",
    "SAR": "sar sr ﷼",
    "EGP": "egp le",
    "₸": "₸ kzt",
    "₡": "₡ crc",
    "DM": "dm dem",
    "¢": "¢ cents cent ct",
}
CURRENCIES = {
    spelling: name for name, all_ in _CURRENCIES.items() for spelling in all_.split()
}
MONEY = frozenset(CURRENCIES.values())
# Before digits, letters without a blank may be a product code: `TRY12`.
GLUED_CURRENCIES = _words(
    "us$ usd eur gbp jpy cny rmb chf sfr. fr. inr rs rs. sek nok dkk kr. aud cad nzd "
    "hkd sgd brl mex$ rub pln czk huf zar rp."
)
# As suffixes, these are units or words first.
NOT_AFTER = _words("ft rm dm le sr try dh ct pound pounds s/")

_MULTIPLIERS = {
    3: "k thousand thousands thsd tsd tsd. tausend",
    4: "万 萬 만",
    5: "lakh lakhs lac lacs",
    6: "mn mln mio mio. million millions millionen mill mill. milj milj.",
    7: "cr crore crores",
    8: "億 亿 억",
    9: "bn bln billion billions mrd mrd. milliarde milliarden milliard milliards mld",
    12: "tn trn trillion trillions billionen",
}
MULTIPLIERS = {
    word: power for power, all_ in _MULTIPLIERS.items() for word in all_.split()
}
# A single letter may be a unit as well: metres, bytes, tonnes.
LETTERS = {"M": 6, "m": 6, "MM": 6, "B": 9, "b": 9, "T": 12, "L": 5}
BYTES = {"b": 0, "byte": 0, "bytes": 0, "kb": 3, "mb": 6, "gb": 9, "tb": 12, "pb": 15}

PERCENT = frozenset(
    ("%", "pct", "pct.", "percent", "per cent", "prozent", "procent", "%age")
)
OTHER_SHARES = _words("‰ bps bp ppm ppb")
# What follows a number and is no unit: ordinals, halves of a day, points of the
# compass, sizes, months and days.
NO_UNIT = _words(
    "st nd rd th am pm a.m. p.m. n s e °n °s °e °w °o xl xs cr. dr dr. bc ad or and to "
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april "
    "june july august september october november december mon tue wed thu fri sat sun "
    "monday tuesday wednesday thursday friday saturday sunday"
)
# Right after digits, other letters may be a part of a code: `1001AB`.
GLUED_UNITS = _words(
    "m cm mm km dm nm um µm in inch inche ft yd mi mile kg g mg µg mcg t lb oz ml cl "
    "dl l ltr litre liter gal pt cc ccm cm3 cm² m2 m² m3 m³ km2 km² ft2 ft² sqft sqm "
    "ha acre s sec ms min h hr hour d day w wk week mo mth month y yr year km/h kmh "
    "kph kmph mph kt knot rpm hz khz mhz ghz kb mb gb tb pb kib mib gib tib bit byte "
    "kbp mbp gbp/s gbps mbps kbps px dpi ppi mp mah ah v kv kw mw kwh mwh wh hp bhp "
    "ps cv nm j kj kcal cal pa kpa hpa mpa mbar bar psi atm db dba c °c °f f lm lux x "
    "fold kmpl km/l km/kg mpg l/100km iu mmol mol bpm pcs pc pp ' \" '' ° Ω µ %"
)
# Of those, the letters that are units in capitals, too.
CAPITALS = frozenset("VCFWX")
