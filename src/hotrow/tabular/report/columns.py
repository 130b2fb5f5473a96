"""The table of columns."""

from hotrow.tabular.kinds import KINDS, USED_KINDS
from hotrow.tabular.report.markup import escaped, share, table, value
from hotrow.tabular.report.section import Section
from hotrow.tabular.results import Results
from hotrow.tabular.schema import Column

# A table of hundreds of columns scrolls in a box of its own.
MANY = 40


def section(results: Results) -> Section:
    """Returns the section that says what was found of each column."""
    columns, rows = results.schema.columns, results.schema.rows
    kinds = list(dict.fromkeys(column.kind for column in columns))
    meanings = "; ".join(
        f"<b>{escaped(kind)}</b>: {KINDS[kind].meaning}" for kind in kinds
    )
    left_out = [column for column in columns if column.kind not in USED_KINDS]
    warned = [
        column
        for column in left_out
        if any(
            text.startswith(f"{column.name!r} is left out") for text in results.warnings
        )
    ]
    names = {column.name for column in warned}
    more = _left_out(
        [column for column in left_out if column.name not in names],
        "as there is nothing to learn from them",
    ) + _left_out(warned, "though they look like numbers or dates")
    body = table(
        "Columns of the data, but for the target",
        ("column", "kind", "why", "missing", "distinct", "examples"),
        [_row(column, rows) for column in columns],
        numeric=(3, 4),
        name="columns long" if len(columns) > MANY else "columns",
    )
    before = f"<p>What each kind means. {meanings}.</p>{more}" if columns else ""
    return Section("columns", "Columns", before=before, after=body)


def _left_out(columns: list[Column], why: str) -> str:
    if not columns:
        return ""
    names = ", ".join(value(column.name) for column in columns[:MANY])
    if len(columns) > MANY:
        names += f" and {len(columns) - MANY:,} more"
    return f"<p>Left out, {why}: {names}.</p>"


def _row(column: Column, rows: int) -> tuple[str, ...]:
    kind = f'<span class="kind">{escaped(column.kind)}</span>'
    if column.kind not in USED_KINDS:
        kind += ' <span class="left-out">left out</span>'
    missing = "none"
    if column.missing:
        missing = f"{column.missing:,} ({share(column.missing, rows)})"
    return (
        value(column.name),
        kind,
        escaped(column.why),
        missing,
        f"{column.distinct:,}",
        ", ".join(f"<code>{value(example, 30)}</code>" for example in column.examples),
    )
