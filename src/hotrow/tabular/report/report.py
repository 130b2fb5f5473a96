"""From the results of a run to one page that needs no network."""

import os
from collections.abc import Mapping

from hotrow.tabular.report import (
    calibration,
    columns,
    confusion,
    learning,
    maps,
    residuals,
    scores,
    summary,
)
from hotrow.tabular.report.page import page
from hotrow.tabular.report.plotly_source import plotly_source
from hotrow.tabular.report.section import Section
from hotrow.tabular.results import Results, Vectors
from hotrow_common.atomic_files import written_aside

# In the order of the page. Each returns `None` where there is nothing to show.
SECTIONS = (columns, learning, scores, confusion, calibration, residuals)


def write_report(
    path: str | os.PathLike[str], results: Results, vectors: Mapping[str, Vectors]
) -> None:
    """Writes an HTML page that shows what a run measured and what it learned.

    The page holds all that it shows: its style, its scripts and the plotting library.
    It asks for nothing over the network, and a rule in it (a content security policy)
    keeps a browser from doing so. The file is there in full or not at all, and the
    same results give the same bytes.

    Example:

    ```python
    from hotrow.tabular.report import write_report

    write_report("run/report.html", results, {"city": vectors})
    ```

    Args:
        path: The file to write. One that is there is replaced.
        results: Measurements of the run.
        vectors: The vectors of each column that has some, by the column's name.

    Raises:
        ImportError: If plotly is not installed.
    """
    library = plotly_source()
    found = [section.section(results) for section in SECTIONS]
    found.insert(0, summary.section(results))
    content = maps.column_maps(vectors)
    found.append(maps.section(content, vectors))
    sections: list[Section] = [section for section in found if section is not None]
    text = page(results.title, sections, content, library)
    # Half of a surrogate pair is no character and has no bytes in UTF-8.
    whole = text.encode("utf-8", "replace")
    with written_aside(path) as file:
        file.write(whole)
