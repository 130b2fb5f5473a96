"""The one-hot layer."""

from typing import Any

import keras

from hotrow import backend
from hotrow.ids.id_check import Ids
from hotrow.layers.id_layer import IdLayer


@keras.saving.register_keras_serializable(package="hotrow")
class OneHot(IdLayer):
    """Turns ids into one-hot vectors: 1 in the place of the id, 0 elsewhere.

    `output[..., j] = 1 if ids[...] == j else 0`. A matrix product of this with a kernel
    picks rows of the kernel, so `OneHot(V)` and then `Dense(D, use_bias=False)` is
    `Embedding(V, D)`.

    A one-hot vector takes as much memory as the vocabulary is long. In a model only
    one batch of them exists at a time.

    Example:

    >>> layer = hotrow.OneHot(4)
    >>> keras.ops.convert_to_numpy(layer(np.array([[2, 0]])))
    array([[[0., 0., 1., 0.],
            [1., 0., 0., 0.]]], dtype=float32)

    Args:
        input_dim: Positive integer. The number of categories; ids run from 0 to
            `input_dim - 1`.
        input_length: Length of each sequence of ids, if it is always the same: an
            integer, or a tuple for ids of more axes. As the first layer of a
            `Sequential`, the model is then built at once. Defaults to `None`.
        mask_zero: Whether id 0 is padding, which later layers that use a mask (`LSTM`,
            `GRU`) then skip. Its vector is still that of category 0. Defaults to
            `False`.
        out_of_range: Policy for an id that is negative, at or above `input_dim`,
            or not whole. `"error"` (the default) raises, in a compiled `fit` at the
            end of the epoch at the latest; `"zero"` gives a zero vector; an integer
            `k` gives the vector of category `k`.
        **kwargs: `name`, `trainable` and `dtype`, as in every Keras layer. The dtype
            may be one that Keras keeps no quantization behind, such as `"uint8"` or
            `"bool"` for vectors a quarter as large.

    Call arguments:
        inputs: Integer tensor, or float tensor of whole numbers, of any shape.

    Output shape:
        `inputs.shape + (input_dim,)`.

    Raises:
        ValueError: If an argument is not as above, if the dtype of the ids cannot hold
            every id (float16 above 2**11 categories, bfloat16 above 2**8, float32
            above 2**24), or, with `out_of_range="error"`, for a bad id.
    """

    def __init__(
        self,
        input_dim: int,
        input_length: int | tuple[int | None, ...] | None = None,
        *,
        mask_zero: bool = False,
        out_of_range: str | int = "error",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._init_ids(input_dim, input_length, mask_zero, out_of_range)
        if self.quantization_mode is not None or self.compute_dtype == "string":
            raise ValueError(
                f"Layer '{self.name}' has no variables to quantize, and makes numbers. "
                f"Received: dtype={self.dtype_policy.name!r}. Pass the dtype of the "
                'vectors, such as "float32" or "uint8".'
            )
        self._width = self.input_dim
        self.built = True

    def _vectors(self, ids: Ids) -> Any:
        return backend.one_hot(ids.values, self.input_dim, self.compute_dtype)
