"""The model of a table, from raw columns to predictions, in one file."""

import difflib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from hotrow.layers.raw_model import RawModel
from hotrow.tabular.network.inputs import side_by_side
from hotrow.tabular.network.predicting import predict_rows
from hotrow.tabular.run_error import RunError
from hotrow.tabular.schema import Schema
from hotrow.vocabulary.arrow import pa


@keras.saving.register_keras_serializable(package="hotrow")
class TableModel(RawModel):
    """A model that takes the raw columns of a table.

    `hotrow.tabular.fit` makes it. `save` writes one `.keras` file with all that it
    needs to predict from raw columns in a fresh process, under every backend, wherever
    `hotrow` is imported: the network, the vocabularies and scales of the columns, and
    the classes of the target.

    Args:
        model: The network, which takes encoded columns.
        lookup: What encodes each column, by the column's name.
        target_encoder: What makes raw values of the network's outputs.
        schema: The `Schema` of the table, or what its `to_json` gave.
        **kwargs: `name`, as in every Keras model.

    Call arguments:
        inputs: A frame, an Arrow table or a dict of columns, of raw values.

    Output shape:
        `(rows, 1)`: the probability of the second class, or the number; or
        `(rows, classes)`, the probabilities of all.
    """

    lookup: dict[str, Any]

    def __init__(
        self,
        model: keras.Model,
        lookup: dict[str, keras.Layer],
        target_encoder: keras.Layer,
        schema: Schema | dict[str, Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(model, lookup, **kwargs)
        self.target_encoder = target_encoder
        if not isinstance(schema, Schema):
            schema = Schema.from_json(schema)
        self.schema = schema

    def encode(self, inputs: Any) -> dict[str, np.ndarray]:
        """Returns the inputs of the network.

        Args:
            inputs: A frame, an Arrow table or a dict of columns. Of columns that the
                model does not know, nothing is read.

        Raises:
            ValueError: If a column is missing.
        """
        names = _names(inputs)
        for note in self.check_columns(names):
            warnings.warn(note, stacklevel=3)
        encoded = {name: self.lookup[name].encode(inputs[name]) for name in self.lookup}
        return side_by_side(self.schema, encoded)

    def check_columns(self, names: Sequence[str]) -> list[str]:
        """Returns notes on columns that are not read.

        Args:
            names: Of the columns of a table.

        Raises:
            ValueError: If a column that the model reads is missing.
        """
        for name in self.lookup:
            if name not in names:
                near = difflib.get_close_matches(name, names, n=3)
                hint = f" Near to it: {', '.join(map(repr, near))}." if near else ""
                raise RunError(
                    f"The column {name!r} is missing: the model was trained with it."
                    f"{hint} The table has the columns "
                    f"{', '.join(map(repr, names))}. Add it, with empty values if they "
                    "are not known."
                )
        schema = self.schema
        known = {column.name for column in schema.columns} | {schema.target.name}
        new = [name for name in names if name not in known]
        if not new:
            return []
        which = ", ".join(map(repr, new[:5])) + (", ..." if len(new) > 5 else "")
        return [f"Columns that the model was trained without are not read: {which}."]

    def predict(self, x: Any, **kwargs: Any) -> np.ndarray:
        """Returns what the network gives for raw columns, as in the output shape."""
        return predict_rows(self.model, self.encode(x))

    def predict_batches(self, batches: Any) -> Iterator[Any]:
        """Yields predictions for batches of raw columns, as Arrow batches.

        The column `prediction` is the class or the number. Of a classification, a
        column such as `probability_yes` for each class follows.

        Args:
            batches: Arrow batches with all columns that the model reads.
        """
        for batch in batches:
            yield self.answers(self.predict(batch))

    def answers(self, predicted: np.ndarray) -> Any:
        """Returns the outputs of the network as an Arrow batch of raw values."""
        classes = self.schema.target.classes
        kind = pa.float64()
        if classes is not None:
            is_text = any(isinstance(value, str) for value in classes)
            kind = pa.large_string() if is_text else pa.int64()
        columns = {"prediction": pa.array(self.target_encoder.decode(predicted), kind)}
        if classes is not None:
            if self.schema.target.task == "binary":
                predicted = np.concatenate([1 - predicted, predicted], axis=1)
            for number, value in enumerate(classes):
                columns[f"probability_{value}"] = pa.array(predicted[:, number])
        return pa.RecordBatch.from_pydict(columns)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the model, but for the vocabularies."""
        return {
            **super().get_config(),
            "target_encoder": keras.saving.serialize_keras_object(self.target_encoder),
            "schema": self.schema.to_json(),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Makes the model of its config; the vocabularies come with the file."""
        made = {
            name: keras.saving.deserialize_keras_object(
                config[name], custom_objects=custom_objects
            )
            for name in ("model", "lookup", "target_encoder")
        }
        return cls(**made, schema=config["schema"], name=config["name"])


def _names(inputs: Any) -> list[str]:
    if isinstance(inputs, Mapping):
        return [str(name) for name in inputs]
    if hasattr(inputs, "column_names"):
        return list(inputs.column_names)
    if hasattr(inputs, "schema") and hasattr(inputs.schema, "names"):
        return list(inputs.schema.names)
    if hasattr(inputs, "columns"):
        return [str(name) for name in inputs.columns]
    raise RunError(
        "A model of a table takes a frame, an Arrow table or a dict of columns. "
        f"Received: {type(inputs).__name__}. Pass a dict such as {{'age': [31, 50]}}."
    )
