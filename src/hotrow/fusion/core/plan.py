"""Plan of an axis: the one-hots and numbers that a vector consists of, as terms.

The last axis of a tensor that `fuse` follows is a sum of terms: one-hot vectors, of
which only the ids are carried along, and dense parts. A `Plan` says where each of them
lies; the tensors of ids and numbers are given beside it, in the order of the terms.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from keras import ops

from hotrow import backend
from hotrow.ids.id_check import Ids


class Term(NamedTuple):
    """One part of the last axis.

    It comes as one tensor of shape `outer + lengths` (ids, -1 for none) or `outer +
    lengths + (size,)` (numbers), where `outer` are the axes before the last one and
    `lengths` those that `Flatten` or `Reshape` merged into it. Weighted ids come with a
    second tensor of the same shape, of what the ones are multiplied by.

    Attributes:
        size: The number of categories, or of numbers.
        offset: First position on the axis.
        lengths: Axes that were merged into the last one.
        strides: Distance between positions, for each of them.
        is_hot: Whether it is ids.
        is_weighted: Whether a tensor of weights follows.
    """

    size: int
    offset: int = 0
    lengths: tuple[int, ...] = ()
    strides: tuple[int, ...] = ()
    is_hot: bool = True
    is_weighted: bool = False

    def starts(self) -> np.ndarray:
        """Returns the first place of each position, of shape `lengths`."""
        places = np.full((), self.offset, "int64")
        for length, stride in zip(self.lengths, self.strides, strict=True):
            places = places[..., np.newaxis] + np.arange(length) * stride
        return places


class Picked(NamedTuple):
    """The places of a batch that are not zero.

    Attributes:
        ids: int tensor of shape `outer + (count,)`: places of ones, -1 for none; or
            None if there are none.
        weights: Tensor of the same shape, or None for ones.
        dense: Numbers, each a tensor of shape `outer + (size,)` and its places.
    """

    ids: Any | None
    weights: Any | None
    dense: list[tuple[Any, np.ndarray]]


class Plan(NamedTuple):
    """Positions of the terms on an axis.

    Attributes:
        width: Length of the axis.
        terms: Terms of the axis.
    """

    width: int
    terms: tuple[Term, ...]

    def to_config(self) -> dict[str, Any]:
        """Returns the plan as what a file can hold."""
        return {"width": self.width, "terms": [t._asdict() for t in self.terms]}

    @classmethod
    def from_config(cls, config: Any) -> "Plan":
        """Returns a plan from what `to_config` gave."""
        if isinstance(config, Plan):
            return config
        terms = []
        for term in config["terms"]:
            # A file has lists for tuples.
            axes = {name: tuple(term[name]) for name in ("lengths", "strides")}
            terms.append(Term(**{**term, **axes}))
        return cls(config["width"], tuple(terms))

    def as_lists(self, tensors: Any) -> list[list[Any]]:
        """Returns the tensors of each term."""
        flat = list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]
        return [
            [flat.pop(0) for _ in range(2 if term.is_weighted else 1)]
            for term in self.terms
        ]

    def vector_shape(self, shapes: Any) -> tuple[int | None, ...]:
        """Returns the shape of the vectors from that of the tensors."""
        first = tuple(shapes[0] if isinstance(shapes[0], (list, tuple)) else shapes)
        term = self.terms[0]
        inner = len(term.lengths) + (0 if term.is_hot else 1)
        return (*first[: len(first) - inner], self.width)

    def pick(self, tensors: Any) -> Picked:
        """Returns the places that are not zero, from the tensors of the terms."""
        ids, weights, dense = [], [], []
        for term, given in zip(self.terms, self.as_lists(tensors), strict=True):
            starts = term.starts()
            if not term.is_hot:
                places = (starts[..., np.newaxis] + np.arange(term.size)).ravel()
                dense.append((_merge(given[0], len(term.lengths) + 1), places))
                continue
            flat = given[0]
            if starts.any():
                dtype = "int32" if self.width < 2**31 else "int64"
                moved = ops.add(ops.cast(flat, dtype), starts.astype(dtype))
                flat = ops.where(flat < 0, -1, moved)
            ids.append(_merge(flat, len(term.lengths)))
            weight = given[1] if term.is_weighted else None
            if weight is not None:
                weight = _merge(weight, len(term.lengths))
            weights.append(weight)
        if not ids:
            return Picked(None, None, dense)
        return Picked(_joined(ids), _joined_weights(weights, ids), dense)

    def vectors(self, tensors: Any, dtype: str) -> Any:
        """Returns the vectors themselves, zeros and all."""
        picked = self.pick(tensors)
        total = None
        if picked.ids is not None:
            hot = backend.one_hot(picked.ids, self.width, dtype)
            if picked.weights is not None:
                hot = hot * ops.expand_dims(ops.cast(picked.weights, dtype), -1)
            total = ops.sum(hot, axis=-2)
        for numbers, places in picked.dense:
            spread = np.eye(self.width, dtype="float32")[places]
            part = ops.matmul(ops.cast(numbers, dtype), ops.cast(spread, dtype))
            total = part if total is None else total + part
        return total


def _merge(x: Any, count: int) -> Any:
    """Makes one axis of the last `count`; of none, one of length 1."""
    if count == 1:
        return x
    if count == 0:
        return ops.expand_dims(x, -1)
    outer = ops.shape(x)[: len(x.shape) - count]
    return ops.reshape(x, (*outer, math.prod(x.shape[len(x.shape) - count :])))


def _joined(parts: list[Any]) -> Any:
    if len(parts) == 1:
        return parts[0]
    dtype = "int64" if any("64" in str(x.dtype) for x in parts) else "int32"
    return ops.concatenate([ops.cast(x, dtype) for x in parts], axis=-1)


def _joined_weights(weights: list[Any], ids: list[Any]) -> Any | None:
    given = [w for w in weights if w is not None]
    if not given:
        return None
    dtype = given[0].dtype
    return ops.concatenate(
        [
            ops.ones_like(x, dtype=dtype) if w is None else ops.cast(w, dtype)
            for w, x in zip(weights, ids, strict=True)
        ],
        axis=-1,
    )


def checked(ids: Any) -> Ids:
    """Returns ids of which -1 stands for none."""
    seen = backend.peek(ids)
    if seen is not None and (seen.size == 0 or seen.min() >= 0):
        return Ids(ids, None)
    return Ids(ids, ids >= 0)
