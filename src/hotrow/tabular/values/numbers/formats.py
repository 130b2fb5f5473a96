"""The formats of numbers, by the names that they are saved under."""

from typing import Any

from hotrow.tabular.values.numbers.clock_format import ClockFormat
from hotrow.tabular.values.numbers.compound_format import CompoundFormat
from hotrow.tabular.values.numbers.coordinate_format import CoordinateFormat
from hotrow.tabular.values.numbers.number_format import PLAIN, NumberFormat

FORMATS: dict[str, Any] = {
    form.kind: form
    for form in (NumberFormat, ClockFormat, CompoundFormat, CoordinateFormat)
}


def format_of(content: Any) -> Any:
    """Returns the format that a `to_json` returned; plain digits for None."""
    if content is None:
        return PLAIN
    return FORMATS[content["kind"]].from_json(content)
