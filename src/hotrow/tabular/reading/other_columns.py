"""The error for files of one table that have other columns."""

from pathlib import Path

from hotrow.tabular.errors import TableError


def other_columns(
    first: Path, wanted: list[str], path: Path, received: list[str]
) -> TableError:
    """Returns the error for a file whose columns are not those of the first."""
    lacking = [name for name in wanted if name not in received]
    extra = [name for name in received if name not in wanted]
    if lacking:
        problem = f"{path.name} has no column {lacking[0]!r}"
    elif extra:
        problem = f"{first.name} has no column {extra[0]!r}"
    else:
        problem = "they stand in another order"
    return TableError(
        f"The files of one table have the same columns. Those of {first.name} and "
        f"{path.name} differ: {problem}. Make them alike."
    )
