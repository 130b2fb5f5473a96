"""Base of the layers that take ids."""

from typing import Any

import keras

from hotrow import backend, keras_compat
from hotrow.ids import bad_id_watch
from hotrow.ids.id_check import IdCheck, Ids
from hotrow.ids.id_errors import BadId
from hotrow_common.arguments import as_out_of_range, as_size


class IdLayer(keras.layers.Layer):
    """Base of the layers that take ids: their checks, their mask and their shapes.

    A subclass sets `_width`, the length of the axis that it adds, and defines
    `_vectors`, from ids in range to vectors.
    """

    _width: int

    def _vectors(self, ids: Ids) -> Any:
        raise NotImplementedError

    def _init_ids(
        self,
        input_dim: int,
        input_length: int | tuple[int | None, ...] | None,
        mask_zero: bool,
        out_of_range: str | int,
    ) -> None:
        self.input_dim = as_size(input_dim, "input_dim")
        self.input_length = _as_input_length(input_length)
        self.mask_zero = mask_zero
        self.out_of_range = as_out_of_range(out_of_range, self.input_dim)
        self.supports_masking = mask_zero
        # Ids given as floats must not be cast to a narrower float.
        self.autocast = False
        bad_id_watch.install()
        self._bad_id_state = None
        if self.out_of_range == "error":
            self._bad_id_state = backend.new_bad_id_state(f"{self.name}_bad_id", BadId)
        self._ids = IdCheck(
            self.name, self.input_dim, self.out_of_range, self._bad_id_state
        )
        if self.input_length is not None:
            keras_compat.set_first_layer_shape(self, self.input_length)

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Runs the layer on a tensor, a NumPy array or a list of numbers."""
        inputs = self._ids.to_tensor(inputs)
        self._known_shape(getattr(inputs, "shape", ()))
        return super().__call__(inputs, *args, **kwargs)

    def call(self, inputs: Any) -> Any:
        """Returns the vectors of `inputs`."""
        return backend.map_values(
            lambda values: self._vectors(self._ids.admit(values)), inputs
        )

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Returns where the ids are not padding, or None without `mask_zero`."""
        if not self.mask_zero:
            return None
        return backend.map_values(self._ids.not_padding, inputs)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Returns `input_shape + (width,)`, with `input_length` filled in."""
        return (*self._known_shape(input_shape), self._width)

    def compute_output_spec(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Returns the shape and dtype of the output, and refuses a lossy dtype."""
        dtype = keras.backend.standardize_dtype(inputs.dtype)
        self._ids.refuse_lossy(dtype)
        self._ids.refuse_input_of_own_dtype(dtype, self.compute_dtype)
        return keras.KerasTensor(
            self.compute_output_shape(inputs.shape),
            dtype=self.compute_dtype,
            ragged=getattr(inputs, "ragged", False),
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the layer."""
        return {
            **super().get_config(),
            "input_dim": self.input_dim,
            "input_length": self.input_length,
            "mask_zero": self.mask_zero,
            "out_of_range": self.out_of_range,
        }

    def _known_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the shape of the ids with `input_length` filled in."""
        if self.input_length is None:
            return shape
        shape = tuple(shape)
        lengths = shape[1:]
        fits = len(lengths) == len(self.input_length) and all(
            a is None or b is None or a == b
            for a, b in zip(lengths, self.input_length, strict=True)
        )
        if not fits:
            raise ValueError(
                f"Layer '{self.name}' has input_length={self.input_length}, so it "
                f"takes ids of shape {(None, *self.input_length)}. Received: ids of "
                f"shape {shape}. Pad or cut the ids to that length, or leave out "
                "`input_length`."
            )
        filled = (
            a if a is not None else b
            for a, b in zip(lengths, self.input_length, strict=True)
        )
        return (*shape[:1], *filled)


def _as_input_length(value: Any) -> tuple[int | None, ...] | None:
    if value is None:
        return None
    lengths = value if isinstance(value, (list, tuple)) else (value,)
    return tuple(
        None if length is None else as_size(length, "input_length")
        for length in lengths
    )
