"""The columns of a table as text, for a user to look over before training starts."""

from collections import Counter
from collections.abc import Sequence

from hotrow.tabular.kinds import KINDS, USED_KINDS
from hotrow.tabular.schema import Column, Schema

# Tables of up to so many columns are listed in full.
_MOST = 60
_LISTED = 30
_LISTED_TOO = 10
_LONGEST = 28
_EXAMPLES = 36


def column_table(title: str, schema: Schema) -> str:
    """Returns what was found in each column, and what there is to predict.

    Of many columns the first ones are listed, and the first of those left out; the rest
    are counted by kind.
    """
    rows = [("column", "kind", "distinct", "missing", "why", "examples")]
    listed, folded = _fold(schema.columns)
    for column in listed:
        share = column.missing / schema.rows if schema.rows else 0
        rows.append(
            (
                cut(column.name, _LONGEST),
                KINDS[column.kind].title,
                f"{column.distinct:,}",
                f"{share:.1%}" if column.missing else "-",
                column.why,
                cut(", ".join(column.examples), _EXAMPLES),
            )
        )
    widths = [max(len(row[at]) for row in rows) for at in range(5)]
    lines = [
        "  ".join(
            [
                *(
                    text.rjust(width) if at in (2, 3) else text.ljust(width)
                    for at, (text, width) in enumerate(
                        zip(row[:5], widths, strict=True)
                    )
                ),
                row[5],
            ]
        ).rstrip()
        for row in rows
    ]
    target = schema.target
    classes = ""
    if target.classes is not None:
        shown = ", ".join(cut(str(value), _LONGEST) for value in target.classes[:6])
        more = f" and {len(target.classes) - 6} more" if len(target.classes) > 6 else ""
        classes = f": {shown}{more}"
    count = len(schema.columns)
    columns = f"{count} column{'' if count == 1 else 's'}"
    left_out = (
        f"; {target.missing:,} rows without it are left out" if target.missing else ""
    )
    return (
        f"{title}: {schema.rows:,} rows, {columns} and the target\n\n"
        + "\n".join(lines)
        + (f"\n{_counted(folded)}" if folded else "")
        + f"\n\ntarget {cut(target.name, _LONGEST)}: {target.task} ({target.why})"
        f"{classes}{left_out}\n"
    )


def _fold(columns: Sequence[Column]) -> tuple[list[Column], list[Column]]:
    """Returns the columns to list, and the others."""
    if len(columns) <= _MOST:
        return list(columns), []
    rest = columns[_LISTED:]
    unused = [column for column in rest if column.kind not in USED_KINDS]
    left_out = unused[:_LISTED_TOO]
    names = {column.name for column in left_out}
    others = [column for column in rest if column.name not in names]
    return [*columns[:_LISTED], *left_out], others


def _counted(columns: Sequence[Column]) -> str:
    counts = Counter(column.kind for column in columns)
    kinds = ", ".join(
        f"{count:,} {KINDS[kind].title}" for kind, count in counts.most_common()
    )
    return (
        f"and {len(columns):,} more columns: {kinds}. The report and results.json list "
        "all."
    )


def cut(text: str, most: int) -> str:
    """Returns a text of one line, cut to `most` characters."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 3] + "..."
