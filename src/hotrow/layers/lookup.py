"""The layer that turns strings into ids."""

import os
from typing import Any

import keras
import numpy as np

from hotrow.backend.tf_tensors import is_tf_tensor, map_tf_tensor
from hotrow_common.arguments import as_size
from hotrow_vocabulary import vocabularies_by_digest
from hotrow_vocabulary.file_format import VocabularyFileError
from hotrow_vocabulary.vocabulary import Vocabulary
from hotrow_vocabulary.vocabulary_state import id_dtype

_FILE = "vocabulary.arrow"
_DIGEST = "digest"


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
        vocabulary: A `hotrow.Vocabulary`. The layer's config has its digest only: it
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
                f"{type(vocabulary).__name__}. Pass `hotrow.Vocabulary(tokens)`, or "
                "`hotrow.Vocabulary.load(path)` of a file."
            )
        if (
            length is not None
            and vocabulary is not None
            and not vocabulary.reserve_padding
        ):
            raise ValueError(
                "A vocabulary without an id of padding cannot fill rows. Received: "
                f"length={length!r}. Make the vocabulary with "
                "`reserve_padding=True`."
            )
        self.length = None if length is None else as_size(length, "length")
        for name, side in (("padding", padding), ("truncating", truncating)):
            if side not in ("pre", "post"):
                raise ValueError(
                    f'`{name}` must be "pre" or "post". Received: {name}={side!r}.'
                )
        self.padding, self.truncating = padding, truncating
        self._vocabulary = vocabulary
        # Of the vocabulary that is to be loaded.
        self._digest: str | None = None
        self.load_error: ValueError | None = None
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
                "does not hold the tokens, but their digest only."
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
        """Returns the arguments of the layer, and the digest of its vocabulary."""
        digest = self._digest
        if self._vocabulary is not None:
            digest = vocabularies_by_digest.put(self._vocabulary)
        return {
            **super().get_config(),
            "length": self.length,
            "padding": self.padding,
            "truncating": self.truncating,
            "digest": digest,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Makes the layer of its config.

        It has its vocabulary if that is in use in this process, as when Keras clones a
        model; else the vocabulary comes with the file that is loaded.
        """
        config = dict(config)
        digest = config.pop("digest", None)
        layer = super().from_config(config)
        layer._vocabulary = vocabularies_by_digest.get(digest)
        layer._digest = digest
        return layer

    def save_own_variables(self, store: Any) -> None:
        """Writes the digest of the vocabulary beside the weights of the model."""
        if self._vocabulary is not None:
            digest = bytes.fromhex(self._vocabulary.digest)
            store[_DIGEST] = np.frombuffer(digest, np.uint8)

    def load_own_variables(self, store: Any) -> None:
        """Checks that weights belong to the vocabulary of this layer.

        Raises:
            ValueError: If they were trained with another.
        """
        names = list(store.keys())
        stored = store[_DIGEST] if _DIGEST in names else None
        if stored is None and self.load_error is not None:
            raise self.load_error
        mine = self._digest
        if self._vocabulary is not None:
            mine = self._vocabulary.digest
        if stored is None or mine is None:
            return
        theirs = bytes(np.asarray(stored, np.uint8)).hex()
        self.load_error = None
        if theirs != mine:
            self.load_error = ValueError(
                f"The weights were trained with another vocabulary than that of the "
                f"layer {self.name!r}: its digest is {theirs[:12]}..., and here is "
                f"{mine[:12]}... . Ids would stand for other tokens. Load the model "
                "whole, or make the Lookup with the vocabulary of the weights."
            )
            raise self.load_error

    def save_assets(self, dir_path: str) -> None:
        """Writes the vocabulary into a folder: Keras puts it in the `.keras` file."""
        # The folder is Keras's own and temporary. Waiting for the disk would take most
        # of the time in which a model of many columns is saved.
        with open(os.path.join(dir_path, _FILE), "wb") as file:
            self.vocabulary._save_to(file)

    def load_assets(self, dir_path: str | None) -> None:
        """Reads the vocabulary from a folder that Keras then deletes.

        Raises:
            ValueError: If it is not there, is damaged, or is another than that which
                the layer was saved with.
        """
        # After an error Keras asks again, by another way to the layer on which the file
        # has no folder, and reports what it gets last.
        if dir_path is None and self.load_error is not None:
            raise self.load_error
        try:
            self._vocabulary = self._load(dir_path)
        except ValueError as error:
            self.load_error = error
            raise

    def _load(self, folder: str | None) -> Vocabulary:
        path = os.path.join(folder or "", _FILE)
        if folder is None or not os.path.exists(path):
            raise self._cannot_load("The model's file does not hold it.")
        try:
            vocabulary = Vocabulary.load(path, memory_map=False)
        except VocabularyFileError as error:
            raise self._cannot_load(error.problem) from error
        if self._digest not in (None, vocabulary.digest):
            raise self._cannot_load(
                f"Its digest is {vocabulary.digest[:12]}..., and the layer was saved "
                f"with that of {self._digest[:12]}... ."
            )
        return vocabulary

    def _cannot_load(self, problem: str) -> ValueError:
        return ValueError(
            f"The vocabulary of the layer {self.name!r} cannot be loaded. {problem} "
            "Save the model again, or load another copy of its file."
        )
