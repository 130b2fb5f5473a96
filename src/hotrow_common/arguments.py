"""Arguments that several layers take, checked once."""

import numbers
import operator
from typing import Any

import numpy as np


def as_size(value: Any, name: str) -> int:
    """Returns `value` as a positive `int`, or raises `ValueError`."""
    size = _as_int(value)
    if size is None or size <= 0:
        advice = "Pass an int of 1 or more."
        if size is None and type(value).__name__ == "Vocabulary":
            advice = f"Pass `{name}=len(vocab)`."
        raise ValueError(
            f"`{name}` must be a positive integer. Received: {name}={value!r} (of type "
            f"{type(value).__name__}). {advice}"
        )
    return size


def as_alpha(value: Any) -> Any:
    """Returns `lora_alpha`, or raises `ValueError` if it is no number."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise ValueError(
            f"`lora_alpha` must be a number. Received: lora_alpha={value!r} (of type "
            f"{type(value).__name__}). Pass a float, or None for the rank."
        )
    return value


def as_out_of_range(value: Any, input_dim: int) -> str | int:
    """Returns a valid `out_of_range` policy, or raises `ValueError`."""
    if isinstance(value, str) and value in ("error", "zero"):
        return value
    row = _as_int(value)
    if row is None or not 0 <= row < input_dim:
        raise ValueError(
            '`out_of_range` must be "error", "zero", or the row from 0 to '
            f"{input_dim - 1} that stands for every bad id. Received: "
            f"out_of_range={value!r} with input_dim={input_dim}."
        )
    return row


def _as_int(value: Any) -> int | None:
    if isinstance(value, (bool, np.bool_)):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None
