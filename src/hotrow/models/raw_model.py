"""A model together with what turns raw inputs into its ids."""

import functools
import inspect
from typing import Any

import keras
import numpy as np

from hotrow.models.model_inputs import ModelInputs
from hotrow.models.outer_model import OuterModel, callbacks_of
from hotrow.models.raw_inputs import (
    check_lengths,
    columns_of,
    encoded,
    numbers,
    refuse_dataset,
    targets,
)
from hotrow_vocabulary import Vocabulary


@keras.saving.register_keras_serializable(package="hotrow")
class RawModel(OuterModel):
    """A model that takes raw strings: lookups, and the model that takes their ids.

    `predict`, `fit` and `evaluate` look the inputs up and pass the ids to the model.
    `save` writes one `.keras` file with the vocabularies in it, which loads and
    predicts from strings in a fresh process, under every backend, wherever `hotrow` is
    imported. Files of `keras.callbacks.ModelCheckpoint` work the same way, since
    `self.model` of a callback is this model.

    The model within, `raw.model`, stays as it was: it trains on ids, in a data pipeline
    of yours that calls the lookups. Both share their training state: `compiled`,
    `optimizer`, `loss`, `metrics`, `history`, `stop_training` and a custom `train_step`
    are those of `raw.model`. A model that was loaded from a file goes on training with
    the state of its optimizer.

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
        inputs: Tokens as `Lookup` takes them. For a model of several inputs a frame
            (pandas, polars), an Arrow table, a dict of columns or a list of dicts, one
            a row; columns that are no inputs are not read. If the model takes a list of
            inputs, also a list in this order.

    Output shape:
        That of the model.

    Raises:
        ValueError: If an argument is not as above; an input is missing, cannot be
            encoded, or has no lookup and is no numbers (the text names it); or the
            inputs are a dataset: look up in the dataset, and pass it to `raw.model`.
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
            vocabularies = any(isinstance(one, Vocabulary) for one in lookups)
            advice = " Pass `hotrow.Lookup(vocab)`." if vocabularies else ""
            raise ValueError(
                "`lookup` must be a hotrow.Lookup or another layer with a method "
                "`encode`, or a dict from names of inputs to such layers. Received: "
                f"{lookup!r}.{advice}"
            )
        self.model = model
        self.lookup = lookup
        self._check_names()

    def encode(self, inputs: Any) -> Any:
        """Returns the inputs of the model: ids in place of tokens, in NumPy.

        Args:
            inputs: Raw inputs, as for a call.

        Raises:
            ValueError: If an input is missing, cannot be encoded, has no lookup and is
                no numbers, or has another number of rows than the others. The text
                names it.
        """
        refuse_dataset(inputs)
        takes, columns = self._takes(), columns_of(inputs)
        if not isinstance(self.lookup, dict):
            values = inputs if columns is None else takes.only_column(columns)
            ids = encoded(None, self.lookup, values)
            return takes.shaped(None, ids)
        if columns is None:
            columns = takes.in_order(inputs, list(self.lookup))
        wanted = takes.named or dict.fromkeys([*self.lookup, *columns])
        for name in wanted:
            if name not in columns:
                raise ValueError(
                    f"An input is missing: {name!r}. Received: the inputs "
                    f"{', '.join(map(repr, columns))}. Pass all of "
                    f"{', '.join(map(repr, wanted))}."
                )
        arrays = {
            name: encoded(name, self.lookup[name], columns[name])
            if name in self.lookup
            else numbers(name, columns[name], getattr(tensor, "dtype", None))
            for name, tensor in wanted.items()
        }
        check_lengths(arrays)
        return takes.structured(
            {name: takes.shaped(name, array) for name, array in arrays.items()}
        )

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Calls the model on raw inputs."""
        return self.model(self.encode(inputs), **kwargs)

    def call(self, inputs: Any) -> Any:
        """Returns what the model returns for raw inputs."""
        return self.model(self.encode(inputs))

    def fit(self, x: Any = None, y: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Trains the model on raw inputs, all looked up before the first step.

        Args:
            x: Raw inputs.
            y: Targets: an array, a list of numbers or a Series.
            *args: As for `keras.Model.fit`.
            **kwargs: As for `keras.Model.fit`. The inputs in `validation_data` are raw,
                or those of a dataset as for `self.model`. `callback.model` is this
                model, so that `keras.callbacks.ModelCheckpoint` writes files that take
                raw inputs.
        """
        return self._run("fit", (x, y, *args), kwargs)

    def evaluate(self, x: Any = None, y: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Evaluates the model on raw inputs, with the arguments of Keras."""
        return self._run("evaluate", (x, y, *args), kwargs)

    def predict(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Predicts from raw inputs, as Keras does. There may be no rows."""
        return self._run("predict", (x, *args), kwargs)

    def predict_on_batch(self, x: Any) -> Any:
        """Predicts from one batch of raw inputs."""
        return self._run("predict_on_batch", (x,), {})

    def train_on_batch(self, x: Any, y: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Trains the model on one batch of raw inputs."""
        return self._run("train_on_batch", (x, y, *args), kwargs)

    def test_on_batch(self, x: Any, y: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Evaluates the model on one batch of raw inputs."""
        return self._run("test_on_batch", (x, y, *args), kwargs)

    def save(self, filepath: Any, *args: Any, **kwargs: Any) -> None:
        """Saves the model with its vocabularies as a `.keras` file, as Keras does.

        Raises:
            ValueError: If the path is that of an HDF5 file, which has no room for them.
        """
        if str(filepath).endswith((".h5", ".hdf5")):
            raise ValueError(
                "A RawModel is saved as a `.keras` file: HDF5 has no room for its "
                f"vocabularies. Received: filepath={str(filepath)!r}."
            )
        super().save(filepath, *args, **kwargs)

    def load_weights(self, filepath: Any, *args: Any, **kwargs: Any) -> None:
        """Loads weights, if they were trained with the vocabularies of this model.

        Raises:
            ValueError: If they were not, or do not fit the model.
        """
        try:
            super().load_weights(filepath, *args, **kwargs)
        except ValueError as error:
            # A table of another size fails as well, and Keras tells of one failure.
            for lookup in self._lookups():
                cause = getattr(lookup, "load_error", None)
                if cause is not None:
                    raise cause from error
            raise

    def export(self, *args: Any, **kwargs: Any) -> None:
        """Raises `ValueError`: strings are looked up in Python, outside of a graph."""
        raise ValueError(
            "A RawModel cannot be exported: it looks raw inputs up in Python. Export "
            "`raw.model`, which takes ids, and pass it what `raw.encode` returns; or "
            "`save` the RawModel as a `.keras` file."
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the model; of vocabularies their digests."""
        serialize = keras.saving.serialize_keras_object
        model = serialize(self.model)
        # Keras compiles this model, which compiles that one.
        model.pop("compile_config", None)
        lookup = self.lookup
        # Pairs, since Keras reads a dict with some names as an object of its own.
        lookups = (
            [[name, serialize(one)] for name, one in lookup.items()]
            if isinstance(lookup, dict)
            else serialize(lookup)
        )
        return {"name": self.name, "model": model, "lookup": lookups}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Makes the model of its config; the vocabularies come with the file."""

        def made(part: dict[str, Any]) -> Any:
            return keras.saving.deserialize_keras_object(
                part, custom_objects=custom_objects
            )

        lookup = config["lookup"]
        lookups = (
            {name: made(one) for name, one in lookup}
            if isinstance(lookup, list)
            else made(lookup)
        )
        return cls(made(config["model"]), lookups, name=config["name"])

    def _lookups(self) -> list[keras.Layer]:
        lookup = self.lookup
        return list(lookup.values()) if isinstance(lookup, dict) else [lookup]

    def _check_names(self) -> None:
        self._takes().check(self.lookup)

    def _takes(self) -> ModelInputs:
        lookups = self.lookup if isinstance(self.lookup, dict) else ()
        return ModelInputs(self.model, list(lookups))

    def _targets(self, y: Any) -> Any:
        return targets(y)

    def _run(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Calls a method of the model within on encoded arguments."""
        method = getattr(type(self.model), name)
        bound = _signature(method).bind(self.model, *args, **kwargs)
        given = bound.arguments
        validation = given.get("validation_data")
        if isinstance(validation, (tuple, list)):
            given["validation_data"] = self._encode_data(*validation)
        data = (given.get(part) for part in ("x", "y", "sample_weight"))
        x, y, weight = self._encode_data(*data)
        if y is None and not name.startswith("predict") and self.needs_targets():
            raise ValueError(
                f"`{name}` needs targets: the model was compiled with the loss "
                f"{self.loss!r}. Received: y=None. Pass `{name}(x, y)`."
            )
        for part, array in (("x", x), ("y", y), ("sample_weight", weight)):
            if part in given:
                given[part] = array
        if len(keras.tree.flatten(x)[0]) == 0:
            return self._of_no_rows(name, x)
        with callbacks_of(self, given.get("callbacks")):
            return method(*bound.args, **bound.kwargs)

    def _encode_data(self, x: Any, y: Any = None, weight: Any = None) -> Any:
        return self.encode(x), self._targets(y), targets(weight, "Sample weights")

    def _of_no_rows(self, name: str, inputs: Any) -> Any:
        if not name.startswith("predict"):
            raise ValueError(f"There are no rows: `{name}` needs one at least.")
        # Keras predicts no empty batch: one row shows what a row's result is.
        row = keras.tree.map_structure(
            lambda array: np.zeros((1, *array.shape[1:]), array.dtype), inputs
        )
        one = self.model.predict(row, verbose=0)
        return keras.tree.map_structure(lambda array: array[:0], one)


# To find it out takes as long as to encode some hundred tokens.
_signature = functools.lru_cache(maxsize=64)(inspect.signature)


def _is_encoder(layer: Any) -> bool:
    return isinstance(layer, keras.Layer) and hasattr(layer, "encode")
