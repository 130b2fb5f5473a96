"""A model together with what turns raw inputs into its ids."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np


@keras.saving.register_keras_serializable(package="hotrow")
class RawModel(keras.Model):
    """A model that takes raw strings: lookups, and the model that takes their ids.

    `predict`, `fit` and `evaluate` look the inputs up and pass the ids to the model.
    `save` writes one `.keras` file with the vocabularies in it, which loads and
    predicts from strings in a fresh process, under every backend, wherever `hotrow` is
    imported.

    The model itself stays as it was: `raw.model` trains on ids, in a data pipeline of
    yours that calls the lookups, and `raw` sees its new weights.

    Example:

    >>> vocab = hotrow.Vocabulary(["Oslo", "Paris"])
    >>> model = keras.Sequential([hotrow.Embedding(len(vocab), 1)])
    >>> raw = hotrow.RawModel(model, hotrow.Lookup(vocab))
    >>> raw.predict(["Paris", "Oslo", "???"], verbose=0).shape
    (3, 1)

    Args:
        model: The model that takes ids.
        lookup: A `hotrow.Lookup`, or another layer with a method `encode` from raw
            values to a NumPy array; or for a model of several inputs a dict from names
            of inputs to such layers. Inputs without one are passed on as they are.
        **kwargs: `name`, as in every Keras model.

    Call arguments:
        inputs: Tokens as `Lookup` takes them, or a dict of such and of arrays. A
            frame is a dict of its columns: `dict(frame)`.

    Output shape:
        That of the model.

    Raises:
        ValueError: If an argument is not as above, an input is missing, or the inputs
            are a dataset: look up in the dataset, and pass it to `raw.model`.
    """

    def __init__(
        self,
        model: keras.Model,
        lookup: keras.Layer | dict[str, keras.Layer],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        lookups = list(lookup.values()) if isinstance(lookup, dict) else [lookup]
        if not lookups or not all(map(_is_encoder, lookups)):
            raise ValueError(
                "`lookup` must be a hotrow.Lookup or another layer with a method "
                "`encode`, or a dict from names of inputs to such layers. Received: "
                f"{lookup!r}."
            )
        self.model = model
        self.lookup = lookup
        self.built = True

    def encode(self, inputs: Any) -> Any:
        """Returns the inputs of the model: ids in place of tokens, in NumPy."""
        if not isinstance(self.lookup, dict):
            return self._encode(self.lookup, inputs)
        if not isinstance(inputs, Mapping):
            raise ValueError(
                "This model takes a dict of inputs. Received: "
                f"{type(inputs).__name__}. Pass a dict with the keys "
                f"{', '.join(self.lookup)}; of a frame, `dict(frame)`."
            )
        missing = [name for name in self.lookup if name not in inputs]
        if missing:
            raise ValueError(
                f"An input is missing: {missing[0]!r}. Received: a dict with the keys "
                f"{', '.join(map(str, inputs))}."
            )
        return {
            name: self._encode(self.lookup[name], value)
            if name in self.lookup
            else np.asarray(value)
            for name, value in inputs.items()
        }

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Calls the model on raw inputs."""
        return self.model(self.encode(inputs), **kwargs)

    def call(self, inputs: Any) -> Any:
        """Returns what the model returns for raw inputs."""
        return self.model(self.encode(inputs))

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Compiles the model."""
        self.model.compile(*args, **kwargs)

    def fit(self, x: Any, y: Any = None, **kwargs: Any) -> Any:
        """Trains the model on raw inputs, all looked up before the first step."""
        data = kwargs.pop("validation_data", None)
        if isinstance(data, (tuple, list)):
            data = (self.encode(data[0]), *data[1:])
        return self.model.fit(self.encode(x), y, validation_data=data, **kwargs)

    def evaluate(self, x: Any, y: Any = None, **kwargs: Any) -> Any:
        """Evaluates the model on raw inputs."""
        return self.model.evaluate(self.encode(x), y, **kwargs)

    def predict(self, x: Any, **kwargs: Any) -> Any:
        """Predicts from raw inputs."""
        return self.model.predict(self.encode(x), **kwargs)

    def predict_on_batch(self, x: Any) -> Any:
        """Predicts from one batch of raw inputs."""
        return self.model.predict_on_batch(self.encode(x))

    def train_on_batch(self, x: Any, y: Any = None, **kwargs: Any) -> Any:
        """Trains the model on one batch of raw inputs."""
        return self.model.train_on_batch(self.encode(x), y, **kwargs)

    def test_on_batch(self, x: Any, y: Any = None, **kwargs: Any) -> Any:
        """Evaluates the model on one batch of raw inputs."""
        return self.model.test_on_batch(self.encode(x), y, **kwargs)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the model, but for the vocabularies."""
        return {
            "name": self.name,
            "model": keras.saving.serialize_keras_object(self.model),
            "lookup": keras.saving.serialize_keras_object(self.lookup),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Makes the model of its config; the vocabularies come with the file."""
        made = {
            name: keras.saving.deserialize_keras_object(
                config[name], custom_objects=custom_objects
            )
            for name in ("model", "lookup")
        }
        return cls(**made, name=config["name"])

    @staticmethod
    def _encode(lookup: keras.Layer, inputs: Any) -> np.ndarray:
        if hasattr(inputs, "element_spec") or isinstance(inputs, keras.utils.PyDataset):
            raise ValueError(
                "A RawModel takes raw inputs as lists, arrays or columns. Received: a "
                f"dataset ({type(inputs).__name__}). Call the Lookup in the dataset, "
                "and pass the dataset to `raw.model`."
            )
        return lookup.encode(inputs)


def _is_encoder(layer: Any) -> bool:
    return isinstance(layer, keras.Layer) and hasattr(layer, "encode")
