"""A trained run: its model, what it measured, and what its vectors say."""

import difflib
import os
import warnings
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np

from hotrow.tabular.advice import argument
from hotrow.tabular.files.digests import check_file, read_json
from hotrow.tabular.network.input_layout import id_columns
from hotrow.tabular.network.network import vectors_of
from hotrow.tabular.reading.open_table import open_table
from hotrow.tabular.results import Results, Vectors
from hotrow.tabular.run_error import RunError
from hotrow.tabular.runs.frame_index import with_index
from hotrow.tabular.runs.id_counts import load_counts
from hotrow.tabular.runs.predictions import Predictions
from hotrow.tabular.runs.run_folder import RunFolder
from hotrow.tabular.table_model import TableModel
from hotrow_common.arrow import pa


class Run:
    """A run of `hotrow.tabular.fit`, read from its folder.

    Example:

    >>> run = hotrow.tabular.Run("run")  # doctest: +SKIP
    >>> run.neighbors("occupation", "Craft-repair")  # doctest: +SKIP

    Args:
        path: The folder.

    Raises:
        ValueError: If there is no run in it, it is not done, or its mark is damaged.
            So are other files checked before they are read.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.folder = RunFolder(path)
        mark = self.folder.mark()
        if mark is None:
            raise RunError(
                f"there is no run in {str(path)!r}. Pass the folder that "
                "`fit` was given as `out`."
            )
        if mark["status"] == "training":
            raise RunError(
                f"the run in {str(path)!r} is not done: it is under way, or was "
                "killed. Continue it with the arguments that it began with and "
                f"{argument(resume=True)}."
            )
        self.mark = mark

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    @property
    def path(self) -> Path:
        """The folder."""
        return self.folder.path

    def files(self) -> list[str]:
        """Returns the names of the files in the folder, the model first."""
        return [path.name for path in self.folder.files() if path.exists()]

    @property
    def interrupted(self) -> bool:
        """Returns whether Ctrl-C ended training."""
        return bool(self.mark["status"] == "interrupted")

    @cached_property
    def model(self) -> TableModel:
        """The model, from raw columns to predictions."""
        self._check(self.folder.model)
        model: TableModel = keras.saving.load_model(self.folder.model)
        return model

    @cached_property
    def results(self) -> Results:
        """Measurements of the run."""
        self._check(self.folder.results)
        return Results.from_json(read_json(self.folder.results))

    def predict(
        self,
        source: Any,
        *,
        id: str | Sequence[str] = (),
        keep_columns: bool = False,
        **reading: Any,
    ) -> Any:
        """Returns predictions for a table, as an Arrow table.

        The index of a pandas frame is kept: `to_pandas()` of what is returned has it.
        Warns about values that could not be read.

        Args:
            source: What `fit` takes: a path, a frame, an Arrow table or a dict.
            id: Columns of the table to copy before the predictions.
            keep_columns: Whether to copy all columns. Defaults to `False`.
            **reading: How a file is read, as for `fit`: `encoding`, `delimiter`,
                `header`, `names`, `quote`, `escape`, `sheet`, `skip_bad_rows`.
        """
        table = open_table(source, **reading)
        predictions = Predictions(self.model, table, id, keep_columns)
        result = pa.Table.from_batches(predictions.batches())
        for note in (*table.notes, *predictions.notes()):
            warnings.warn(note, stacklevel=2)
        return with_index(result, getattr(table, "index", None))

    def vectors(self) -> dict[str, Vectors]:
        """Returns the vectors of the values of each column that enters as ids."""
        model = self.model
        vectors = vectors_of(model.model, model.layout)
        self._check(self.folder.counts)
        counts = load_counts(self.folder.counts)
        return {
            column.name: _vectors(
                model.lookup[column.name].vocabulary,
                vectors[column.name],
                counts[column.name],
            )
            for column in id_columns(model.schema)
        }

    def neighbors(
        self, column: str, value: Any, n: int = 10
    ) -> list[tuple[str, float]]:
        """Returns the values whose vectors are nearest to that of a value.

        Args:
            column: Name of a column that enters as ids.
            value: One of its values in training.
            n: How many to return, at most.

        Returns:
            Values and the cosine of the angle between the vectors, from 1 for the same
            direction to -1, the nearest first.

        Raises:
            ValueError: If there is no such column or value; near ones are named.
        """
        vectors = self._vectors_of(column)
        token = str(value)
        if token not in vectors.tokens:
            near = difflib.get_close_matches(token, vectors.tokens[:5000], n=3)
            most = ", ".join(map(repr, near or vectors.tokens[:3]))
            raise RunError(
                f"the column {column!r} has no value {token!r} in the training rows. "
                f"{'Near to it' if near else 'The most frequent'}: {most}."
            )
        at = vectors.tokens.index(token)
        length = np.linalg.norm(vectors.matrix, axis=1) + 1e-12
        cosine = vectors.matrix @ vectors.matrix[at] / (length * length[at])
        order = np.argsort(-cosine, kind="stable")
        nearest = [number for number in order if number != at][:n]
        return [(vectors.tokens[number], float(cosine[number])) for number in nearest]

    def report(self, path: str | os.PathLike[str] | None = None) -> Path:
        """Writes the report, and returns its path.

        Args:
            path: Path of the HTML file. Defaults to `report.html` in the run's folder.
        """
        from hotrow.tabular.report import write_report

        target = self.folder.report if path is None else Path(path)
        write_report(target, self.results, self.vectors())
        return target

    def _check(self, path: Path) -> None:
        """Raises `RunError` if a file of the run is not as it was written."""
        check_file(path, self.mark["files"])

    def _vectors_of(self, column: str) -> Vectors:
        vectors = self.vectors()
        if column in vectors:
            return vectors[column]
        kinds = {one.name: one.kind for one in self.results.schema.columns}
        if column in kinds:
            raise RunError(
                f"the column {column!r} is {kinds[column]}: its values have no "
                "vectors. Columns whose values have: "
                f"{', '.join(map(repr, vectors)) or 'none'}."
            )
        near = difflib.get_close_matches(column, list(kinds), n=3)
        hint = f"Near to it: {', '.join(map(repr, near))}. " if near else ""
        raise RunError(
            f"there is no column {column!r}. {hint}Columns whose values have vectors: "
            f"{', '.join(map(repr, vectors)) or 'none'}."
        )


def _vectors(vocabulary: Any, matrix: np.ndarray, counts: np.ndarray) -> Vectors:
    tokens = [str(token) for token in vocabulary.tokens.to_pylist()]
    first = len(vocabulary) - len(tokens)
    counts = np.asarray(counts)[first : first + len(tokens)]
    # The empty text stands for missing values.
    order = [at for at in np.argsort(-counts, kind="stable") if tokens[at]]
    return Vectors(
        [tokens[at] for at in order],
        np.asarray(matrix[first:], "float32")[order],
        counts[order].tolist(),
    )
