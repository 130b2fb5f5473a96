"""Of a regression: what is true against what was predicted."""

import math

import numpy as np

from hotrow.tabular.report.chart import Chart, color, plotly_text
from hotrow.tabular.report.section import Section
from hotrow.tabular.results import Results

SHOWN = 3000


def section(results: Results) -> Section | None:
    """Returns the section that shows errors of a regression."""
    if not results.residuals:
        return None
    pairs = np.asarray(results.residuals, "float64")
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    if not len(pairs):
        return None
    text = ""
    if len(pairs) > SHOWN:
        text = f"<p>{SHOWN:,} of {len(pairs):,} test rows are shown.</p>"
        # Evenly over all, as their order may mean something.
        pairs = pairs[np.linspace(0, len(pairs) - 1, SHOWN).astype("int64")]
    target = plotly_text(results.schema.target.name, 24)
    return Section(
        "errors",
        "Where it errs",
        before=text,
        charts=(_against(pairs, target), *_errors(pairs, target)),
    )


def _against(pairs: np.ndarray, target: str) -> Chart:
    offset = _offset(pairs)
    pairs = pairs - offset
    less = f" - {_exact(offset)}" if offset else ""
    low, high = float(pairs.min()), float(pairs.max())
    room = 0.04 * ((high - low) or 1)
    axis = {"range": [low - room, high + room], "zeroline": False}
    return Chart(
        "residuals",
        "True value against prediction",
        "Each point is a test row. On the dashed line the prediction is right; a point "
        "above it was predicted too high, one below it too low.",
        [
            {
                "type": "scatter",
                "mode": "lines",
                "name": "right",
                "x": axis["range"],
                "y": axis["range"],
                "line": {"color": color("ink"), "dash": "dash", "width": 1.5},
                "hoverinfo": "skip",
            },
            {
                "type": "scatter",
                "mode": "markers",
                "name": "test rows",
                "x": _short(pairs[:, 0]),
                "y": _short(pairs[:, 1]),
                "marker": {
                    "size": 5,
                    "color": color("first"),
                    "opacity": 0.9 if len(pairs) < 200 else 0.4,
                },
                "hovertemplate": "true %{x}<br>predicted %{y}<extra></extra>",
            },
        ],
        {
            "xaxis": {**axis, "title": {"text": f"true {target}{less}"}},
            "yaxis": {**axis, "title": {"text": f"predicted {target}{less}"}},
        },
        height=420,
    )


def _errors(pairs: np.ndarray, target: str) -> tuple[Chart, ...]:
    try:
        counts, edges = np.histogram(pairs[:, 1] - pairs[:, 0], bins=30)
    except ValueError:
        # All errors are equal but for rounding: no bin between them has a width.
        return ()
    centers = (edges[:-1] + edges[1:]) / 2
    width = float(edges[1] - edges[0])
    chart = Chart(
        "errors",
        "How large the errors are",
        "Prediction less true value. A high, narrow hill around 0 is good; a hill off "
        "to one side means that the model is wrong in that direction.",
        [
            {
                "type": "bar",
                "x": _short(centers),
                "y": counts.tolist(),
                "width": width,
                "marker": {
                    "color": color("first"),
                    "line": {"width": 1, "color": color("paper")},
                },
                "hovertemplate": "error about %{x:.4g}: %{y:,} rows<extra></extra>",
            }
        ],
        {
            "xaxis": {"title": {"text": f"error of {target}"}},
            "yaxis": {"title": {"text": "test rows"}},
            "bargap": 0,
        },
        height=420,
    )
    return (chart,)


def _offset(pairs: np.ndarray) -> float:
    """Returns a round number to subtract where numbers differ in their last digits."""
    low, high = float(pairs.min()), float(pairs.max())
    span = high - low
    if not 0 < span < 1e-4 * abs(low):
        return 0.0
    unit = 10.0 ** (math.ceil(math.log10(span)) + 1)
    return math.floor(low / unit) * unit


def _exact(number: float) -> str:
    return f"{number:,.0f}" if abs(number) < 1e16 and number % 1 == 0 else repr(number)


def _short(numbers: np.ndarray) -> list[float]:
    # Six digits are more than a screen can show, and a third of the bytes.
    return [float(f"{x:.6g}") for x in numbers.tolist()]
