"""The encodings of Keras's preprocessing layers, as ids.

For ids `i` of shape `outer + (n,)` and `V` categories, with 1 where a condition holds:

- `"one_hot"`: `v[..., k, j] = (i[..., k] == j)`, where a last axis of length 1 goes.
- `"multi_hot"`: `v[..., j] = max over k of (i[..., k] == j)`.
- `"count"`: `v[..., j] = sum over k of (i[..., k] == j)`.

So counts are a sum of one-hots, and a multi-hot is the sum of those of distinct ids.
"""

from typing import Any

import keras
from keras import ops

from hotrow.fusion.core.plan import Plan, Term
from hotrow.fusion.core.producers import Producer, Shape
from hotrow.ids.id_check import IdCheck

MODES = ("one_hot", "multi_hot", "count")


def encoding_refusal(mode: str, shape: Shape) -> str | None:
    """Returns why an encoding of ids of this shape cannot be followed, or None."""
    if mode not in MODES:
        return f"it has output_mode={mode!r}, and fuse knows {', '.join(MODES)}"
    if mode == "one_hot":
        return None
    if len(shape) != 2:
        # Keras adds up the second axis, whatever the rank.
        return f"its output_mode={mode!r} is given {len(shape)} axes, and fuse knows 2"
    if shape[-1] is None:
        return f"its output_mode={mode!r} is given an axis whose length is not known"
    return None


def encoding_plan(mode: str, width: int, shape: Shape) -> Plan:
    """Returns the plan of what an encoding makes of ids of this shape."""
    length = shape[-1] if shape else None
    if mode == "one_hot" or length is None or length == 1:
        return Plan(width, (Term(width),))
    # All positions start at the same place: their rows add up.
    return Plan(width, (Term(width, lengths=(length,), strides=(0,)),))


def encoded_shape(shape: Shape) -> Shape:
    """Returns the shape of the ids of an encoding."""
    return shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape


def encode(mode: str, ids: Any, check: IdCheck) -> Any:
    """Returns the ids of an encoding, -1 where there is nothing to encode."""
    ids = ops.convert_to_tensor(ids)
    if len(ids.shape) > 1 and ids.shape[-1] == 1:
        return check.admit(ops.squeeze(ids, -1)).values
    values = check.admit(ids).values
    if mode != "multi_hot":
        return values
    values = ops.sort(values, axis=-1)
    is_new = ops.not_equal(values[..., 1:], values[..., :-1])
    is_new = ops.concatenate([ops.ones_like(is_new[..., :1]), is_new], axis=-1)
    return ops.where(is_new, values, -1)


class IdsOfEncoding(Producer):
    """Mixin of layers of Keras that encode ids, and give the ids instead.

    The layer of Keras is run with `output_mode="int"`. A subclass says in `width_of`
    how many categories a layer has, and in `with_ids` how its config differs.

    Args:
        encodes: The output mode of the layer whose place it takes.
        width: The number of categories.
        *args: Arguments of the layer of Keras.
        **kwargs: More of them.
    """

    def __init__(self, *args: Any, encodes: str, width: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.encodes = encodes
        self.width = width
        name: str = self.name  # type: ignore[attr-defined]
        self._ids = IdCheck(name, width, "zero", None)

    @classmethod
    def makes_one_hots(cls, layer: Any) -> bool:
        """Returns whether `layer` makes vectors of categories, of whatever kind."""
        return bool(layer.output_mode != "int")

    @classmethod
    def refusal(cls, layer: Any, shape: Shape) -> str | None:
        """Returns why `layer` cannot be fused, or None if it can."""
        if layer.sparse:
            return "it gives sparse tensors"
        return encoding_refusal(layer.output_mode, shape)

    @classmethod
    def plan(cls, layer: Any, shape: Shape) -> Plan:
        """Returns the plan of what `layer` makes of an input of this shape."""
        return encoding_plan(layer.output_mode, cls.width_of(layer), shape)

    @classmethod
    def width_of(cls, layer: Any) -> int:
        """Returns the number of categories of `layer`."""
        return int(layer.num_bins)

    @classmethod
    def with_ids(cls, layer: Any) -> dict[str, Any]:
        """Returns the arguments that differ from those of `layer`."""
        return {"dtype": "int32"}

    @classmethod
    def twin(cls, layer: Any, name: str) -> Any:
        """Returns the layer that takes the place of `layer`, under a name."""
        new: Any = cls
        config = {**layer.get_config(), **cls.with_ids(layer)}
        mine = {"encodes": layer.output_mode, "width": cls.width_of(layer)}
        modes = {"output_mode": "int", "sparse": False}
        return new.from_config({**config, **modes, **mine, "name": name})

    def compute_output_spec(self, inputs: Any) -> keras.KerasTensor:
        """Returns the shape and dtype of the ids."""
        shape = tuple(keras.tree.flatten(inputs)[0].shape)
        shape = encoded_shape(shape)
        return keras.KerasTensor(shape, dtype=self._ids.dtype)

    def call(self, inputs: Any) -> Any:
        """Returns the ids of `inputs`."""
        ids = ops.convert_to_tensor(super().call(inputs))  # type: ignore[misc]
        return encode(self.encodes, self.places(ids), self._ids)

    def places(self, ids: Any) -> Any:
        """Returns the places of ones, from what the layer of Keras gives."""
        return ids

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the layer."""
        config: dict[str, Any] = super().get_config()  # type: ignore[misc]
        return {**config, "encodes": self.encodes, "width": self.width}
