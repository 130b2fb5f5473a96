"""The inputs that a model takes: their names, their order and their structure."""

from collections.abc import Mapping
from typing import Any

import keras

from hotrow import keras_compat


class ModelInputs:
    """The inputs of a model, as far as it says.

    Args:
        model: The model.
        lookups: Names of inputs that have a lookup.

    Attributes:
        named: The symbolic inputs by their names, in the order of the model; None where
            it is no graph yet, or its inputs have a deeper structure.
    """

    def __init__(self, model: keras.Model, lookups: list[str]) -> None:
        self._structure: Any = None
        if isinstance(model, keras.Sequential):
            inputs = getattr(model, "inputs", None)
            self._structure = inputs[0] if inputs else None
        elif keras_compat.is_functional(model):
            self._structure = model.input
        self.named = self._names(lookups)

    def _names(self, lookups: list[str]) -> dict[str, keras.KerasTensor] | None:
        inputs = self._structure
        if isinstance(inputs, keras.KerasTensor):
            # One input has the name that its lookup has, whatever Keras calls it.
            return {lookups[0] if len(lookups) == 1 else inputs.name: inputs}
        if isinstance(inputs, Mapping):
            named = dict(inputs)
        else:
            named = {getattr(x, "name", ""): x for x in inputs or ()}
        plain = all(isinstance(x, keras.KerasTensor) for x in named.values())
        return named if named and plain else None

    def check(self, lookup: Any) -> None:
        """Raises `ValueError` if lookups and inputs do not belong together."""
        if self.named is None:
            return
        names = ", ".join(map(repr, self.named))
        if not isinstance(lookup, dict):
            if len(self.named) > 1:
                raise ValueError(
                    f"The model has the inputs {names}, so `lookup` must be a dict "
                    f"with some of these names as keys. Received: {lookup!r}."
                )
            return
        for name in lookup:
            if name not in self.named:
                raise ValueError(
                    f"The model has no input {name!r}, which `lookup` has. It has the "
                    f"inputs {names}."
                )

    def only_column(self, columns: dict[str, Any]) -> Any:
        """Returns the column that a model of one input takes."""
        known = [name for name in self.named or () if name in columns]
        if len(columns) > 1 and not known:
            raise ValueError(
                "This model takes one input. Received: the columns "
                f"{', '.join(map(repr, columns))}. Pass one of them."
            )
        return columns[known[0] if known else next(iter(columns))]

    def in_order(self, inputs: Any, lookups: list[str]) -> dict[str, Any]:
        """Returns inputs that came without names, by their names."""
        named = self.named
        if named and len(named) == 1:
            return {next(iter(named)): inputs}
        if (
            named
            and isinstance(self._structure, (list, tuple))
            and isinstance(inputs, (list, tuple))
            and len(inputs) == len(named)
            and not any(isinstance(x, (str, bytes)) for x in inputs)
        ):
            return dict(zip(named, inputs, strict=True))
        raise ValueError(
            f"This model takes a dict of inputs. Received: {type(inputs).__name__}. "
            f"Pass a frame or a dict with the keys {', '.join(named or lookups)}."
        )

    def shaped(self, name: str | None, array: Any) -> Any:
        """Returns an array with as many axes as the model's input of that name.

        Keras adds or drops a last axis of 1 itself; TensorFlow then refuses a model's
        second number of axes.

        Args:
            name: Name of the input, or None for the only one.
            array: One value a row, or one row a row.

        Raises:
            ValueError: If the rows have another shape than the model takes.
        """
        if name is None:
            name = next(iter(self.named or {}), "")
        tensor = (self.named or {}).get(name)
        if tensor is None:
            return array
        wanted, received = tuple(tensor.shape[1:]), tuple(array.shape[1:])
        shapes = [received, (*received, 1)]
        if received[-1:] == (1,):
            shapes.append(received[:-1])
        for shape in shapes:
            if _fits(shape, wanted):
                return array.reshape((len(array), *shape))
        raise ValueError(
            f"The input {name!r} takes rows of shape {wanted}. Received: rows of shape "
            f"{received}."
        )

    def structured(self, arrays: dict[str, Any]) -> Any:
        """Returns inputs by name in the structure that the model takes."""
        if isinstance(self._structure, keras.KerasTensor):
            return next(iter(arrays.values()))
        if isinstance(self._structure, (list, tuple)):
            return list(arrays.values())
        return arrays


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        size is None or size == got for got, size in zip(shape, wanted, strict=True)
    )
