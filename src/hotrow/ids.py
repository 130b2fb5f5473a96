"""What counts as an id, and what happens to a number that does not.

An id is a whole number from 0 to `input_dim - 1`, held in any integer dtype, or in a
float dtype that can hold every such number exactly. Ids are checked once, at the door
of a layer, by `IdCheck.admit`; past it they are int32 or int64, and in range.
"""

from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from hotrow import backend, id_watch

# Every whole number up to 2**bits has a value of its own in these dtypes.
_EXACT_BITS = {
    "float8_e4m3fn": 4,
    "float8_e5m2": 3,
    "float16": 11,
    "bfloat16": 8,
    "float32": 24,
    "float64": 53,
}


class Ids(NamedTuple):
    """Ids that passed the door.

    Attributes:
        values: int32 or int64 tensor: ids in range, and -1 where `valid` is False.
        valid: bool tensor of the same shape, or None if every id is known to be good.
    """

    values: Any
    valid: Any | None


class IdCheck:
    """The door of one layer.

    Args:
        layer_name: Name of the layer, for messages.
        input_dim: Number of rows; ids run from 0 to `input_dim - 1`.
        out_of_range: "error", "zero", or the row that stands for every bad id.
        state: Where compiled code notes a bad id, or None: only the policy "error" has
            one, and on some backends not even that.
    """

    def __init__(
        self,
        layer_name: str,
        input_dim: int,
        out_of_range: str | int,
        state: Any | None,
    ) -> None:
        self._layer_name = layer_name
        self._input_dim = input_dim
        self._out_of_range = out_of_range
        self._state = state
        self.dtype = "int32" if input_dim < 2**31 else "int64"

    def error(self, value: Any) -> ValueError:
        """Returns the error for the bad id `value`."""
        fault, advice = "out of range", "Mend the data or raise `input_dim`"
        if isinstance(value, float):
            if value.is_integer():
                value = int(value)
            else:
                # As the user wrote it: 2.7 and not 2.700000047683716.
                fault, value = "not a whole number", np.float32(value)
        if value == self._input_dim:
            advice += " (if your ids start at 1, subtract 1)"
        return ValueError(
            f"Layer '{self._layer_name}' received an id that is {fault}: {value!s}. "
            f"Ids are whole numbers from 0 to {self._input_dim - 1} "
            f"(input_dim={self._input_dim}). {advice}; or pass "
            'out_of_range="zero" for a zero vector, or out_of_range=k to use row k, '
            "for every such id."
        )

    def refuse_lossy(self, dtype: str) -> None:
        """Raises `ValueError` if `dtype` cannot hold every id."""
        if dtype.startswith(("int", "uint", "bool")):
            return
        bits = _EXACT_BITS.get(dtype)
        if bits is None:
            raise ValueError(
                f"Layer '{self._layer_name}' takes integer ids. Received: ids of dtype "
                f'{dtype}. If they are integers, pass values.astype("int64"). If they '
                "are text, number the distinct values once, and use the same numbers "
                "for training and afterwards: names = np.unique(training_values), then "
                "np.searchsorted(names, values) for values that are among them."
            )
        if self._input_dim > 2**bits:
            raise ValueError(
                f"Layer '{self._layer_name}' has input_dim={self._input_dim}, but "
                f"{dtype} holds every whole number only up to 2**{bits} = {2**bits}: "
                f"above that, two ids become one. Received: ids of dtype {dtype}. Pass "
                "int32 or int64 ids; in a model, declare them with "
                'keras.Input(..., dtype="int32"). (A Sequential without an Input takes '
                "the dtype of its first layer for one.)"
            )

    def refuse_input_of_own_dtype(self, dtype: str, own: str) -> None:
        """Raises `ValueError` for an Input that is as narrow as the layer's output.

        A `Sequential` without an Input makes one with the compute dtype of its first
        layer, so that with `dtype="uint8"` Keras would turn id 299 into 43 before the
        layer sees it.
        """
        if dtype != own or not own.startswith(("int", "uint", "bool")):
            return
        largest = 1 if own == "bool" else np.iinfo(own).max
        if self._input_dim - 1 > largest:
            raise ValueError(
                f"Layer '{self._layer_name}' has input_dim={self._input_dim} and the "
                f"dtype {own}, and so has its Input, which cannot hold every id. "
                f"Received: an Input of dtype {dtype}. (A Sequential without an Input "
                "takes the dtype of its first layer for one.) Put "
                'keras.Input(shape, dtype="int32") before the layer.'
            )

    def to_tensor(self, inputs: Any) -> Any:
        """Turns NumPy ids, or lists of numbers, into a tensor; leaves the rest alone.

        On the way a backend may cut 64-bit integers to 32 bits, as JAX does, so a bad
        id is dealt with here, where it can still be seen whole.
        """
        if isinstance(inputs, keras.Variable):
            return ops.convert_to_tensor(inputs)
        if _is_tensor(inputs):
            return inputs
        if isinstance(inputs, (list, tuple)):
            if any(map(_is_tensor, keras.tree.flatten(inputs))):
                return inputs
        elif not (
            inputs is None
            or isinstance(inputs, (int, float, str))
            or hasattr(inputs, "__array__")
        ):
            return inputs
        try:
            values = np.asarray(inputs)
        except ValueError as error:
            raise ValueError(
                f"Layer '{self._layer_name}' takes ids in rows of one length. "
                "Received: lists of different lengths. Pad them first, with "
                "keras.utils.pad_sequences(rows)."
            ) from error
        self.refuse_lossy(_dtype_name(values))
        good = self._good(values)
        if good is not None:
            values = np.where(good, values, self._row_for_bad(values, good))
        return ops.convert_to_tensor(values.astype(self.dtype))

    @backend.outside_graph  # type: ignore[untyped-decorator]
    def admit(self, inputs: Any) -> Ids:
        """Returns ids in range; raises, or notes, or replaces those that are not.

        Args:
            inputs: Tensor of ids, of any shape.

        Raises:
            ValueError: If the dtype cannot hold every id; and with the policy "error"
                if an id is out of range, once its value can be seen.
        """
        dtype = _dtype_name(inputs)
        self.refuse_lossy(dtype)
        watched = id_watch.is_watching()
        seen = backend.peek(inputs) if backend.SURVIVES_RAISE or not watched else None
        if seen is not None:
            good = self._good(seen)
            if good is None:
                whole = dtype in ("int32", "int64")
                return Ids(inputs if whole else ops.cast(inputs, self.dtype), None)
            self._row_for_bad(seen, good)
        valid = self._valid(inputs)
        values = ops.cast(inputs, self.dtype)
        if isinstance(self._out_of_range, int):
            return Ids(ops.where(valid, values, self._out_of_range), None)
        if self._state is not None:
            self._note_first(self._state, inputs, valid, watched)
        return Ids(ops.where(valid, values, -1), valid)

    def not_padding(self, inputs: Any) -> Any:
        """Returns the mask of `mask_zero`: False where the row that is read is 0."""
        present = ops.not_equal(inputs, 0)
        if self._out_of_range == 0:
            present = ops.logical_and(present, self._valid(inputs))
        return present

    def _good(self, values: np.ndarray) -> np.ndarray | None:
        """Returns which values are ids, or None if all are."""
        if values.size == 0:
            return None
        is_float = not np.issubdtype(values.dtype, np.integer) and values.dtype != bool
        with np.errstate(invalid="ignore"):
            in_range = values.min() >= 0 and values.max() < self._input_dim
            if in_range and not (is_float and (values != np.floor(values)).any()):
                return None
            good = (values >= 0) & (values < self._input_dim)
            return good & (values == np.floor(values)) if is_float else good

    def _row_for_bad(self, values: np.ndarray, good: np.ndarray) -> int:
        """Returns what to write over bad values, or raises for the first of them."""
        if self._out_of_range == "error":
            raise self.error(values[~good].ravel()[0].item())
        return self._out_of_range if isinstance(self._out_of_range, int) else -1

    def _valid(self, inputs: Any) -> Any:
        """Returns which entries of a tensor are ids."""
        dtype = _dtype_name(inputs)
        if dtype == "bool":
            inputs, dtype = ops.cast(inputs, "int32"), "int32"
        valid = ops.greater_equal(inputs, 0)
        if not dtype.startswith(("int", "uint")):
            valid = ops.logical_and(valid, ops.equal(inputs, ops.floor(inputs)))
        elif self._input_dim > np.iinfo(dtype).max:
            return valid
        return ops.logical_and(valid, ops.less(inputs, self._input_dim))

    def _note_first(self, state: Any, inputs: Any, valid: Any, watched: bool) -> None:
        size = ops.size(inputs)
        if isinstance(size, int) and size == 0:
            return
        bad = ops.logical_not(ops.reshape(valid, (-1,)))
        places = ops.arange(size, dtype="int32")
        first = ops.min(ops.where(bad, places, size), initial=size)
        flat = ops.reshape(inputs, (-1,))
        value = ops.sum(ops.where(ops.equal(places, first), flat, 0))
        state.note(ops.any(bad), value, watched, self.error)
        if watched:
            id_watch.register(state, self.error)


def _is_tensor(x: Any) -> bool:
    return ops.is_tensor(x) or isinstance(x, (keras.KerasTensor, keras.Variable))


def _dtype_name(x: Any) -> str:
    try:
        return keras.backend.standardize_dtype(x.dtype)
    except ValueError:
        return str(getattr(x.dtype, "name", x.dtype))
