"""Recurrent layers after a one-hot."""

from typing import Any

import keras
from keras import ops

from hotrow import keras_compat
from hotrow.fusion.core.dropping import drop_categories, dropping_refusal
from hotrow.fusion.core.fused_layer import FusedLayer, in_place_of, only_mask
from hotrow.fusion.core.plan import Plan
from hotrow.fusion.core.product import product
from hotrow.fusion.rules.cells import PROJECTED, ProjectedCell


@in_place_of(keras.layers.RNN)
class FusedRNN(FusedLayer, keras.layers.RNN):
    """An RNN that looks up the products of all steps before its loop.

    For a cell, or a stack of cells of which the first takes the input, the product of a
    one-hot with its kernel is a row of the kernel.
    """

    @classmethod
    def refusal(
        cls, layer: Any, plan: Plan, shape: tuple[int | None, ...]
    ) -> str | None:
        """Returns why `layer` cannot be fused, or None if it can."""
        cell = _first_cell(layer.cell)
        if type(cell) not in PROJECTED:
            known = ", ".join(sorted(c.__name__ for c in PROJECTED))
            return f"its cell is a {type(cell).__name__}, and fuse knows {known}"
        if len(shape) != 3:
            return f"its input has {len(shape)} axes, and fuse knows 3"
        if cell.dropout and getattr(cell, "dropout_mask_count", None):
            return "it has dropout and recurrent_dropout, with masks for each gate"
        return dropping_refusal(plan) if cell.dropout else None

    @classmethod
    def twin(cls, layer: Any, plan: Plan) -> Any:
        """Returns a fused layer with the same cell."""
        config = layer.get_config()
        if "cell" in config:
            config["cell"] = layer.cell
        twin = cls(hot=plan, **config)
        twin.adopt(layer)
        return twin

    def adopt(self, layer: Any) -> None:
        """Takes the cell and the states of `layer`."""
        super().adopt(layer)
        keras_compat.share_rnn_states(self, layer)

    def kernels(self) -> list[tuple[keras.Variable, int]]:
        """Returns the kernel of the first cell."""
        return [(_first_cell(self.cell).kernel, 1)]

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Creates the variables of the cell."""
        super().build(sequences_shape)

    def compute_output_shape(
        self, sequences_shape: Any, initial_state_shape: Any = None
    ) -> Any:
        """Returns the shapes of what the layer returns."""
        return super().compute_output_shape(sequences_shape)

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool = False,
    ) -> Any:
        """Returns the output for the tensors of the plan."""
        cell = _first_cell(self.cell)
        plan, tensors = self.hot, sequences
        if training and cell.dropout:
            plan, tensors = drop_categories(
                plan, tensors, cell.dropout, cell.seed_generator
            )
        x = product(cell.kernel, plan.pick(tensors), cell.compute_dtype)
        projected = self._projected(cell, ops.shape(x)[0], training)
        # A plain loop of Keras, for this call only.
        loop = keras.layers.RNN(
            self._stacked(projected),
            return_sequences=self.return_sequences,
            return_state=self.return_state,
            go_backwards=self.go_backwards,
            stateful=self.stateful,
            unroll=self.unroll,
            zero_output_for_mask=self.zero_output_for_mask,
            name=self.name,
            dtype=self.dtype_policy,
        )
        keras_compat.share_rnn_states(loop, self)
        return loop.call(
            projected.with_bias(x),
            initial_state=initial_state,
            mask=only_mask(mask),
            training=training,
        )

    def _projected(self, cell: Any, batch: Any, training: bool) -> ProjectedCell:
        dropped = None
        if training and cell.recurrent_dropout:
            ones = ops.ones((batch, cell.units), dtype=cell.compute_dtype)
            dropped = cell.get_recurrent_dropout_mask(ones)
            cell.reset_recurrent_dropout_mask()
        return PROJECTED[type(cell)](cell, dropped)

    def _stacked(self, projected: ProjectedCell) -> Any:
        """Returns the cell, or the stack of cells, with its first one in place."""
        if self.cell is projected.cell:
            return projected
        cells = [projected, *self.cell.cells[1:]]
        return keras.layers.StackedRNNCells(
            cells, name=self.cell.name, dtype=self.cell.dtype_policy
        )


def _first_cell(cell: Any) -> Any:
    return cell.cells[0] if type(cell) is keras.layers.StackedRNNCells else cell


@in_place_of(keras.layers.SimpleRNN)
class FusedSimpleRNN(FusedRNN, keras.layers.SimpleRNN):
    """`SimpleRNN` on ids. See `FusedRNN`."""


class _NoCuDNN:
    """cuDNN multiplies its inputs by the kernel itself, zeros and all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_cudnn = False


@in_place_of(keras.layers.GRU)
class FusedGRU(FusedRNN, _NoCuDNN, keras.layers.GRU):
    """`GRU` on ids. See `FusedRNN`."""


@in_place_of(keras.layers.LSTM)
class FusedLSTM(FusedRNN, _NoCuDNN, keras.layers.LSTM):
    """`LSTM` on ids. See `FusedRNN`."""
