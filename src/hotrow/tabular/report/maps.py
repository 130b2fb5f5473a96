"""The vectors of each column: a map with search, and nearest neighbors."""

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np

from hotrow.tabular.report.markup import counted, escaped, shortened, value
from hotrow.tabular.report.neighbors import nearest
from hotrow.tabular.report.projection import principal_components, umap_points
from hotrow.tabular.report.section import Section
from hotrow.tabular.results import Vectors

# Of each column; the vectors of rarer values are seldom more than noise.
SHOWN = 3000
NEIGHBORS = 10


def column_maps(vectors: Mapping[str, Vectors]) -> list[dict[str, Any]]:
    """Returns what the page's script needs to show the vectors of each column.

    Neighbors are found here and kept as numbers of values, 40 bytes a value, which
    for most widths is less than the vectors themselves. Arrays are little-endian.
    """
    shown = {
        name: np.asarray(column.matrix[:SHOWN], "float32")
        for name, column in vectors.items()
        if len(column.tokens)
    }
    usable = {name: x for name, x in shown.items() if np.isfinite(x).all()}
    umap = umap_points(usable)
    maps = []
    for name, matrix in usable.items():
        column = vectors[name]
        points, explained = principal_components(matrix)
        neighbors, cosines = nearest(matrix, NEIGHBORS)
        maps.append(
            {
                "name": name,
                "tokens": [str(token) for token in column.tokens[:SHOWN]],
                "counts": [int(count) for count in column.counts[:SHOWN]],
                "of": len(column.tokens),
                "width": matrix.shape[1],
                "explained": [round(share, 4) for share in explained],
                "pca": _packed(points, "<f4"),
                "umap": _packed(umap[name], "<f4") if name in umap else None,
                "each": neighbors.shape[1],
                "neighbors": _packed(neighbors, "<u2"),
                "cosines": _packed(np.rint(cosines * 10_000), "<i2"),
            }
        )
    return maps


def section(
    maps: list[dict[str, Any]], vectors: Mapping[str, Vectors]
) -> Section | None:
    """Returns the section that the page's script fills with maps.

    Args:
        maps: Result of `column_maps`.
        vectors: Its argument: of some columns there is nothing to show.
    """
    if not vectors:
        return None
    drawn = {column["name"] for column in maps}
    without = "".join(
        f"<p>There is no map of {value(name)}: {_hindrance(column)}.</p>"
        for name, column in vectors.items()
        if name not in drawn
    )
    options = "".join(
        f'<option value="{place}">{escaped(shortened(column["name"], 40))} '
        f"({counted(column['of'], 'value')})</option>"
        for place, column in enumerate(maps)
    )
    switch = ""
    if any(column["umap"] for column in maps):
        switch = (
            '<fieldset id="map-kind"><legend>Map by</legend>'
            '<label><input type="radio" name="kind" value="pca" checked> PCA</label>'
            '<label><input type="radio" name="kind" value="umap"> UMAP</label>'
            "</fieldset>"
        )
    return Section(
        "vectors",
        "What it learned of each value",
        before=(
            "<p>The model keeps a vector, a few numbers, for each value of such a "
            "column. Values that say the same about the target get similar vectors. "
            "The map flattens the vectors to a plane, so near points are often, but "
            "not always, near in truth; the list of neighbors compares the whole "
            "vectors by cosine: 1 is the same direction, 0 is unrelated, -1 is the "
            "opposite.</p>" + without
        ),
        after=_EXPLORER.format(options=options, switch=switch) if maps else "",
    )


def _hindrance(column: Vectors) -> str:
    if not len(column.tokens):
        return "no value was frequent enough to get a vector of its own"
    return "some numbers of its vectors are infinite or not numbers"


def _packed(array: np.ndarray, kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(array, kind).tobytes()).decode()


_EXPLORER = """
<div id="explorer">
<div class="controls">
<label for="map-column">Column <select id="map-column">{options}</select></label>
{switch}
<form id="map-search" role="search">
<label for="map-query">Find a value
<input id="map-query" type="search" list="map-values" autocomplete="off"
spellcheck="false"></label>
<datalist id="map-values"></datalist>
<button type="submit">Find</button>
</form>
</div>
<p id="map-status" role="status"></p>
<div class="beside">
<figure class="chart"><h3 id="map-title"></h3>
<figcaption id="map-reading"></figcaption>
<div class="plot" id="map" role="img" aria-labeledby="map-title"
aria-describedby="map-reading" style="height:520px"></div></figure>
<div id="map-near"><h3 id="map-near-title" tabindex="-1"></h3>
<p id="map-near-count"></p><ol id="map-near-list"></ol></div>
</div>
</div>
"""
