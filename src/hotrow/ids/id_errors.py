"""Errors about ids: what was received, and what to do about it."""

import datetime
from dataclasses import dataclass
from typing import Any

import numpy as np

from hotrow.ids.id_values import is_missing

# Signed dtypes that people cast ids to in order to save memory.
_LARGEST = {"int8": 2**7 - 1, "int16": 2**15 - 1}


@dataclass(frozen=True)
class BadId:
    """The error for a number that is not an id, or a missing value.

    Attributes:
        layer_name: Name of the layer.
        input_dim: Number of rows.
        dtype: Dtype in which the layer received it.
    """

    layer_name: str
    input_dim: int
    dtype: str

    def __call__(self, value: Any) -> ValueError:
        """Returns the error for `value`."""
        fault = "out of range"
        if isinstance(value, float):
            if value.is_integer():
                value = int(value)
            else:
                fault, value = "not a whole number", self._as_written(value)
        elif is_missing(value):
            fault = "missing"
        return ValueError(
            f"Layer '{self.layer_name}' received an id that is {fault}: {value!s}. "
            f"Ids are whole numbers from 0 to {self.input_dim - 1} "
            f"(input_dim={self.input_dim}). {self._advice(value)}; or pass "
            'out_of_range="zero" for a zero vector, or out_of_range=k to use row k, '
            "for every such id."
        )

    def _as_written(self, value: float) -> Any:
        """Returns 2.7 as it is, and not as 2.700000047683716, its float32."""
        is_narrow = "float" in self.dtype and self.dtype != "float64"
        return np.float32(value) if is_narrow else value

    def _advice(self, value: Any) -> str:
        padding = f"add 1 to all ids, with input_dim={self.input_dim + 1} and "
        padding += "mask_zero=True"
        if is_missing(value):
            return f"To treat missing values as padding, make them -1 and {padding}"
        if isinstance(value, (float, np.floating)):
            return "Mend the data"
        if not isinstance(value, int) or value > self.input_dim:
            return "Mend the data or raise `input_dim`"
        if value == self.input_dim:
            return (
                "Mend the data or raise `input_dim` (if your ids start at 1, subtract "
                "1; if they come from a vocabulary that has grown, the table needs "
                "rows for its new tokens)"
            )
        largest = _LARGEST.get(self.dtype)
        if value == -1:
            return (
                "pandas writes -1 for a missing value (`cat.codes`, `factorize`): to "
                f"treat it as padding, {padding}"
            )
        if largest is not None and self.input_dim > largest + 1:
            return (
                f"Numbers above {largest} turn negative when they are cast to "
                f"{self.dtype}: leave out that cast"
            )
        return "Mend the data"


def not_numbers(layer_name: str, dtype: str, example: Any = None) -> ValueError:
    """Returns the error for ids that are not numbers.

    Args:
        layer_name: Name of the layer.
        dtype: Their dtype.
        example: One of them, where there is one.
    """
    if isinstance(example, np.generic):
        dates = (np.datetime64, np.timedelta64)
        example = str(example) if isinstance(example, dates) else example.item()
    received = f"ids of dtype {dtype}"
    if isinstance(example, (str, bytes, complex, datetime.date, datetime.timedelta)):
        received += f", such as {example!r}"
    elif example is not None:
        received = f"a value of type {type(example).__name__}"
    return ValueError(
        f"Layer '{layer_name}' takes integer ids. Received: {received}. "
        f"{_advice(dtype, example)}"
    )


def _advice(dtype: str, example: Any) -> str:
    times = (datetime.date, datetime.timedelta)
    if isinstance(example, times) or dtype.startswith(("datetime", "timedelta")):
        return (
            "Pass a part of the dates that is a whole number, such as "
            "`dates.dt.month - 1` or `dates.dt.dayofweek`; or number the distinct ones "
            "with hotrow.Vocabulary.fit(dates.astype(str))."
        )
    is_text = isinstance(example, (str, bytes)) or "str" in dtype.lower()
    if not (is_text or dtype[:2] in ("<U", ">U", "|S")):
        if dtype == "object":
            return "Pass a NumPy array, a list of integers or a tensor."
        return 'If they are integers, pass np.asarray(values).astype("int64").'
    start = "Make"
    if isinstance(example, (str, bytes)) and example.strip().isdigit():
        start = (
            'If they are numbers, pass np.asarray(values).astype("int64"). If they are '
            "names, make"
        )
    return (
        f"{start} a vocabulary of the training data, and use it for training and "
        "afterwards: vocab = hotrow.Vocabulary.fit(training_values), and then "
        "vocab.encode(values) with input_dim=len(vocab)."
    )


def text_for_model(
    model_name: str, method: str, name: str | None, example: Any, takes_text: bool
) -> ValueError:
    """Returns the error for text that a model was called on.

    Args:
        model_name: Name of the model.
        method: The method of the model that was called.
        name: Name of the input that is text, or None for the only one.
        example: One of the texts.
        takes_text: Whether the model has an input of text.
    """
    where = "" if name is None else f" in the input {name!r}"
    if takes_text:
        advice = (
            "TensorFlow takes text as tf.constant(values), or as a NumPy array of "
            'dtype "object": np.asarray(values, dtype="object").'
        )
    else:
        advice = (
            f"{_advice('str', example)} hotrow.RawModel joins the two: a model that "
            "takes text."
        )
    return ValueError(
        f"`{method}` of model '{model_name}' takes numbers. Received: text{where}, "
        f"such as {example!r}. {advice}"
    )


def no_ids(layer_name: str) -> ValueError:
    """Returns the error for a call on `None`."""
    return ValueError(
        f"Layer '{layer_name}' takes ids. Received: None. Pass a NumPy array, a list "
        "of integers or a tensor."
    )


def lengths_differ(layer_name: str) -> ValueError:
    """Returns the error for rows of ids of different lengths."""
    return ValueError(
        f"Layer '{layer_name}' takes ids in rows of one length. Received: lists of "
        "different lengths. Pad them first, with keras.utils.pad_sequences(rows)."
    )


def several_tensors(layer_name: str) -> ValueError:
    """Returns the error for a list of tensors whose values are not known."""
    return ValueError(
        f"Layer '{layer_name}' takes one tensor of ids. Received: several, in a list. "
        "Join them with keras.ops.stack(ids), or call the layer on each."
    )


def lossy(layer_name: str, input_dim: int, dtype: str, largest: int) -> ValueError:
    """Returns the error for a dtype in which two ids become one."""
    return ValueError(
        f"Layer '{layer_name}' has input_dim={input_dim}, but "
        f"{dtype} holds every whole number only up to 2**{largest.bit_length() - 1} = "
        f"{largest}: above that, two ids become one. Received: ids of dtype {dtype}. "
        "Pass int32 or int64 ids; in a model, declare them with "
        'keras.Input(..., dtype="int32"). (A Sequential without an Input takes '
        "the dtype of its first layer for one.)"
    )


def no_64_bits(layer_name: str, input_dim: int) -> ValueError:
    """Returns the error for ids that need more bits than JAX has."""
    return ValueError(
        f"Layer '{layer_name}' has input_dim={input_dim}, and JAX cuts integers to 32 "
        "bits. Received: ids that need 64. Set the environment variable "
        "JAX_ENABLE_X64=1, or call jax.config.update('jax_enable_x64', True) first."
    )
