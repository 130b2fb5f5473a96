"""The layer that turns strings into ids."""

import os
from typing import Any

import keras
import numpy as np

from hotrow.arguments import as_size
from hotrow.backend.tf_tensors import is_tf_tensor, map_tf_tensor
from hotrow.vocabulary.vocabulary import Vocabulary, id_dtype

_FILE = "vocabulary.arrow"


@keras.saving.register_keras_serializable(package="hotrow")
class Lookup(keras.Layer):
    """Turns tokens into the ids of a vocabulary, which is saved with the layer.

    For data pipelines: it runs on lists, NumPy arrays and all else that
    `Vocabulary.encode` takes, under every backend, and on string tensors inside
    `tf.data`. On JAX and PyTorch, strings cannot enter a model, so it stands before the
    model; `RawModel` puts both into one file.

    Example:

    >>> vocab = hotrow.Vocabulary(["Oslo", "Paris"])
    >>> layer = hotrow.Lookup(vocab, length=3)
    >>> keras.ops.convert_to_numpy(layer([["Paris"], ["Rome", "Oslo"]]))
    array([[3, 0, 0],
           [1, 2, 0]], dtype=int32)

    Args:
        vocabulary: A `hotrow.Vocabulary`. It is no part of the layer's config: it
            is saved in a file of its own inside the `.keras` file. Defaults to `None`
            for a layer that is about to be loaded.
        length: As for `Vocabulary.encode`: rows of tokens become a matrix of so many
            columns. Defaults to `None`, the shape that the tokens have.
        padding: As for `Vocabulary.encode`. Defaults to `"post"`.
        truncating: As for `Vocabulary.encode`. Defaults to `"post"`.
        **kwargs: `name`, as in every Keras layer.

    Call arguments:
        inputs: Tokens: a list, a NumPy array, a Series, an Arrow array, or a tensor
            of TensorFlow.

    Output shape:
        That of the tokens, or `(rows, length)`. The ids are int32, in a tensor of the
        backend; of a tensor of TensorFlow, in one of TensorFlow.

    Raises:
        ValueError: If an argument is not as above, the layer has no vocabulary yet, or
            `Vocabulary.encode` raises for the tokens.
    """

    def __init__(
        self,
        vocabulary: Vocabulary | None = None,
        *,
        length: int | None = None,
        padding: str = "post",
        truncating: str = "post",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if vocabulary is not None and not isinstance(vocabulary, Vocabulary):
            raise ValueError(
                "A Lookup takes a hotrow.Vocabulary. Received: "
                f"{type(vocabulary).__name__}. Pass `hotrow.Vocabulary(tokens)`."
            )
        if length is not None and vocabulary is not None and not vocabulary.padding:
            raise ValueError(
                "A vocabulary without an id of padding cannot fill rows. Received: "
                f"length={length!r}. Make the vocabulary with `padding=True`."
            )
        self.length = None if length is None else as_size(length, "length")
        for name, side in (("padding", padding), ("truncating", truncating)):
            if side not in ("pre", "post"):
                raise ValueError(
                    f'`{name}` must be "pre" or "post". Received: {name}={side!r}.'
                )
        self.padding, self.truncating = padding, truncating
        self._vocabulary = vocabulary
        # Strings and Python code: nothing that XLA could compile.
        self.supports_jit = False
        self.built = True

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary."""
        if self._vocabulary is None:
            raise ValueError(
                f"The layer {self.name!r} has no vocabulary. Make it with one, as in "
                "`hotrow.Lookup(vocab)`, or load it from a `.keras` file: a config "
                "does not hold the tokens."
            )
        return self._vocabulary

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Calls the layer; on values, without Keras's conversion to tensors."""
        # Keras would turn lists and arrays into tensors, which hold no strings.
        if isinstance(inputs, keras.KerasTensor):
            return super().__call__(inputs, **kwargs)
        return self.call(inputs)

    def call(self, inputs: Any) -> Any:
        """Returns the ids of tokens."""
        if is_tf_tensor(inputs):
            dtype = self.compute_output_spec(inputs).dtype
            return map_tf_tensor(self.encode, inputs, dtype, self.length)
        return keras.ops.convert_to_tensor(self.encode(inputs))

    def encode(self, inputs: Any) -> np.ndarray:
        """Returns the ids of tokens as a NumPy array."""
        return self.vocabulary.encode(
            inputs,
            length=self.length,
            padding=self.padding,
            truncating=self.truncating,
        )

    def compute_output_spec(self, inputs: Any) -> keras.KerasTensor:
        """Returns the shape and dtype of the ids."""
        shape = self.compute_output_shape(tuple(inputs.shape))
        # A model that is being loaded is put together before its vocabularies come.
        size = 0 if self._vocabulary is None else len(self._vocabulary)
        return keras.KerasTensor(shape, np.dtype(id_dtype(size)).name)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Returns the shape of the ids."""
        if self.length is None:
            return tuple(input_shape)
        return (*input_shape[:-1], self.length)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the layer, but for the vocabulary."""
        return {
            **super().get_config(),
            "length": self.length,
            "padding": self.padding,
            "truncating": self.truncating,
        }

    def save_assets(self, dir_path: str) -> None:
        """Writes the vocabulary into a folder: Keras puts it in the `.keras` file."""
        self.vocabulary.save(os.path.join(dir_path, _FILE))

    def load_assets(self, dir_path: str) -> None:
        """Reads the vocabulary from a folder that Keras then deletes."""
        path = os.path.join(dir_path, _FILE)
        self._vocabulary = Vocabulary.load(path, memory_map=False)
