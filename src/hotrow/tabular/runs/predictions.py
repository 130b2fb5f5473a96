"""Predictions for a table, written to a file batch by batch."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from hotrow.tabular.reading.table import open_table
from hotrow.tabular.runs.run import Run
from hotrow.vocabulary.arrow import pa
from hotrow.vocabulary.aside import written_aside
from hotrow.vocabulary.progress import progress


def write_predictions(
    run: Run, source: Any, out: Path | Any, **reading: Any
) -> tuple[int, list[str]]:
    """Writes a prediction for each row of a table.

    Args:
        run: With the model.
        source: The table, as for `fit`.
        out: Path of a file, which is there in full or not at all: Parquet if it ends in
            `.parquet`, else CSV. Or a binary stream, for CSV.
        **reading: `encoding` and `delimiter`, as for `fit`.

    Returns:
        The number of rows, and notes on columns that were not read.
    """
    table = open_table(source, **reading)
    model = run.model
    notes = model.check_columns(table.names)
    batches = progress(table.batches(list(model.lookup)), "predicting")
    rows = 0
    with _writer(out, model) as write:
        for predicted in model.predict_batches(batches):
            write(predicted)
            rows += predicted.num_rows
    return rows, notes


@contextmanager
def _writer(out: Path | Any, model: Any) -> Iterator[Any]:
    nothing = np.zeros((0, *model.model.output_shape[1:]), "float32")
    schema = model.answers(nothing).schema
    if not isinstance(out, Path):
        with _csv_writer(out, schema) as writer:
            yield writer.write_batch
        return
    with written_aside(out) as file:
        if out.suffix.lower() == ".parquet":
            import pyarrow.parquet as pq

            with pq.ParquetWriter(file, schema) as writer:
                yield lambda batch: writer.write_batch(batch.cast(schema))
        else:
            with _csv_writer(file, schema) as writer:
                yield writer.write_batch


def _csv_writer(file: Any, schema: Any) -> Any:
    import pyarrow.csv as csv

    return csv.CSVWriter(pa.PythonFile(file, "w"), schema)
