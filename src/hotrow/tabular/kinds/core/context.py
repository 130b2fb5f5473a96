"""What is known beside a column's values: what the user says, and the other columns."""

from dataclasses import dataclass, field

from hotrow.tabular.values.numbers.detect import Hints


@dataclass(frozen=True)
class Context:
    """What is known of a column beside its values.

    Attributes:
        hints: Of how its numbers are written.
        dates: The order of day, month and year, as the user says it.
        dates_of_table: The order in the other columns, if they have one.
    """

    hints: Hints = field(default_factory=Hints)
    dates: str | None = None
    dates_of_table: str | None = None
