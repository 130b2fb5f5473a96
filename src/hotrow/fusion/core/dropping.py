"""Dropout of one-hot vectors: what it does to the one, without the zeros."""

from typing import Any

import keras
from keras import ops

from hotrow.fusion.core.plan import Plan


def drop_places(
    plan: Plan, tensors: Any, rate: float, seed: Any
) -> tuple[Plan, list[Any]]:
    """Drops each number by itself, as `Dropout` does: for a one-hot, its one.

    Returns:
        The plan, whose ids are weighted, and its tensors.
    """

    def drop(shape: Any, dtype: str) -> Any:
        return keras.random.dropout(ops.ones(shape, dtype), rate, seed=seed)

    def of_ids(ids: Any, dtype: str) -> Any:
        return drop(ops.shape(ids), dtype)

    return _weighted(plan, tensors, of_ids, drop)


def drop_categories(
    plan: Plan, tensors: Any, rate: float, seed: Any
) -> tuple[Plan, list[Any]]:
    """Drops a category in all steps of a sample at once, as `SpatialDropout1D` does.

    Steps with the same id share what befalls it: each takes the draw of the first of
    them in the order of ids. Costs a sort of each sample, whatever the categories.

    Args:
        plan: Plan of tensors whose first axes are samples and steps.
        tensors: Tensors of the plan.
        rate: The part that is dropped.
        seed: A seed generator.

    Returns:
        The plan, whose ids are weighted, and its tensors.
    """

    def of_ids(ids: Any, dtype: str) -> Any:
        order = ops.argsort(ids, axis=1)
        ids = ops.take_along_axis(ids, order, axis=1)
        is_new = ops.cast(ids[:, 1:] != ids[:, :-1], "int32")
        before = [[0, 0], [1, 0], *([0, 0] for _ in ids.shape[2:])]
        group = ops.pad(ops.cumsum(is_new, axis=1), before)
        place = ops.take_along_axis(group, ops.argsort(order, axis=1), axis=1)
        draws = keras.random.dropout(ops.ones(ops.shape(ids), dtype), rate, seed=seed)
        return ops.take_along_axis(draws, place, axis=1)

    def of_numbers(shape: Any, dtype: str) -> Any:
        ones = ops.ones((shape[0], 1, *shape[2:]), dtype)
        return keras.random.dropout(ones, rate, seed=seed)

    return _weighted(plan, tensors, of_ids, of_numbers)


def dropping_refusal(plan: Plan) -> str | None:
    """Returns why places of a plan cannot be dropped one by one, or None if they can.

    Positions of a term that start at the same place may mean the same number, of which
    there is one draw.
    """
    if any(0 in term.strides for term in plan.terms):
        return "it drops sums of one-hots, and fuse drops single ones"
    return None


def weighted(plan: Plan) -> Plan:
    """Returns the plan with all ids weighted."""
    terms = (term._replace(is_weighted=term.is_hot) for term in plan.terms)
    return plan._replace(terms=tuple(terms))


def _weighted(
    plan: Plan, tensors: Any, of_ids: Any, of_numbers: Any
) -> tuple[Plan, list[Any]]:
    dtype = keras.config.floatx()
    result = []
    for term, (first, *weights) in zip(plan.terms, plan.as_lists(tensors), strict=True):
        if term.is_hot:
            drawn = of_ids(first, dtype)
            if weights:
                drawn = drawn * ops.cast(weights[0], dtype)
            result += [first, drawn]
        else:
            drawn = of_numbers(ops.shape(first), dtype)
            result.append(first * ops.cast(drawn, first.dtype))
    return weighted(plan), result
