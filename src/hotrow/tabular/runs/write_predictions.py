"""Predictions for a table, written to a file."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from hotrow.tabular.reading.open_table import open_table
from hotrow.tabular.runs.predictions import Predictions
from hotrow.tabular.runs.run import Run
from hotrow_common.arrow import pa
from hotrow_common.atomic_files import written_aside
from hotrow_common.progress import progress


def write_predictions(
    run: Run,
    source: Any,
    out: Path | Any,
    *,
    id: Iterable[str] = (),
    keep_columns: bool = False,
    **reading: Any,
) -> tuple[int, list[str]]:
    """Writes a prediction for each row of a table.

    Args:
        run: With the model.
        source: The table, as for `fit`.
        out: Path of a file, which is there in full or not at all: Parquet if it ends in
            `.parquet`, else CSV. Or a binary stream, for CSV.
        id: Columns of the table that stand ahead of the predictions.
        keep_columns: Whether all columns of the table do.
        **reading: As for `open_table`.

    Returns:
        The number of rows, and notes for the user.
    """
    table = open_table(source, **reading)
    predictions = Predictions(run.model, table, list(id), keep_columns)
    batches = iter(progress(predictions.batches(), "predicting"))
    # Which columns there are, and of which types, is known from the first rows.
    first = next(batches)
    rows = 0
    with _writer(out, first.schema) as write:
        for batch in chain([first], batches):
            write(batch)
            rows += batch.num_rows
    return rows, [*table.notes, *predictions.notes()]


@contextmanager
def _writer(out: Path | Any, schema: Any) -> Iterator[Any]:
    if not isinstance(out, Path):
        with _csv_writer(out, schema) as write:
            yield write
        return
    with written_aside(out) as file:
        if out.suffix.lower() == ".parquet":
            import pyarrow.parquet as pq

            with pq.ParquetWriter(file, schema) as writer:
                yield lambda batch: writer.write_batch(batch.cast(schema))
        else:
            with _csv_writer(file, schema) as write:
                yield write


@contextmanager
def _csv_writer(file: Any, schema: Any) -> Iterator[Any]:
    import pyarrow.csv as csv

    plain = pa.schema([(field.name, _plain_type(field.type)) for field in schema])
    with csv.CSVWriter(pa.PythonFile(file, "w"), plain) as writer:
        yield lambda batch: writer.write_batch(_plain(batch, plain))


def _plain_type(kind: Any) -> Any:
    """Returns the type in which a column is written as CSV: no list and the like."""
    if pa.types.is_dictionary(kind):
        return _plain_type(kind.value_type)
    special = pa.types.is_nested(kind) or pa.types.is_binary(kind)
    special = special or pa.types.is_decimal(kind) or pa.types.is_duration(kind)
    return pa.large_string() if special else kind


def _plain(batch: Any, schema: Any) -> Any:
    columns = []
    for column, field in zip(batch.columns, schema, strict=True):
        if column.type != field.type:
            try:
                column = column.cast(field.type)
            except pa.ArrowException:
                texts = [None if v is None else str(v) for v in column.to_pylist()]
                column = pa.array(texts, field.type)
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, schema=schema)
