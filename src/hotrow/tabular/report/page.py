"""The frame of a page: its style, its scripts, and what they draw."""

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Sequence
from importlib import resources
from typing import Any

from hotrow.tabular.report.markup import escaped
from hotrow.tabular.report.section import Section

STYLES = ("page.css", "charts.css")
SCRIPTS = ("charts.js", "labels.js", "maps.js", "start.js")


def page(title: str, sections: Sequence[Section], maps: list[Any], library: str) -> str:
    """Returns a whole page.

    Args:
        title: Title of the page, as text.
        sections: Sections in their order.
        maps: Data of each column for the script of the map.
        library: The JavaScript of plotly.js. It is 4.8 MB, so the page holds it
            compressed, at 2 MB, and unpacks it.
    """
    script = "\n".join(_asset(name) for name in SCRIPTS)
    packed = base64.b64encode(zlib.compress(library.encode(), 9)).decode()
    charts = [chart.to_json() for section in sections for chart in section.charts]
    parts = {
        "title": escaped(title),
        "policy": _policy(script, library),
        "style": "\n".join(_asset(name) for name in STYLES),
        "contents": "\n".join(
            f'<li><a href="#{escaped(section.name)}">{escaped(section.title)}</a></li>'
            for section in sections
        ),
        "sections": "\n".join(section.to_html() for section in sections),
        "charts": data_block(charts),
        "maps": data_block(maps),
        "library": packed,
        "script": script,
    }
    # In one pass, so that nothing which is filled in is taken for a gap.
    return re.sub(r"\{\{(\w+)\}\}", lambda gap: parts[gap[1]], _asset("page.html"))


def data_block(content: object) -> str:
    """Returns JSON that is safe within a `<script>`: nothing in it can end one."""
    text = json.dumps(content, allow_nan=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _policy(*scripts: str) -> str:
    # A browser runs these scripts and no others, and loads nothing from anywhere:
    # a second wall behind the escaping.
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'"
        for s in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _asset(name: str) -> str:
    return (resources.files(__package__) / "assets" / name).read_text("utf-8").strip()
