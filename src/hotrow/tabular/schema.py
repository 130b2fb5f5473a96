"""Schema of a table: its columns with their kinds, and its target."""

from dataclasses import asdict, dataclass
from typing import Any

from hotrow.tabular.kinds import USED_KINDS

TASKS = ("binary", "multiclass", "regression")


@dataclass(frozen=True)
class Column:
    """One column that could be read by a model.

    Attributes:
        name: Name of the column, as in the file.
        kind: Name of its kind, one of `hotrow.tabular.kinds.KINDS`.
        why: Why it has this kind, in a few words for the table that a user sees.
        missing: Number of rows without a value.
        distinct: How many values there are; of many, at least so many.
        examples: A few values, as text.
        separator: What stands between the values of a `"multi"` column.
    """

    name: str
    kind: str
    why: str
    missing: int
    distinct: int
    examples: tuple[str, ...]
    separator: str | None = None


@dataclass(frozen=True)
class Target:
    """The column to predict.

    Attributes:
        name: Name of the column.
        task: One of `TASKS`.
        why: Why it is this task, in a few words.
        classes: Values of a classification, in the order of their numbers.
        missing: Number of rows without a value; these rows are left out.
    """

    name: str
    task: str
    why: str
    classes: tuple[str | int, ...] | None
    missing: int


@dataclass(frozen=True)
class Schema:
    """The columns of a table, its target, and how many rows it has.

    Attributes:
        columns: All columns but the target, in the order of the table.
        target: What there is to predict.
        rows: How many rows the table has, without those that have no target.
    """

    columns: tuple[Column, ...]
    target: Target
    rows: int

    @property
    def used(self) -> tuple[Column, ...]:
        """The columns that a model reads."""
        return tuple(column for column in self.columns if column.kind in USED_KINDS)

    def to_json(self) -> dict[str, Any]:
        """Returns the schema as what `json` can write."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Schema":
        """Returns the schema that `to_json` returned as JSON."""
        columns = tuple(
            Column(**{**column, "examples": tuple(column["examples"])})
            for column in content["columns"]
        )
        target = dict(content["target"])
        if target["classes"] is not None:
            target["classes"] = tuple(target["classes"])
        return cls(columns, Target(**target), content["rows"])
