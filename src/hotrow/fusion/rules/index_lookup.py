"""`StringLookup` and `IntegerLookup` with vectors as output, as ids."""

from typing import Any

import keras

from hotrow.fusion.core.encoding import IdsOfEncoding
from hotrow.fusion.core.fused_layer import in_place_of
from hotrow.fusion.core.producers import Shape


class _Lookup(IdsOfEncoding):
    """Ids of a lookup: of the place of the one, so -1 for the mask token.

    With a mask token and `output_mode="int"`, Keras gives 0 to this token, and to each
    other one more than the place of its one in a vector.
    """

    mask_token: Any

    @classmethod
    def refusal(cls, layer: Any, shape: Shape) -> str | None:
        """Returns why `layer` cannot be fused, or None if it can."""
        if not layer.get_vocabulary(include_special_tokens=False):
            return "it has no vocabulary yet"
        return super().refusal(layer, shape)

    @classmethod
    def width_of(cls, layer: Any) -> int:
        """Returns the number of categories of `layer`."""
        return int(
            layer.max_tokens if layer.pad_to_max_tokens else layer.vocabulary_size()
        )

    @classmethod
    def with_ids(cls, layer: Any) -> dict[str, Any]:
        """Returns the arguments that differ from those of `layer`."""
        tokens = layer.get_vocabulary(include_special_tokens=False)
        # A mask token takes a place more, of a number that was limited without it.
        return {
            "vocabulary": None if layer.input_vocabulary is None else tokens,
            "vocabulary_size": None,
            "max_tokens": None,
            "pad_to_max_tokens": False,
        }

    @classmethod
    def twin(cls, layer: Any, name: str) -> Any:
        """Returns the layer that takes the place of `layer`, under a name."""
        twin = super().twin(layer, name)
        if layer.input_vocabulary is None:
            # Of `adapt` or a file: saved beside the config, as that of the layer.
            tokens = layer.get_vocabulary(include_special_tokens=False)
            twin.set_vocabulary(tokens)
        return twin

    def places(self, ids: Any) -> Any:
        """Returns the places of ones, from what the layer of Keras gives."""
        return ids if self.mask_token is None else ids - 1


@in_place_of(keras.layers.StringLookup)
class FusedStringLookup(_Lookup, keras.layers.StringLookup):
    """`StringLookup` that gives the ids of its vectors, -1 for the mask token."""


@in_place_of(keras.layers.IntegerLookup)
class FusedIntegerLookup(_Lookup, keras.layers.IntegerLookup):
    """`IntegerLookup` that gives the ids of its vectors, -1 for the mask token."""
