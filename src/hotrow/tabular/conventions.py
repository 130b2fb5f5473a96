"""Arguments on how numbers, dates and missing values are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from hotrow.tabular.choices import closest
from hotrow.tabular.errors import TableError
from hotrow.tabular.values.missing import Marks

DECIMALS = (".", ",")
THOUSANDS = (",", ".", " ", "'", "_", "none")
ORDERS = {"dmy": "dmy", "mdy": "mdy", "ymd": "yymd"}

# Of all columns.
ALL = ""


@dataclass(frozen=True)
class Conventions:
    """Formats of values that a user gives, by column.

    The key `""` stands for all columns.

    Attributes:
        decimal: The mark before decimals.
        thousands: The mark between thousands, `""` for none.
        dates: The order of day, month and year.
        missing: Values that are missing.
        keep: Usual marks of missing values that are values.
    """

    decimal: Mapping[str, str] = field(default_factory=dict)
    thousands: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        *,
        decimal: Any = None,
        thousands: Any = None,
        dates: Any = None,
        missing: Any = (),
        keep: Any = (),
    ) -> Self:
        """Returns the conventions that arguments of `fit` give.

        Args:
            names: The columns of the table.
            decimal: As for `fit`, and so the others.
            thousands: Likewise.
            dates: Likewise.
            missing: Likewise.
            keep: Likewise.

        Raises:
            TableError: If there is no such column, mark or order.
        """
        groups = _one_each(names, "thousands", thousands, THOUSANDS)
        orders = _one_each(names, "dates", dates, tuple(ORDERS))
        return cls(
            _one_each(names, "decimal", decimal, DECIMALS),
            {name: "" if mark == "none" else mark for name, mark in groups.items()},
            {name: ORDERS[order] for name, order in orders.items()},
            _several_each(names, "missing", missing),
            _several_each(names, "keep", keep),
        )

    def marks(self, name: str) -> Marks:
        """Returns the marks of missing values in a column."""
        found = (
            tuple(dict.fromkeys((*marks.get(ALL, ()), *marks.get(name, ()))))
            for marks in (self.missing, self.keep)
        )
        return Marks(*found)

    def to_json(self) -> dict[str, Any]:
        """Returns what was said, as what `json` can write."""
        parts = {
            "decimal": self.decimal,
            "thousands": self.thousands,
            "dates": self.dates,
            "missing": self.missing,
            "keep": self.keep,
        }
        return {
            name: {key: list(value) if isinstance(value, tuple) else value
                   for key, value in part.items()}
            for name, part in parts.items()
            if part
        }  # fmt: skip


def _pairs(names: Sequence[str], option: str, given: Any) -> list[tuple[str, str]]:
    """Returns pairs of a column, or `""` for all, and what is said of it."""
    if given is None:
        return []
    if isinstance(given, Mapping):
        pairs = [
            (str(name), one)
            for name, value in given.items()
            for one in (value if isinstance(value, (list, tuple)) else [value])
        ]
    else:
        values = [given] if not isinstance(given, (list, tuple)) else given
        pairs = [_pair(names, option, value) for value in values]
    for name, _ in pairs:
        if name != ALL and name not in names:
            raise TableError(
                f"{option}: there is no column {name!r}.{closest(name, names)}"
            )
    return [(name, _text(value)) for name, value in pairs]


def _pair(names: Sequence[str], option: str, value: Any) -> tuple[str, Any]:
    """Returns the column and the mark of `COLUMN=MARK`, or `""` and the mark."""
    text = _text(value)
    at = [place for place, letter in enumerate(text) if letter == "="]
    for place in reversed(at):
        if text[:place] in names:
            return text[:place], text[place + 1 :]
    if at and at[0] > 0:
        name = text[: at[0]]
        raise TableError(
            f"{option} {text!r}: there is no column {name!r}.{closest(name, names)} "
            f"For all columns, pass '={text}'."
        )
    return ALL, text[1:] if at and at[0] == 0 else text


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _one_each(
    names: Sequence[str], option: str, given: Any, choices: tuple[str, ...]
) -> dict[str, str]:
    result = {}
    for name, value in _pairs(names, option, given):
        if value not in choices:
            shown = ", ".join(map(repr, choices))
            raise TableError(f"{option} is one of {shown}. Received: {value!r}.")
        result[name] = value
    return result


def _several_each(
    names: Sequence[str], option: str, given: Any
) -> dict[str, tuple[str, ...]]:
    result: dict[str, tuple[str, ...]] = {}
    for name, value in _pairs(names, option, given):
        result[name] = (*result.get(name, ()), value.strip())
    return result
