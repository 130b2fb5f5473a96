"""Calibration: whether probabilities mean what they say."""

import math
from typing import Any

from hotrow.tabular.report.chart import Chart, color, plotly_text
from hotrow.tabular.report.section import Section
from hotrow.tabular.results import Results

# Of the normal distribution, for an interval of 95 %.
Z = 1.96


def section(results: Results) -> Section | None:
    """Returns the section of the reliability diagram, if there are probabilities."""
    bins = [row for row in results.calibration or [] if row[2] > 0]
    if not bins:
        return None
    classes = results.schema.target.classes
    second = str(classes[1]) if classes and len(classes) > 1 else "second class"
    return Section(
        "calibration",
        "Can the probabilities be trusted",
        charts=(_chart(bins, second),),
    )


def wilson(share: float, rows: int) -> tuple[float, float]:
    """Returns the interval in which a true share lies, at 95 % (Wilson, 1927).

    With `p` the share seen in `n` rows, it is
    `(p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)`.
    """
    scale = 1 + Z**2 / rows
    center = (share + Z**2 / (2 * rows)) / scale
    reach = Z * math.sqrt(share * (1 - share) / rows + Z**2 / (4 * rows**2)) / scale
    return max(0.0, center - reach), min(1.0, center + reach)


def _chart(bins: list[tuple[float, float, int]], second: str) -> Chart:
    name = plotly_text(second, 24)
    percent = {"range": [-0.03, 1.03], "tickformat": ".0%"}
    return Chart(
        "calibration",
        "Probability that the model gives, against what came true",
        "Each point stands for test rows of similar probability. On the dashed line, "
        "of the rows with 70 % indeed 70 % are of the class; below it the model is too "
        "sure. A thin bar spans what chance alone explains (95 %), and the lower "
        "chart counts the rows of each point: trust points of few rows less.",
        [_diagonal(), _points(bins), _bars(bins)],
        {
            "xaxis": {
                **percent,
                "title": {"text": f"probability of {name}"},
                "anchor": "y2",
            },
            "yaxis": {
                **percent,
                "title": {"text": f"share that is {name}"},
                "domain": [0.32, 1],
            },
            "yaxis2": {"title": {"text": "rows"}, "domain": [0, 0.22], "nticks": 4},
            "showlegend": True,
        },
        height=460,
        most_width=760,
    )


def _diagonal() -> dict[str, Any]:
    """Returns the line of perfect probabilities."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "perfect",
        "x": [0, 1],
        "y": [0, 1],
        "line": {"color": color("soft"), "dash": "dash", "width": 1.5},
        "hoverinfo": "skip",
    }


def _points(bins: list[tuple[float, float, int]]) -> dict[str, Any]:
    """Returns the points of the model, with a 95 % interval each."""
    said, seen, rows = zip(*bins, strict=True)
    ranges = [wilson(share, count) for share, count in zip(seen, rows, strict=True)]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "this model",
        "x": list(said),
        "y": list(seen),
        "customdata": list(rows),
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [
                high - share for (_, high), share in zip(ranges, seen, strict=True)
            ],
            "arrayminus": [
                share - low for (low, _), share in zip(ranges, seen, strict=True)
            ],
            "thickness": 1,
            "width": 3,
            "color": color("first"),
        },
        "line": {"color": color("first"), "width": 2},
        "marker": {"size": 8},
        "hovertemplate": "model says %{x:.1%}<br>came true %{y:.1%}<br>"
        "%{customdata:,} rows<extra></extra>",
    }


def _bars(bins: list[tuple[float, float, int]]) -> dict[str, Any]:
    """Returns the number of rows of each point."""
    return {
        "type": "bar",
        "name": "rows",
        "x": [said for said, _, _ in bins],
        "y": [rows for _, _, rows in bins],
        "width": 0.04,
        "yaxis": "y2",
        "marker": {"color": color("soft")},
        "hovertemplate": "%{y:,} rows<extra></extra>",
        "showlegend": False,
    }
