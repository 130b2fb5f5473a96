"""`Bidirectional` after a one-hot."""

from typing import Any

import keras

from hotrow import keras_compat
from hotrow.fusion.core.fused_layer import FusedLayer, in_place_of, only_mask
from hotrow.fusion.core.plan import Plan
from hotrow.fusion.rules.rnn import FusedGRU, FusedLSTM, FusedRNN, FusedSimpleRNN

_FUSED: dict[type, type[FusedRNN]] = {
    cls.replaces: cls for cls in (FusedSimpleRNN, FusedGRU, FusedLSTM, FusedRNN)
}


@in_place_of(keras.layers.Bidirectional)
class FusedBidirectional(FusedLayer, keras.layers.Bidirectional):
    """`Bidirectional` of two fused layers, each with lookups in a kernel of its own."""

    @classmethod
    def refusal(
        cls, layer: Any, plan: Plan, shape: tuple[int | None, ...]
    ) -> str | None:
        """Returns why `layer` cannot be fused, or None if it can."""
        for inner in (layer.forward_layer, layer.backward_layer):
            fused = _FUSED.get(type(inner))
            if fused is None:
                known = ", ".join(kind.__name__ for kind in _FUSED)
                return f"it wraps a {type(inner).__name__}, and fuse knows {known}"
            why = fused.refusal(inner, plan, shape)
            if why is not None:
                return why
        return None

    @classmethod
    def twin(cls, layer: Any, plan: Plan) -> Any:
        """Returns a fused layer around two fused layers."""
        config = layer.get_config()
        del config["layer"], config["backward_layer"]
        inner = [
            _FUSED[type(x)].twin(x, plan)
            for x in (layer.forward_layer, layer.backward_layer)
        ]
        twin = cls(inner[0], backward_layer=inner[1], hot=plan, **config)
        twin.adopt_halves(layer, *inner)
        return twin

    def adopt_halves(self, layer: Any, forward: Any, backward: Any) -> None:
        """Takes two layers in place of own ones."""
        # The constructor made a copy of the first.
        keras_compat.replace_tracked(self, "forward_layer", forward)
        keras_compat.replace_tracked(self, "backward_layer", backward)
        for mine, theirs in (
            (forward, layer.forward_layer),
            (backward, layer.backward_layer),
        ):
            mine.zero_output_for_mask = theirs.zero_output_for_mask
        self.activity_regularizer = layer.activity_regularizer
        self.built = True
        self.input_spec = None

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Creates the variables of both layers."""
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(sequences_shape)
        self.built = True
        self.input_spec = None

    def compute_output_shape(
        self, sequences_shape: Any, initial_state_shape: Any = None
    ) -> Any:
        """Returns the shapes of what the layer returns."""
        # The layers within take the shapes of the tensors as they are.
        return keras.layers.Bidirectional.compute_output_shape(self, sequences_shape)

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool | None = None,
    ) -> Any:
        """Returns the output for the tensors of the plan."""
        return keras.layers.Bidirectional.call(
            self,
            sequences,
            initial_state=initial_state,
            mask=only_mask(mask),
            training=training,
        )
