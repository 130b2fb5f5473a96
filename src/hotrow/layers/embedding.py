"""The embedding layer."""

from typing import Any

import keras
from keras import ops

from hotrow import backend, keras_compat
from hotrow.ids.id_check import Ids
from hotrow.layers.id_layer import IdLayer
from hotrow.tables import initial_table, registry
from hotrow.tables.read_rows import READERS, add_lora
from hotrow_common.arguments import as_alpha, as_size


@keras.saving.register_keras_serializable(package="hotrow")
class Embedding(IdLayer, keras.layers.Embedding):
    """Turns ids into dense vectors: the rows of a trainable table.

    `output[...] = table[ids[...]]`. It takes the place of `keras.layers.Embedding`,
    with the same arguments, variables and weights files, and differs in this:

    - A bad id is an error on every backend, or what `out_of_range` says.
    - A lookup costs what the batch costs, with LoRA and int4 too, where Keras works
      through the whole table in every call.
    - `input_length` is back and fixes the static shape.

    Example:

    >>> layer = hotrow.Embedding(1000, 64)
    >>> layer(np.array([[5, 2, 4], [15, 54, 13]])).shape == (2, 3, 64)
    True

    Args:
        input_dim: Positive integer. The number of rows; ids run from 0 to
            `input_dim - 1`.
        output_dim: Positive integer. The length of a row.
        embeddings_initializer: Initializer of the table (see `keras.initializers`).
        embeddings_regularizer: Regularizer of the table (see `keras.regularizers`).
        embeddings_constraint: Constraint of the table (see `keras.constraints`).
        mask_zero: Whether id 0 is padding, which later layers that use a mask (`LSTM`,
            `GRU`) then skip. Defaults to `False`.
        weights: Initial table, of shape `(input_dim, output_dim)`: an array, a list
            with one array, or a `numpy.memmap`. It is no part of the layer's config.
        lora_rank: If given, the table is frozen and `(alpha / rank) * A @ B` is added
            to it and trained in its place, with A of shape `(input_dim, lora_rank)`
            and B of shape `(lora_rank, output_dim)` (Hu et al., 2021,
            https://arxiv.org/abs/2106.09685). See also `enable_lora`.
        lora_alpha: The `alpha` above. Defaults to `lora_rank`.
        input_length: Length of each sequence of ids, if it is always the same: an
            integer, or a tuple for ids of more axes. As the first layer of a
            `Sequential`, the model is then built at once. Defaults to `None`.
        out_of_range: Policy for an id that is negative, at or above `input_dim`,
            or not whole. `"error"` (the default) raises, in a compiled `fit` at the
            end of the epoch at the latest; `"zero"` gives a zero vector and no
            gradient; an integer `k` reads and trains row `k`.
        **kwargs: `activity_regularizer`, `quantization_config`, `name`, `trainable`
            and `dtype`, as in Keras's layer.

    Call arguments:
        inputs: Integer tensor, or float tensor of whole numbers, of any shape.

    Output shape:
        `inputs.shape + (output_dim,)`, in the compute dtype of the layer.

    Raises:
        ValueError: If an argument is not as above, if the dtype of the ids cannot hold
            every id (float16 above 2**11 rows, bfloat16 above 2**8, float32 above
            2**24), or, with `out_of_range="error"`, for a bad id.
    """

    lora_enabled: bool
    lora_rank: int | None
    lora_alpha: float | None

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        *,
        input_length: int | tuple[int | None, ...] | None = None,
        out_of_range: str | int = "error",
        **kwargs: Any,
    ) -> None:
        input_dim = as_size(input_dim, "input_dim")
        output_dim = as_size(output_dim, "output_dim")
        super().__init__(
            input_dim=input_dim,
            output_dim=output_dim,
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
            mask_zero=mask_zero,
            lora_rank=None if lora_rank is None else as_size(lora_rank, "lora_rank"),
            lora_alpha=as_alpha(lora_alpha),
            **kwargs,
        )
        self._width = output_dim
        self._init_ids(input_dim, input_length, mask_zero, out_of_range)
        if lora_rank is not None:
            self._refuse_lora_with_constraint()
        if weights is not None:
            table = initial_table.check(self, weights)
            with initial_table.as_initializer(self, table):
                self.build()

    def build(self, input_shape: Any = None) -> None:
        """Creates the table."""
        fault = backend.fault_of_distribution(by_rows=False)
        if fault is not None:
            raise ValueError(
                f"Layer '{self.name}' cannot have its table here: {fault}."
            )
        super().build(input_shape)
        table = keras_compat.embedding_table(self)
        if self.quantization_mode is None:
            initial_table.check_made(self, table)
        self._register_table(table)

    def _register_table(self, variable: keras.Variable) -> None:
        registry.register(variable, self._padding_id(), self.compute_dtype)

    def _padding_id(self) -> int | None:
        """Returns the id whose row is that of padding and nothing else."""
        return 0 if self.mask_zero else None

    def add_weight(self, *args: Any, **kwargs: Any) -> keras.Variable:
        """Creates a variable that mixed precision leaves alone.

        Rows are cast after they are looked up. Autocast would cast the whole table.
        """
        with backend.making_variables():
            return super().add_weight(*args, **{"autocast": False, **kwargs})

    @property
    def embeddings(self) -> Any:
        """The table, `(input_dim, output_dim)`; with LoRA, the two merged."""
        if not self.built:
            return super().embeddings
        if not self.lora_enabled:
            return registry.whole(super().embeddings)
        every_id = Ids(ops.arange(self.input_dim, dtype="int32"), None)
        return ops.cast(self._read(every_id), self.variable_dtype)

    def _vectors(self, ids: Ids) -> Any:
        return ops.cast(self._read(ids), self.compute_dtype)

    def quantized_call(self, inputs: Any) -> Any:
        """Returns the rows of `inputs`, from a quantized table."""
        self._refuse_unknown_mode()
        return self.call(inputs)

    def _refuse_unknown_mode(self) -> None:
        if self.quantization_mode not in READERS:
            raise NotImplementedError(
                f"Invalid quantization mode of layer '{self.name}'. Expected one of "
                "('int8', 'int4'). Received: "
                f"quantization_mode={self.quantization_mode}. Call "
                'layer.quantize("int8") on a layer of floats.'
            )

    def _read(self, ids: Ids) -> Any:
        rows = READERS[self.quantization_mode](self, ids)
        return add_lora(self, rows, ids) if self.lora_enabled else rows

    def enable_lora(
        self,
        rank: int,
        lora_alpha: float | None = None,
        a_initializer: Any = "he_uniform",
        b_initializer: Any = "zeros",
    ) -> None:
        """Freezes the table and trains `(alpha / rank) * A @ B`, added to it, instead.

        Args:
            rank: Positive integer: the columns of A and the rows of B.
            lora_alpha: The `alpha` above. Defaults to `lora_alpha` of the layer, and
                else to `rank`.
            a_initializer: Initializer of A, float32 of shape `(input_dim, rank)`.
            b_initializer: Initializer of B, float32 of shape `(rank, output_dim)`.

        Raises:
            ValueError: If the layer is not built, has LoRA already, or has a
                constraint; or if `rank` is not a positive integer, or `lora_alpha` no
                number.
        """
        rank, lora_alpha = as_size(rank, "rank"), as_alpha(lora_alpha)
        self._refuse_lora_with_constraint()
        if not self.built:
            raise ValueError(
                "Cannot enable lora on a layer that isn't yet built. Received: layer "
                f"'{self.name}'. Call it on ids, or `build()` it, first."
            )
        if self.lora_enabled:
            raise ValueError(
                f"lora is already enabled on layer '{self.name}', of rank "
                f"{self.lora_rank}. Received: rank={rank}. Save the model and load it "
                "into a layer without LoRA to merge it first."
            )
        self._a_initializer = keras.initializers.get(a_initializer)
        with keras_compat.new_state_allowed(self):
            self.lora_embeddings_a = self._add_factor(
                "lora_embeddings_a", (self.input_dim, rank), self._a_initializer
            )
            self.lora_embeddings_b = self._add_factor(
                "lora_embeddings_b", (rank, self.output_dim), b_initializer
            )
        self._register_table(self.lora_embeddings_a)
        keras_compat.embedding_table(self).trainable = False
        self.lora_enabled = True
        if lora_alpha is None:
            lora_alpha = rank if self.lora_alpha is None else self.lora_alpha
        self.lora_rank, self.lora_alpha = rank, lora_alpha

    def _add_factor(self, name: str, shape: tuple[int, int], initializer: Any) -> Any:
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=keras.initializers.get(initializer),
            dtype="float32",
            regularizer=self.embeddings_regularizer,
        )

    def _refuse_lora_with_constraint(self) -> None:
        if self.embeddings_constraint is not None:
            raise ValueError(
                "Lora is incompatible with embedding constraints, which would have to "
                f"hold for the merged table. Received: layer '{self.name}' with "
                f"embeddings_constraint={self.embeddings_constraint}. Leave out one of "
                "the two."
            )

    def quantize(
        self, mode: str | None = None, type_check: bool = True, config: Any = None
    ) -> None:
        """Turns the table into int8 or int4 codes, as Keras's layer does.

        Args:
            mode: `"int8"` or `"int4"`.
            type_check: Whether to refuse a subclass of this layer.
            config: A quantization config of Keras, or `None`.
        """
        if type_check and "quantized_call" not in vars(type(self)):
            raise NotImplementedError(
                f"Layer '{self.name}' is a {type(self).__name__}, a subclass of "
                "hotrow.Embedding whose `call` may not know quantized tables. Pass "
                "type_check=False if it does."
            )
        self._catch_up()
        super().quantize(mode, type_check=False, config=config)
        self._register_table(keras_compat.embedding_table(self))

    def _catch_up(self) -> None:
        for variable in self.weights:
            registry.catch_up(variable)

    def set_weights(self, weights: list[Any]) -> None:
        """Sets the variables from NumPy arrays."""
        self._catch_up()
        super().set_weights(weights)

    def get_weights(self) -> list[Any]:
        """Returns the values of the variables as NumPy arrays."""
        self._catch_up()
        return super().get_weights()

    def save_own_variables(self, store: Any) -> None:
        """Saves the table, and what belongs to it."""
        self._catch_up()
        super().save_own_variables(store)

    def load_own_variables(self, store: Any) -> None:
        """Loads a table into a built layer. LoRA then starts afresh: `A @ B` is zero.

        A is drawn anew. Keras sets both factors to zero, and from there neither has a
        gradient.
        """
        initial_table.check_stored(self, store)
        self._catch_up()
        super().load_own_variables(store)
        if self.lora_enabled:
            a = self.lora_embeddings_a
            a.assign(self._a_initializer(a.shape, dtype=a.dtype))
