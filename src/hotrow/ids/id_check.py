"""Validates ids: dtypes, range, and the `out_of_range` policy.

An id is a whole number from 0 to `input_dim - 1`, in any integer dtype, or in a float
dtype that holds every such number exactly. A layer validates its ids once, on entry, by
`IdCheck.admit`; after that they are int32 or int64, and in range.

No id is compared, replaced or moved in a dtype that cannot hold it and `input_dim`.
"""

from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from hotrow import backend, keras_compat
from hotrow.ids import bad_id_watch, id_errors, id_values

# Every whole number up to 2**bits has a value of its own in these dtypes.
_EXACT_BITS = {
    "float8_e4m3fn": 4,
    "float8_e5m2": 3,
    "float16": 11,
    "bfloat16": 8,
    "float32": 24,
    "float64": 53,
}
_NO_NARROWER = ("int32", "int64", "float32", "float64")


class Ids(NamedTuple):
    """Ids that have been validated.

    Attributes:
        values: int32 or int64 tensor: ids in range, and -1 where `valid` is False.
        valid: bool tensor of the same shape, or None if every id is known to be good.
    """

    values: Any
    valid: Any | None


class IdCheck:
    """Validates the ids passed to one layer.

    Args:
        layer_name: Name of the layer, for messages.
        input_dim: Number of rows; ids run from 0 to `input_dim - 1`.
        out_of_range: "error", "zero", or the row that stands for every bad id.
        state: Record of bad ids in compiled code, or None for other policies.
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

    @property
    def dtype(self) -> str:
        """Dtype of validated ids, unless they came in a wider one."""
        return "int32" if self._input_dim < 2**31 else backend.widest_int()

    def refuse_lossy(self, dtype: str) -> None:
        """Raises `ValueError` if `dtype` cannot hold every id."""
        if dtype.startswith(("int", "uint", "bool")):
            return
        bits = _EXACT_BITS.get(dtype)
        if bits is None:
            raise id_errors.not_numbers(self._layer_name, dtype)
        if self._input_dim > 2**bits:
            raise id_errors.lossy(self._layer_name, self._input_dim, dtype, 2**bits)

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
            with keras_compat.no_autocast():
                return ops.convert_to_tensor(inputs)
        if _is_tensor(inputs):
            return backend.to_default_device(inputs)
        if not id_values.holds_values(inputs):
            return inputs
        values = self._as_array(inputs)
        if values.dtype != object:
            self.refuse_lossy(values.dtype.name)
        good = id_values.which_are_ids(values, self._input_dim)
        instead = 0 if good is None else self._instead_of(values, good)
        dtype = "int64" if self._is_cut else self.dtype
        ids = id_values.whole(values, good, instead, dtype)
        if self._is_cut:
            if ids.size and ids.max() >= 2**31:
                raise id_errors.no_64_bits(self._layer_name, self._input_dim)
            ids = ids.astype(self.dtype)
        return ops.convert_to_tensor(ids)

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
        if dtype == "uint32" and self._is_cut:
            raise id_errors.no_64_bits(self._layer_name, self._input_dim)
        watched = bad_id_watch.is_watching()
        seen = backend.peek(inputs) if backend.SURVIVES_RAISE or not watched else None
        if seen is not None:
            good = id_values.which_are_ids(seen, self._input_dim)
            if good is None:
                is_wide = dtype in ("int32", "int64")
                return Ids(inputs if is_wide else ops.cast(inputs, self.dtype), None)
            self._instead_of(seen, good)
        wide = self._widened(inputs, dtype)
        values = ops.cast(wide, self.dtype)
        valid = self._valid(wide, values)
        if isinstance(self._out_of_range, int):
            return Ids(ops.where(valid, values, self._out_of_range), None)
        if self._state is not None and seen is None:
            received = inputs if dtype in ("uint32", "uint64") else wide
            error = self._bad(dtype)
            valid = self._state.note(received, valid, watched, error)
            if watched:
                bad_id_watch.register(self._state, error)
        return Ids(ops.where(valid, values, -1), valid)

    def not_padding(self, inputs: Any) -> Any:
        """Returns the mask of `mask_zero`: False where the row that is read is 0."""
        inputs = self.to_tensor(inputs)
        wide = self._widened(inputs, _dtype_name(inputs))
        present = ops.not_equal(wide, 0)
        if self._out_of_range == 0:
            values = ops.cast(wide, self.dtype)
            present = ops.logical_and(present, self._valid(wide, values))
        return present

    @property
    def _is_cut(self) -> bool:
        """Returns whether the backend has too few bits for the largest id."""
        return self._input_dim > 2**31 and self.dtype == "int32"

    def _as_array(self, inputs: Any) -> np.ndarray:
        """Returns values as NumPy numbers, or raises for what are none."""
        if inputs is None:
            raise id_errors.no_ids(self._layer_name)
        if isinstance(inputs, (list, tuple)):
            parts = keras.tree.flatten(inputs)
            if any(map(_is_tensor, parts)):
                inputs = keras.tree.map_structure(self._peek_part, inputs)
        try:
            return id_values.as_array(inputs)
        except id_values.NotNumbers as error:
            raise id_errors.not_numbers(
                self._layer_name, error.dtype, error.example
            ) from None
        except ValueError as error:
            raise id_errors.lengths_differ(self._layer_name) from error

    def _peek_part(self, part: Any) -> Any:
        """Returns the values of one of several tensors."""
        if not _is_tensor(part):
            return part
        symbolic = isinstance(part, keras.KerasTensor)
        seen = None if symbolic else backend.peek(ops.convert_to_tensor(part))
        if seen is None:
            raise id_errors.several_tensors(self._layer_name)
        return seen

    def _bad(self, dtype: str) -> id_errors.BadId:
        return id_errors.BadId(self._layer_name, self._input_dim, dtype)

    def _instead_of(self, values: np.ndarray, good: np.ndarray) -> int:
        """Returns what to write over bad values, or raises for the first of them."""
        if self._out_of_range == "error":
            raise self._bad(values.dtype.name)(id_values.first_bad(values, good))
        return self._out_of_range if isinstance(self._out_of_range, int) else -1

    def _widened(self, inputs: Any, dtype: str) -> Any:
        """Returns ids in a signed dtype of 32 bits or more, bad ones as bad ones.

        A cast to the signed dtype of the same width turns the largest unsigned numbers
        negative, on every backend. That holds every id where there are fewer than 2**31
        (2**63) rows, and not all backends can compare unsigned numbers.
        """
        if dtype in _NO_NARROWER:
            return inputs
        if "float" in dtype:
            return ops.cast(inputs, "float32")
        if dtype == "uint64" or (dtype == "uint32" and self._input_dim > 2**31):
            return ops.cast(inputs, "int64")
        return ops.cast(inputs, "int32")

    def _valid(self, wide: Any, values: Any) -> Any:
        """Returns which entries of a tensor are ids, by what a cast made of them."""
        dtype = _dtype_name(wide)
        valid = ops.greater_equal(wide, 0)
        if "float" in dtype:
            # Not `ops.floor`, which makes float32 of float64 on PyTorch.
            is_whole = ops.equal(wide, ops.cast(values, dtype))
            valid = ops.logical_and(valid, is_whole)
        elif self._input_dim > np.iinfo(dtype).max:
            return valid
        return ops.logical_and(valid, ops.less(wide, self._input_dim))


def _is_tensor(x: Any) -> bool:
    return ops.is_tensor(x) or isinstance(x, (keras.KerasTensor, keras.Variable))


def _dtype_name(x: Any) -> str:
    try:
        return keras.backend.standardize_dtype(x.dtype)
    except ValueError:
        return str(getattr(x.dtype, "name", x.dtype))
