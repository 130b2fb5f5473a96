"""Text for a page: escaped, cut to length, and numbers as people read them."""

import html
import math
from collections.abc import Iterable, Sequence

LONGEST = 60


def escaped(text: object) -> str:
    """Returns text that a browser shows as it is, in an element or an attribute."""
    return html.escape(str(text), quote=True)


def shortened(text: object, longest: int = LONGEST) -> str:
    """Returns text on one line, cut in the middle of nowhere where it is too long.

    A value that would show as nothing is given in quotes.
    """
    whole = str(text)
    line = " ".join(whole.split())
    if not line:
        return repr(whole)
    return line if len(line) <= longest else line[: longest - 1] + "…"


def value(text: object, longest: int = LONGEST) -> str:
    """Returns a value of the data as HTML; where it is cut, all of it is its title.

    `<bdi>` keeps a value that is written from right to left from turning its
    neighbors round.
    """
    short = shortened(text, longest)
    title = "" if short == str(text) else f' title="{escaped(text)}"'
    return f"<bdi{title}>{escaped(short)}</bdi>"


def number(x: float | int | None) -> str:
    """Returns a number with as many digits as are of use in a table."""
    if x is None or not math.isfinite(x):
        return "n/a"
    if isinstance(x, int):
        return f"{x:,}"
    size = abs(x)
    if size >= 10_000:
        return f"{x:,.0f}"
    if size >= 100:
        return f"{x:,.1f}"
    if size >= 0.01 or size == 0:
        return f"{x:.3f}"
    return f"{x:.2g}"


def counted(count: int, noun: str) -> str:
    """Returns "1 row" or "2,000 rows"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def share(part: int, whole: int) -> str:
    """Returns a share in percent; one that is not none never shows as 0 %."""
    if whole <= 0:
        return "n/a"
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "< 0.1 %"
    return f"{percent:.1f} %"


def duration(seconds: float | None) -> str:
    """Returns a time in words: "0.42 s", "12 s", "3 min 5 s"."""
    if seconds is None or not math.isfinite(seconds):
        return "n/a"
    if seconds < 10:
        return f"{seconds:.2g} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def table(
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    numeric: Iterable[int] = (),
    name: str = "",
) -> str:
    """Returns a table; the first cell of each row is its heading.

    Args:
        caption: Says what the table shows, as text.
        heads: Names of the columns, as text.
        rows: Cells, as HTML.
        numeric: Places of the columns that hold numbers.
        name: A class of the table, for its style.
    """
    right = dict.fromkeys(numeric, ' class="number"')
    head = "".join(
        f'<th scope="col"{right.get(place, "")}>{escaped(text)}</th>'
        for place, text in enumerate(heads)
    )
    lines = []
    for first, *others in rows:
        cells = "".join(
            f"<td{right.get(place, '')}>{cell}</td>"
            for place, cell in enumerate(others, start=1)
        )
        lines.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    # A table wider than a telephone scrolls by itself, with the keyboard too.
    return (
        f'<div class="scrolls" tabindex="0" role="region" '
        f'aria-label="{escaped(caption)}"><table class="{escaped(name)}">'
        f"<caption>{escaped(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n" + "\n".join(lines) + "\n</tbody>"
        "</table></div>"
    )
