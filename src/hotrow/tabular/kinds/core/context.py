"""Hints on a column beside its values: arguments of the user, and other columns."""

from dataclasses import dataclass, field

from hotrow.tabular.values.numbers.detect import Hints


@dataclass(frozen=True)
class Context:
    """Hints on a column beside its values.

    Attributes:
        hints: Hints on how its numbers are written.
        dates: The order of day, month and year, as the user says it.
        dates_of_table: The order in the other columns, if they have one.
    """

    hints: Hints = field(default_factory=Hints)
    dates: str | None = None
    dates_of_table: str | None = None
