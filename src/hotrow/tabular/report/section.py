"""A section of a page."""

from dataclasses import dataclass

from hotrow.tabular.report.chart import Chart
from hotrow.tabular.report.markup import escaped


@dataclass(frozen=True)
class Section:
    """A part of a page under a heading of its own.

    Attributes:
        name: Id on the page, which the list of contents links to.
        title: Heading, as text.
        before: HTML before the charts.
        charts: Drawn side by side where there is room.
        after: HTML after the charts.
    """

    name: str
    title: str
    before: str = ""
    charts: tuple[Chart, ...] = ()
    after: str = ""

    def to_html(self) -> str:
        """Returns the section."""
        charts = "\n".join(chart.to_html() for chart in self.charts)
        grid = f'<div class="charts">{charts}</div>' if charts else ""
        name = escaped(self.name)
        return (
            f'<section id="{name}" aria-labeledby="{name}-title">'
            f'<h2 id="{name}-title">{escaped(self.title)}</h2>\n'
            f"{self.before}\n{grid}\n{self.after}</section>"
        )
