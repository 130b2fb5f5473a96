"""The embedding layer that also runs backwards, from vectors to logits."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import keras
from keras import ops

from hotrow import keras_compat
from hotrow.layers.embedding import Embedding
from hotrow.tables.products import PRODUCTS, of_lora

# The layer whose call from vectors to logits is running: its input is no ids.
_reversed: ContextVar[Any] = ContextVar("reversed", default=None)


@keras.saving.register_keras_serializable(package="hotrow")
class ReversibleEmbedding(Embedding, keras.layers.ReversibleEmbedding):
    """Turns ids into the rows of a table, and vectors into a logit for each row.

    `layer(ids)` is `table[ids]`, and `layer(vectors, reverse=True)` is `vectors @
    transpose(table)`: the embedding and the output layer of a language model, which
    share one table (Press and Wolf, 2016, https://arxiv.org/abs/1608.05859). It takes
    the place of `keras.layers.ReversibleEmbedding`, with the same arguments, variables
    and weights files. Its ids are those of `hotrow.Embedding`.

    A reversed call reads the whole table: by its nature it costs what the vocabulary
    costs, and so does a training step, whose gradient has a part for every row. With
    `hotrow.RowSparse` that part and the parts of the lookups add up, so that every row
    is touched and trained as by the inner optimizer alone. With `tie_weights=False`
    the lookups are in a table of their own, which a step costs the rows of its batch.

    Example:

    >>> layer = hotrow.ReversibleEmbedding(1000, 64)
    >>> vectors = layer(np.array([[5, 2, 4], [15, 54, 13]]))
    >>> layer(vectors, reverse=True).shape == (2, 3, 1000)
    True

    Args:
        input_dim: Positive integer. The number of rows; ids run from 0 to
            `input_dim - 1`.
        output_dim: Positive integer. The length of a row.
        tie_weights: Whether reversed calls multiply by the transposed table, and not
            by a kernel of their own of shape `(output_dim, input_dim)`. Defaults to
            `True`.
        embeddings_initializer: Initializer of the table, and of the kernel (see
            `keras.initializers`).
        embeddings_regularizer: Regularizer of the table (see `keras.regularizers`).
        embeddings_constraint: Constraint of the table (see `keras.constraints`).
        mask_zero: Whether id 0 is padding, which later layers that use a mask then
            skip. Row 0 of a tied table is an output class as well, so `RowSparse`
            trains it. Logits carry no mask. Defaults to `False`.
        reverse_dtype: Dtype of the product in a reversed call, and of its logits.
            Defaults to the compute dtype of the layer.
        logit_soft_cap: If given, logits become `tanh(logits / cap) * cap`.
        **kwargs: As for `hotrow.Embedding`: `weights`, `lora_rank`, `lora_alpha`,
            `input_length`, `out_of_range` and what every Keras layer takes.

    Call arguments:
        inputs: Ids, as for `hotrow.Embedding`; with `reverse=True`, a float tensor of
            shape `(..., output_dim)`.
        reverse: Whether to go from vectors to logits. Defaults to `False`.

    Output shape:
        `inputs.shape + (output_dim,)`; with `reverse=True`, that of the inputs with a
        last axis of `input_dim`.

    Raises:
        ValueError: As for `hotrow.Embedding`, or if the last axis of vectors is not
            `output_dim` long.
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        tie_weights: bool = True,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        reverse_dtype: Any = None,
        logit_soft_cap: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_dim,
            output_dim,
            tie_weights=tie_weights,
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
            mask_zero=mask_zero,
            reverse_dtype=reverse_dtype,
            logit_soft_cap=logit_soft_cap,
            **kwargs,
        )

    def _padding_id(self) -> int | None:
        # A reversed call reads the row of padding, too, as that of a class.
        return None if self.tie_weights else super()._padding_id()

    def __call__(self, inputs: Any, reverse: bool = False, **kwargs: Any) -> Any:
        """Runs the layer on ids, or on vectors."""
        if not reverse:
            return super().__call__(inputs, **kwargs)
        with _reversing(self):
            return keras.Layer.__call__(self, inputs, reverse=True, **kwargs)

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        """Returns the rows of ids, or the logits of vectors."""
        return self._logits(inputs) if reverse else super().call(inputs)

    def quantized_call(self, inputs: Any, reverse: bool = False) -> Any:
        """Returns what `call` does, from quantized tables."""
        self._refuse_unknown_mode()
        if not reverse or self.tie_weights:
            return self.call(inputs, reverse)
        inputs = ops.cast(self._checked_vectors(inputs), self.compute_dtype)
        logits = keras.layers.ReversibleEmbedding.quantized_call(
            self, inputs, reverse=True
        )
        return ops.cast(logits, self._logit_dtype)

    @property
    def _logit_dtype(self) -> str:
        dtype = self.reverse_dtype or self.compute_dtype
        return keras.backend.standardize_dtype(dtype)

    def _checked_vectors(self, inputs: Any) -> Any:
        if not inputs.shape or inputs.shape[-1] != self.output_dim:
            raise ValueError(
                f"Layer '{self.name}' takes vectors of output_dim={self.output_dim} "
                f"numbers with reverse=True. Received: shape {tuple(inputs.shape)}. "
                "For ids, leave out `reverse`."
            )
        return inputs

    def _logits(self, inputs: Any) -> Any:
        """Returns `cap(inputs @ kernel)`."""

        def cast(x: Any) -> Any:
            return ops.cast(ops.cast(x, self.compute_dtype), self._logit_dtype)

        inputs = self._checked_vectors(inputs)
        # `cast` decides, where the dtype of a model may be another than the layer's.
        with keras_compat.no_autocast():
            if not self.tie_weights:
                logits = ops.matmul(cast(inputs), cast(self.reverse_embeddings))
            else:
                product = PRODUCTS[self.quantization_mode]
                logits = ops.cast(product(self, inputs, cast), self._logit_dtype)
                if self.lora_enabled:
                    logits = logits + of_lora(self, inputs, cast)
        if self.logit_soft_cap is None:
            return logits
        return ops.tanh(logits / self.logit_soft_cap) * self.logit_soft_cap

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Returns where ids are not padding, if `mask_zero`; None for vectors."""
        if _reversed.get() is self:
            return None
        return super().compute_mask(inputs, mask)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...], reverse: bool = False
    ) -> tuple[int | None, ...]:
        """Returns the shape of the rows, or of the logits."""
        if reverse:
            return (*input_shape[:-1], self.input_dim)
        return super().compute_output_shape(input_shape)

    def compute_output_spec(
        self, inputs: keras.KerasTensor, reverse: bool = False
    ) -> keras.KerasTensor:
        """Returns the shape and dtype of the rows, or of the logits."""
        if not reverse:
            return super().compute_output_spec(inputs)
        shape = self.compute_output_shape(self._checked_vectors(inputs).shape, True)
        return keras.KerasTensor(shape, dtype=self._logit_dtype)


@contextmanager
def _reversing(layer: ReversibleEmbedding) -> Iterator[None]:
    before = _reversed.set(layer)
    try:
        yield
    finally:
        _reversed.reset(before)
