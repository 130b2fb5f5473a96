"""Marks beside numbers: bounds, approximations, footnotes, signs of accounts."""

import re

BOUND = re.compile(
    r"[<>≤≥≦≧]=? ?|(?:over|under|up to|more than|less than|at least|at most|bis zu|über"
    r"|unter) |(?:min|max|mind)\. ?",
    re.IGNORECASE,
)
ABOUT = re.compile(
    r"[~≈≃±約约약] ?|大約 ?|大约 ?|\+/- ?|(?:c|ok|env|est|прибл)\. ?"
    r"|(?:ca|approx|aprox)(?:\. ?| )"
    r"|(?:circa|zirka|about|around|roughly|approximately|estimated|etwa|rund|ungefähr"
    r"|environ|alrededor de|unos|około|около|примерно) ",
    re.IGNORECASE,
)
# What stands after a number that is none to rely on.
GUESS = re.compile(
    r" ?[([](?:est|estimate|estimated|approx|ca|prov|provisional|prelim|preliminary"
    r"|forecast|projected|proj|revised|rev)\.?[)\]]$| (?:est|approx)\.?$",
    re.IGNORECASE,
)
STARS = re.compile(r"[*†‡§¶]{1,4}$")
# Of Wikipedia: `2,825[1]`, `2,825[a][note 2]`.
FOOTNOTE = r"([^\s\[\](]) ?(?:\[[^\[\]]{1,12}\] ?)+$"
# Signs of accounts and of stock markets; which of them is a minus, a column says.
TRIANGLES = "▲△▼▽"
ARROWS = {"↑": 1, "↗": 1, "⬆": 1, "↓": -1, "↘": -1, "⬇": -1}


def minus_of(texts: list[str]) -> tuple[str, str | None]:
    """Returns which of `TRIANGLES` are a minus in a column, and why; `""` and None.

    Args:
        texts: What stands beside digits, each once; `""` for numbers without a mark.
    """
    there = {sign for text in texts for sign in TRIANGLES if sign in text}
    if not there:
        return "", None
    if there & set("▼▽"):
        return "▼▽", None
    if len(there) == 2:
        return "▲", "newspapers have △ for a rise and ▲ for a fall"
    return "▲△", "Japanese and Korean accounts write so, and no value has ▼"
