"""A chart: what it shows, how to read it, and what plotly.js draws."""

import math
from dataclasses import dataclass
from typing import Any

from hotrow.tabular.report.markup import escaped, shortened


@dataclass(frozen=True)
class Chart:
    """One chart of a page.

    Attributes:
        name: Id on the page.
        title: Title of the chart, as text.
        reading: Explanation of the chart, a sentence or two.
        data: The traces, as plotly.js takes them. A color is a `color`.
        layout: Axes and what else differs from the page's own layout.
        height: Height in pixels.
        least_width: Least width in pixels: on a narrower page the chart scrolls.
        most_width: Largest width in pixels. 0 is no limit.
    """

    name: str
    title: str
    reading: str
    data: list[dict[str, Any]]
    layout: dict[str, Any]
    height: int = 320
    least_width: int = 0
    most_width: int = 0

    def to_html(self) -> str:
        """Returns the place where the chart is drawn."""
        label = f"Chart: {self.title}. {self.reading}"
        style = f"height:{self.height}px;min-width:{self.least_width}px"
        if self.most_width:
            style += f";max-width:{self.most_width}px"
        keyboard = ' tabindex="0"' if self.least_width else ""
        return (
            f'<figure class="chart"><h3>{escaped(self.title)}</h3>'
            f"<figcaption>{escaped(self.reading)}</figcaption>"
            f'<div class="scrolls"{keyboard}>'
            f'<div class="plot" id="chart-{escaped(self.name)}" '
            f'role="img" aria-label="{escaped(label)}" style="{style}"></div></div>'
            "</figure>"
        )

    def to_json(self) -> dict[str, Any]:
        """Returns what the page's script needs to draw the chart."""
        return {"name": self.name, "data": self.data, "layout": self.layout}


def color(name: str) -> dict[str, str]:
    """Returns a color of the style sheet, which differs by day and by night.

    An object, since a string could as well be a value of the data.
    """
    return {"style_color": name}


def plotly_text(text: object, longest: int = 40) -> str:
    """Returns text that plotly.js shows as it is: it reads some HTML in its labels."""
    short = shortened(text, longest)
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        short = short.replace(character, entity)
    return short


def finite(x: float | None) -> float | None:
    """Returns a number that JSON can hold, or `None`, which is a gap in a chart."""
    return None if x is None or not math.isfinite(x) else float(x)
