"""The first bad id of a batch, in compiled code."""

from typing import Any

from keras import ops


def first_bad(ids: Any, valid: Any) -> tuple[Any, Any]:
    """Returns whether any id is not valid, and the first such id, or 0."""
    size = ops.size(ids)
    bad = ops.logical_not(ops.reshape(valid, (-1,)))
    places = ops.arange(size, dtype="int32")
    first = ops.min(ops.where(bad, places, size), initial=size)
    flat = ops.reshape(ids, (-1,))
    return ops.any(bad), ops.sum(ops.where(ops.equal(places, first), flat, 0))
