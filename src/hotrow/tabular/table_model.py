"""The model of a table, from raw columns to predictions, in one file."""

import difflib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from hotrow.models.raw_inputs import check_lengths, encoded, refuse_dataset
from hotrow.models.raw_model import RawModel
from hotrow.tabular.network.input_layout import InputLayout
from hotrow.tabular.network.predicting import predict_rows
from hotrow.tabular.reading.frames import frame_columns
from hotrow.tabular.run_error import RunError
from hotrow.tabular.schema import Schema
from hotrow.tabular.unread import UnreadValues
from hotrow_common.arrow import pa


@keras.saving.register_keras_serializable(package="hotrow")
class TableModel(RawModel):
    """A model that takes the raw columns of a table.

    `hotrow.tabular.fit` makes it. `save` writes one `.keras` file with all that it
    needs to predict from raw columns in a fresh process, under every backend, wherever
    `hotrow` is imported: the network, the vocabularies and scales of the columns, and
    the classes of the target.

    Args:
        model: The network, which takes the inputs of the layout. For a regression it
            gives numbers in the scale of `target_encoder.scaled`.
        lookup: What encodes each column, by the column's name.
        target_encoder: What makes raw values of the network's outputs.
        schema: The `Schema` of the table, or what its `to_json` gave.
        layout: The `InputLayout` of the network, or what its `to_json` gave.
        **kwargs: `name`, as in every Keras model.

    Call arguments:
        inputs: A frame, an Arrow table or a dict of columns, of raw values.

    Output shape:
        `(rows, 1)`: the probability of the second class, or the number in the target's
        own units; or `(rows, classes)`, the probabilities of all. Numbers out of
        `predict` are float64, in which 1e15 and 1e15 + 1 differ; those out of a call
        are a tensor of float32.
    """

    lookup: dict[str, Any]

    def __init__(
        self,
        model: keras.Model,
        lookup: dict[str, keras.Layer],
        target_encoder: keras.Layer,
        schema: Schema | dict[str, Any],
        layout: InputLayout | dict[str, Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(model, lookup, **kwargs)
        self.target_encoder = target_encoder
        if not isinstance(schema, Schema):
            schema = Schema.from_json(schema)
        self.schema = schema
        if not isinstance(layout, InputLayout):
            layout = InputLayout.from_json(layout)
        self.layout = layout

    def encode(self, inputs: Any) -> dict[str, np.ndarray]:
        """Returns the inputs of the network.

        Args:
            inputs: A frame, an Arrow table or a dict of columns. Of columns that the
                model does not know, nothing is read.

        Raises:
            ValueError: If a column is missing.
        """
        refuse_dataset(inputs)
        columns = frame_columns(inputs)
        if columns is None:
            raise RunError(
                "A model of a table takes a frame, an Arrow table or a dict of columns."
                f" Received: {type(inputs).__name__}. Pass a dict such as "
                "{'age': [31, 50]}."
            )
        notes = self.check_columns(list(columns))
        unread = UnreadValues(self.lookup)
        arrays = self._encoded(columns, unread)
        for note in (*notes, *unread.notes()):
            warnings.warn(note, stacklevel=3)
        return arrays

    def _encoded(
        self, columns: Mapping[str, Any], unread: UnreadValues, row: int = 0
    ) -> dict[str, np.ndarray]:
        """Returns the inputs of the network, and counts what could not be read."""
        arrays = {
            name: encoded(name, self.lookup[name], columns[name])
            for name in self.lookup
        }
        check_lengths(arrays)
        unread.add(columns, row, arrays)
        return self.layout.inputs(arrays)

    def check_columns(self, names: Sequence[str]) -> list[str]:
        """Returns notes on columns that are not read.

        Args:
            names: Names of the columns of a table.

        Raises:
            ValueError: If a column that the model reads is missing.
        """
        given = set(names)
        for name in self.lookup:
            if name not in given:
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

    def _check_names(self) -> None:
        # Columns are put together into the inputs of the network.
        pass

    def _targets(self, y: Any) -> Any:
        """Returns raw values of the target as what the network is trained on."""
        if y is None:
            return None
        array = self.target_encoder.encode(y)
        missing = np.isnan(array) if array.dtype.kind == "f" else array < 0
        if missing.any():
            raise RunError(
                f"A value of the target is missing, in row {missing.argmax()} of "
                f"{len(array)}. Leave out the rows that have none."
            )
        return self.target_encoder.scaled(array) if self._is_regression else array

    @property
    def _is_regression(self) -> bool:
        return bool(self.target_encoder.task == "regression")

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Calls the model on raw columns."""
        outputs = super().__call__(inputs, **kwargs)
        if not self._is_regression:
            return outputs
        encoder = self.target_encoder
        return keras.layers.Rescaling(encoder.std, encoder.mean)(outputs)

    def predict(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Returns predictions for raw columns, of the output shape.

        Args:
            x: A frame, an Arrow table or a dict of columns.
            *args: As for `keras.Model.predict`.
            **kwargs: As for `keras.Model.predict`.
        """
        # Sizes of batches that are the same from call to call compile once.
        if not args and set(kwargs) <= {"verbose"} and not kwargs.get("verbose"):
            outputs = predict_rows(self.model, self.encode(x))
        else:
            outputs = super().predict(x, *args, **kwargs)
        return self._in_units(outputs)

    def predict_on_batch(self, x: Any) -> Any:
        """Returns predictions for one batch of raw columns."""
        return self._in_units(super().predict_on_batch(x))

    def _in_units(self, outputs: Any) -> Any:
        return self.target_encoder.in_units(outputs) if self._is_regression else outputs

    def predict_batches(
        self, batches: Any, unread: UnreadValues | None = None
    ) -> Iterator[Any]:
        """Yields predictions for batches of raw columns, as Arrow batches.

        The column `prediction` is the class or the number. Of a classification, a
        column such as `probability_yes` for each class follows.

        Args:
            batches: Arrow batches with all columns that the model reads.
            unread: Counts the values that cannot be read. Defaults to `None`: a warning
                tells of them in the end.
        """
        counts = UnreadValues(self.lookup) if unread is None else unread
        row = 0
        for batch in batches:
            columns = dict(zip(batch.schema.names, batch.columns, strict=True))
            encoded_ = self._encoded(columns, counts, row)
            row += len(batch)
            outputs = predict_rows(self.model, encoded_)
            yield self.answers(self._in_units(outputs))
        for note in counts.notes() if unread is None else ():
            warnings.warn(note, stacklevel=2)

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
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            # Pairs, since Keras reads a dict with some names as an object of its own.
            "lookup": [[name, serialize(one)] for name, one in self.lookup.items()],
            "target_encoder": serialize(self.target_encoder),
            "schema": self.schema.to_json(),
            "layout": self.layout.to_json(),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Makes the model of its config; the vocabularies come with the file."""

        def made(part: dict[str, Any]) -> Any:
            return keras.saving.deserialize_keras_object(
                part, custom_objects=custom_objects
            )

        return cls(
            made(config["model"]),
            {name: made(one) for name, one in config["lookup"]},
            made(config["target_encoder"]),
            config["schema"],
            config["layout"],
            name=config["name"],
        )
