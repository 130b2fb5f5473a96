"""Learning rates and optimizers of single layers."""

import numbers
import re
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import keras

# A config names variables by their places in the list that the optimizer was built on.
_PLACES, _COUNT = "places", "count"


class PerLayer:
    """Pairs of a selection of variables and what they are trained with.

    A selection is a name, a regular expression of a path, a layer, a predicate on
    variables, or a list of these. The value is a multiplier of the learning rate or an
    optimizer. For each variable the first pair that selects it counts.

    Args:
        pairs: A dictionary or a list of pairs, or None.
    """

    def __init__(self, pairs: Any) -> None:
        pairs = pairs.items() if isinstance(pairs, Mapping) else pairs or []
        if isinstance(pairs, str) or not isinstance(pairs, Iterable):
            raise ValueError(_wrong(pairs))
        self._pairs: list[tuple[Any, float | keras.Optimizer]] = []
        for pair in pairs:
            if not isinstance(pair, (tuple, list)) or len(pair) != 2:
                raise ValueError(_wrong(pair))
            self._pairs.append((_checked_selection(pair[0]), _checked_value(pair[1])))
        self._variables: list[keras.Variable] | None = None

    @property
    def optimizers(self) -> list[keras.Optimizer]:
        """The optimizers among the values, each once."""
        found: dict[int, keras.Optimizer] = {
            id(value): value
            for _, value in self._pairs
            if isinstance(value, keras.Optimizer)
        }
        return list(found.values())

    def bind(self, variables: list[keras.Variable]) -> None:
        """Takes the variables that are trained; warns of a name that none of them has.

        A layer may be frozen, and a predicate may know what it does.
        """
        self._variables = variables
        for one in [one for selection, _ in self._pairs for one in _flat(selection)]:
            if isinstance(one, str) and not any(_selects(one, v) for v in variables):
                paths = ", ".join(repr(v.path) for v in variables[:20])
                warnings.warn(
                    f"per_layer: no trainable variable is named {one!r}. A name is "
                    "that of a layer or a variable, or a regular expression of the "
                    f"whole path. Paths: {paths}.",
                    stacklevel=4,
                )
            if isinstance(one, dict) and one[_COUNT] != len(variables):
                raise ValueError(
                    "per_layer of this optimizer comes from the config of one that "
                    f"trained {one[_COUNT]} variables, of which it names "
                    f"{one[_PLACES]} by their places. Received: {len(variables)} "
                    "variables. Pass per_layer with names or layers."
                )

    def value_of(self, variable: keras.Variable) -> float | keras.Optimizer | None:
        """Returns what a variable is to be trained with, or None if nothing is said."""
        for selection, value in self._pairs:
            if any(self._selects(one, variable) for one in _flat(selection)):
                return value
        return None

    def _selects(self, one: Any, variable: keras.Variable) -> bool:
        if isinstance(one, dict):
            among = self._variables or []
            return any(variable is among[place] for place in one[_PLACES])
        return _selects(one, variable)

    def get_config(self) -> list[list[Any]]:
        """Returns the pairs, layers and predicates as places of variables."""
        return [
            [
                [self._as_config(one) for one in _flat(selection)],
                value
                if isinstance(value, float)
                else keras.optimizers.serialize(value),
            ]
            for selection, value in self._pairs
        ]

    def _as_config(self, one: Any) -> Any:
        if isinstance(one, (str, dict)):
            return one
        if self._variables is not None:
            places = [i for i, v in enumerate(self._variables) if _selects(one, v)]
            return {_PLACES: places, _COUNT: len(self._variables)}
        if isinstance(one, keras.Layer):
            # Not built: only its name is known.
            return one.name
        return keras.saving.serialize_keras_object(one)


def _flat(selection: Any) -> list[Any]:
    return selection if isinstance(selection, list) else [selection]


def _selects(one: Any, variable: keras.Variable) -> bool:
    if isinstance(one, str):
        if one in variable.path.split("/"):
            return True
        try:
            return re.fullmatch(one, variable.path) is not None
        except re.error:
            return False
    if isinstance(one, keras.Layer):
        return any(variable is weight for weight in one.weights)
    return bool(one(variable))


def _checked_selection(selection: Any) -> Any:
    if isinstance(selection, (list, tuple)):
        return [_checked_selection(one) for one in selection]
    if isinstance(selection, dict) and "class_name" in selection:
        selection = keras.saving.deserialize_keras_object(selection)
    if isinstance(selection, dict) and set(selection) == {_PLACES, _COUNT}:
        return selection
    if isinstance(selection, (str, keras.Layer)) or callable(selection):
        return selection
    raise ValueError(_wrong(selection))


def _checked_value(value: Any) -> float | keras.Optimizer:
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        if value < 0:
            raise ValueError(
                "per_layer: a multiplier of the learning rate must be 0 or more. "
                f"Received: {value}."
            )
        return float(value)
    try:
        optimizer: keras.Optimizer | None = keras.optimizers.get(value)
    except ValueError:
        optimizer = None
    if optimizer is None:
        raise ValueError(_wrong(value))
    return optimizer


def _wrong(received: Any) -> str:
    return (
        "per_layer takes a dictionary or a list of pairs. Each names variables, by the "
        "name of a layer, a regular expression of a path, a layer, a function of a "
        "variable, or a list of these; and gives a multiplier of the learning rate or "
        f"an optimizer. Received: {received!r}."
    )
