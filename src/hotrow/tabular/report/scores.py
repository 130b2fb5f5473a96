"""Metrics on the test rows: our model beside the baselines."""

import textwrap
from typing import Any

from hotrow.tabular.report import metrics
from hotrow.tabular.report.chart import Chart, color, finite, plotly_text
from hotrow.tabular.report.markup import (
    counted,
    duration,
    escaped,
    number,
    shortened,
    table,
    value,
)
from hotrow.tabular.report.section import Section
from hotrow.tabular.results import Results


def section(results: Results) -> Section | None:
    """Returns the section that compares models, if anything was measured."""
    scores = results.scores
    names = list(dict.fromkeys(name for score in scores for name in score.metrics))
    if not names:
        return None
    best = {name: metrics.best(scores, name) for name in names}
    rows = []
    for score in scores:
        cells = [value(score.name)]
        for name in names:
            cell = number(finite(metrics.value_of(score, name)))
            leads = metrics.named(name).higher is not None and score is best[name]
            cells.append(f"<strong>{cell}</strong>" if leads else cell)
        rows.append((*cells, duration(score.seconds)))
    body = table(
        "Metrics on the test rows; the best value of each is bold",
        (
            "model",
            *(shortened(metrics.named(name).name, 24) for name in names),
            "training time",
        ),
        rows,
        numeric=range(1, len(names) + 2),
        name="scores",
    )
    meanings = "".join(
        f"<dt>{escaped(metric.name)}</dt>"
        f"<dd>{escaped(f'{metric.meaning} {metric.direction}')}</dd>"
        for metric in map(metrics.named, names)
        if metric.meaning
    )
    test = results.rows.get("test")
    tested = counted(test, "test row") if test is not None else "test rows"
    return Section(
        "scores",
        "How well it predicts",
        before=(
            f"<p>All models were measured on the same {tested}, which none of them "
            "was trained on. A baseline is what a simpler method reaches: a model "
            f"should be better than that.</p>{body}<dl>{meanings}</dl>"
        ),
        charts=tuple(_chart(results, name) for name in names),
    )


def _chart(results: Results, name: str) -> Chart:
    metric = metrics.named(name)
    # A chart is drawn from the bottom up.
    shown = [
        score
        for score in reversed(results.scores)
        if finite(metrics.value_of(score, name)) is not None
    ]
    values = [metrics.value_of(score, name) for score in shown]
    title = shortened(metric.name[:1].upper() + metric.name[1:], 24)
    low, high = min([0.0, *values]), max([0.0, *values])
    span = (high - low) or 1.0
    texts = [number(x) for x in values]
    return Chart(
        f"score-{name}",
        f"{title} on the test rows",
        f"{metric.direction} The first bar is the model of this run.".strip(),
        [
            {
                "type": "bar",
                "orientation": "h",
                "x": values,
                "y": list(range(len(shown))),
                "customdata": texts,
                "hovertext": [plotly_text(score.name, 80) for score in shown],
                "hovertemplate": "%{hovertext}: %{customdata}<extra></extra>",
                "marker": {
                    "color": [
                        color("first" if score is results.scores[0] else "soft")
                        for score in shown
                    ]
                },
            },
            # To the right of the bars, of those below zero too: a name is on the left.
            {
                "type": "scatter",
                "mode": "text",
                "x": [max(x, 0.0) for x in values],
                "y": list(range(len(shown))),
                "text": [f" {text}" for text in texts],
                "textposition": "middle right",
                "cliponaxis": False,
                "hoverinfo": "skip",
            },
        ],
        {
            "xaxis": {
                "title": {"text": plotly_text(metric.name, 24)},
                "range": [low - 0.05 * span if low else 0, high + 0.48 * span],
                "nticks": 5,
            },
            "yaxis": _model_axis([score.name for score in shown]),
            "bargap": 0.35,
        },
        height=110 + 44 * len(shown),
    )


def _model_axis(names: list[str]) -> dict[str, Any]:
    return {
        "tickvals": list(range(len(names))),
        "ticktext": ["<br>".join(map(plotly_text, _lines(name))) for name in names],
        "showgrid": False,
        "zeroline": False,
    }


def _lines(name: str) -> list[str]:
    short = shortened(name, 80)
    return textwrap.wrap(short, 20, max_lines=3, placeholder="…")
