"""Learning curves: how loss and metrics went from epoch to epoch."""

from typing import Any

from hotrow.tabular.report import metrics
from hotrow.tabular.report.chart import Chart, color, finite, plotly_text
from hotrow.tabular.report.markup import number, shortened
from hotrow.tabular.report.section import Section
from hotrow.tabular.results import Results

# Keras writes these into its history beside what is measured.
NO_METRICS = ("learning_rate", "lr")
PREFIX = "val_"


def section(results: Results) -> Section | None:
    """Returns the section of learning curves, if there was any training."""
    names = [
        name
        for name, values in results.history.items()
        if values and not name.startswith(PREFIX) and name not in NO_METRICS
    ]
    if not names:
        return None
    return Section(
        "learning",
        "Learning curves",
        before=(
            "<p>An epoch is one pass over the training rows. The validation rows are "
            "not trained on: where their loss stops falling while that of training "
            "goes on, the model begins to learn its rows by heart.</p>"
        ),
        charts=tuple(_chart(results, name) for name in names),
    )


def _chart(results: Results, name: str) -> Chart:
    metric = metrics.named(name)
    training = results.history[name]
    validation = results.history.get(PREFIX + name, [])
    data = [_line("training", training, "first", "dot")]
    reading = metric.direction
    best = results.best_epoch
    epochs = max(len(training), len(validation))
    room = max(0.5, 0.02 * epochs)
    shapes = []
    if validation:
        data.append(_line("validation", validation, "second", "solid"))
        if 1 <= best <= len(validation):
            kept = finite(validation[best - 1])
            data.append(_kept(best, kept))
            shapes = [_mark(best)]
            reading += (
                f" The star marks the epoch whose weights were kept, {best}: "
                f"{shortened(metric.name, 24)} of validation {number(kept)}."
            )
    title = shortened(metric.name[:1].upper() + metric.name[1:], 24)
    return Chart(
        f"learning-{name}",
        f"{title}, epoch by epoch",
        reading.strip(),
        data,
        {
            "xaxis": {
                "title": {"text": "epoch"},
                "range": [1 - room, epochs + room],
                "zeroline": False,
                **({"dtick": 1} if epochs <= 10 else {}),
            },
            "yaxis": {
                "title": {"text": plotly_text(metric.name, 24)},
                "zeroline": False,
            },
            "shapes": shapes,
            "hovermode": "x unified",
            "showlegend": True,
        },
        most_width=760,
    )


def _line(name: str, values: list[float], shade: str, dash: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        # A single epoch is a point and no line.
        "mode": "lines+markers" if len(values) < 40 else "lines",
        "name": name,
        "x": list(range(1, len(values) + 1)),
        "y": [finite(value) for value in values],
        "line": {"color": color(shade), "dash": dash, "width": 2},
        "marker": {"size": 5},
        "hovertemplate": "%{y:.4g}",
    }


def _kept(epoch: int, value: float | None) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "weights kept",
        "x": [epoch],
        "y": [value],
        "marker": {"symbol": "star", "size": 14, "color": color("second")},
        "hoverinfo": "skip",
    }


def _mark(epoch: int) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": epoch,
        "x1": epoch,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": color("soft"), "dash": "dot", "width": 1},
    }
