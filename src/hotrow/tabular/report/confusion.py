"""The confusion matrix: which classes are taken for which."""

from typing import Any

import numpy as np

from hotrow.tabular.report.chart import Chart, color, plotly_text
from hotrow.tabular.report.markup import share, table, value
from hotrow.tabular.report.section import Section
from hotrow.tabular.results import Results

# More classes than this make a chart that nobody can read.
SHOWN = 40
# Up to so many, there is room for the counts.
WRITTEN = 12


def section(results: Results) -> Section | None:
    """Returns the section of the confusion matrix, if it is a classification."""
    classes = results.schema.target.classes
    if results.confusion is None or classes is None:
        return None
    matrix = np.asarray(results.confusion, "int64").reshape(len(classes), len(classes))
    names = [str(name) for name in classes]
    text = (
        "<p>Each test row has a true class and the class that the model says. "
        "<b>Found</b> is the share of a class's rows that the model puts into it (its "
        "recall); <b>right when said</b> is the share of the rows put into a class "
        "that truly belong there (its precision).</p>"
    )
    body = _class_table(matrix, names)
    if len(names) > SHOWN:
        text += (
            f"<p>There are {len(names):,} classes. The chart shows the {SHOWN - 1} "
            "with the most test rows; all others are one row and one column.</p>"
        )
        matrix, names = _commonest(matrix, names)
    if len(names) > WRITTEN:
        body = f"<details><summary>Class by class</summary>{body}</details>"
    return Section(
        "confusion",
        "Which classes are confused",
        before=text,
        charts=(_chart(matrix, names),),
        after=body,
    )


def _commonest(matrix: np.ndarray, names: list[str]) -> tuple[np.ndarray, list[str]]:
    order = np.argsort(-matrix.sum(axis=1), kind="stable")
    kept = np.sort(order[: SHOWN - 1])
    place = np.full(len(names), SHOWN - 1)
    place[kept] = np.arange(SHOWN - 1)
    smaller = np.zeros((SHOWN, SHOWN), "int64")
    np.add.at(smaller, (place[:, None], place[None, :]), matrix)
    others = f"{len(names) - len(kept):,} other classes"
    return smaller, [*(names[row] for row in kept), others]


def _chart(matrix: np.ndarray, names: list[str]) -> Chart:
    count = len(names)
    short = [plotly_text(name, 18) for name in names]
    written = count <= WRITTEN
    axis = {
        "tickvals": list(range(count)),
        "ticktext": short,
        "showgrid": False,
        "zeroline": False,
        "range": [-0.5, count - 0.5],
    }
    cell = 56 if count <= 4 else 40 if written else 20
    return Chart(
        "confusion",
        "Confusion matrix of the test rows",
        "A line is a true class, a column what the model says. The stronger the color "
        "of a cell, the larger the share of its line; what lies on the diagonal, from "
        "the upper left to the lower right, is right.",
        [_cells(matrix, names)],
        {
            "xaxis": {
                **axis,
                "title": {"text": "class that the model says"},
                "tickangle": -45 if count > 4 or max(map(len, names)) > 10 else 0,
            },
            "yaxis": {
                **axis,
                "title": {"text": "true class"},
                "range": [count - 0.5, -0.5],
            },
        },
        height=max(300, 170 + cell * count),
        least_width=0 if count <= 4 else 220 + cell * count,
        most_width=300 + round(1.7 * cell * count),
    )


def _cells(matrix: np.ndarray, names: list[str]) -> dict[str, Any]:
    """Returns the cells of the matrix, with their counts in them if they are few."""
    count = len(names)
    totals = matrix.sum(axis=1, keepdims=True)
    shares = np.divide(
        matrix, totals, out=np.zeros(matrix.shape), where=totals > 0
    ).round(4)
    full = [plotly_text(name, 60) for name in names]
    hover = [
        [f"true: {full[i]}<br>said: {full[j]}" for j in range(count)]
        for i in range(count)
    ]
    written = count <= WRITTEN
    counts = [[f"{rows:,}" for rows in line] for line in matrix.tolist()]
    return {
        "type": "heatmap",
        "z": shares.tolist(),
        "customdata": matrix.tolist(),
        "hovertext": hover,
        "hovertemplate": "%{hovertext}<br>%{customdata:,} rows, "
        "%{z:.1%} of the true class<extra></extra>",
        **({"text": counts, "texttemplate": "%{text}"} if written else {}),
        "colorscale": [[0, color("paper")], [1, color("first")]],
        "zmin": 0,
        "zmax": 1,
        "xgap": 1,
        "ygap": 1,
        "colorbar": {
            "title": {"text": "share", "side": "right", "font": {"size": 13}},
            "tickformat": ".0%",
            "thickness": 12,
        },
    }


def _class_table(matrix: np.ndarray, names: list[str]) -> str:
    rows = []
    for place, name in enumerate(names):
        true, said = int(matrix[place].sum()), int(matrix[:, place].sum())
        right = int(matrix[place, place])
        wrong = matrix[place].copy()
        wrong[place] = 0
        taken = int(wrong.argmax())
        often = (
            f"{value(names[taken], 30)} ({wrong[taken]:,})" if wrong.any() else "none"
        )
        rows.append(
            (value(name), f"{true:,}", share(right, true), share(right, said), often)
        )
    return table(
        "Class by class, on the test rows",
        ("class", "rows", "found", "right when said", "most often taken for"),
        rows,
        numeric=(1, 2, 3),
        name="classes long" if len(names) > SHOWN else "classes",
    )
