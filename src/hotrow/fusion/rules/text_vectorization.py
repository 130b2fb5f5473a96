"""`TextVectorization` with vectors as output, which is not fused."""

from typing import Any

import keras

from hotrow.fusion.core.producers import Producer, Shape


class BagOfWords(Producer):
    """Tells of bags of words why they are not fused."""

    replaces = keras.layers.TextVectorization

    @classmethod
    def makes_one_hots(cls, layer: Any) -> bool:
        """Returns whether `layer` makes vectors of categories."""
        return layer.get_config()["output_mode"] not in ("int", None)

    @classmethod
    def refusal(cls, layer: Any, shape: Shape) -> str | None:
        """Returns why `layer` cannot be fused."""
        return "it makes vectors of texts of any length, and fuse knows those of ids"
