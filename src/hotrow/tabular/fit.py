"""From a table to a trained model, in one call."""

import os
import shutil
import sys
import tempfile
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hotrow.tabular.reading.frames import with_target
from hotrow.tabular.runs.execution import Execution
from hotrow.tabular.runs.run import Run
from hotrow.tabular.runs.run_folder import RunFolder
from hotrow.tabular.runs.warnings import in_color
from hotrow.tabular.training.options import TrainingOptions


def fit(
    source: Any,
    target: Any,
    *,
    out: str | os.PathLike[str] | None = None,
    kinds: Mapping[str, str] | None = None,
    drop: str | Sequence[str] = (),
    task: str | None = None,
    first: str = "embedding",
    epochs: int = 100,
    batch_size: int | None = None,
    learning_rate: float = 1e-3,
    seed: int = 0,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: int | bool | None = None,
    names: Sequence[str] | None = None,
    quote: str | None = None,
    escape: str | None = None,
    sheet: str | int | None = None,
    skip_bad_rows: bool = False,
    decimal: str | Sequence[str] | Mapping[str, str] | None = None,
    thousands: str | Sequence[str] | Mapping[str, str] | None = None,
    dates: str | Sequence[str] | Mapping[str, str] | None = None,
    missing: Sequence[Any] | Mapping[str, Any] = (),
    keep: Sequence[str] | Mapping[str, Any] = (),
    baselines: bool = True,
    resume: bool = False,
    force: bool = False,
    say: Callable[[str], None] | None = None,
) -> Run:
    """Trains a model on a table, and writes it to a folder with all that it measured.

    The rows are split at random into 80 % for training, 10 % for validation (early
    stopping) and 10 % for the test. Rows without a target are left out. The table is
    read in parts and may be larger than memory. The first Ctrl-C in training ends it
    and keeps the best weights so far; `run.interrupted` is then true.

    Example:

    >>> frame = {"city": ["Oslo", "Rome"] * 50, "warm": ["no", "yes"] * 50}
    >>> run = hotrow.tabular.fit(frame, "warm", epochs=2, say=lambda line: None)
    >>> run.predict({"city": ["Oslo", None]}).num_rows
    2

    Args:
        source: The table: path of a CSV, Excel, Parquet, Feather or JSON file, or a
            list of such; a pandas or polars frame, an Arrow table, or a dict of
            columns.
        target: Name of the column to predict; or, where the source is in memory, its
            values.
        out: Folder for the results. Defaults to `None`, a temporary folder that goes
            when the returned `Run` does.
        kinds: Dictionary from names of columns to kinds, in place of the detected
            ones: "categorical", "code", "numeric", "text", "multi" or "date".
        drop: Columns to leave out, or the name of one.
        task: "binary", "multiclass" or "regression". Defaults to `None`: detected from
            the target.
        first: First layer of categorical columns: `"embedding"` (the default), or
            `"onehot"` for `hotrow.OneHot` and a `Dense` layer, fused.
        epochs: Passes over the training rows, at most. Defaults to 100.
        batch_size: Rows of a step. Defaults to `None`: by the size of the table.
        learning_rate: Learning rate of Adam, at first; it falls where the validation
            loss does not.
        seed: Seed of the split, the first weights, the order of rows and the dropout.
        encoding: Encoding of a CSV file. Defaults to `None`: detected.
        delimiter: Text between the fields of a CSV file, or `"whitespace"`. Defaults
            to `None`: detected.
        header: Line of the header, from 1, in a CSV file or a sheet; `False` where
            there is none. Defaults to `None`: detected.
        names: Names of the columns of a file without a header.
        quote: Quote around fields of a CSV file, or `"none"`. Defaults to `None`:
            detected.
        escape: Character ahead of quotes within fields, or `"none"`. Defaults to
            `None`: detected.
        sheet: Name or number of a workbook's sheet. Defaults to `None`: the first one
            that is filled.
        skip_bad_rows: Whether rows of a CSV file with too few or too many fields are
            left out. Defaults to `False`: they are an error.
        decimal: Decimal separator, `"."` or `","`, in all columns where it fits; or
            by column, as in `{"price": ","}`. Defaults to `None`: detected.
        thousands: Thousands separator, one of `,`, `.`, a blank, `'`, `_` and
            `"none"`; or by column. Defaults to `None`: detected.
        dates: Order of dates in numbers, `"dmy"`, `"mdy"` or `"ymd"`; or by column.
            Defaults to `None`: detected.
        missing: Further values that count as missing; or by column, as in `{"age":
            -1}`.
        keep: Marks of missing values, such as `"NA"`, that are values here; or by
            column.
        baselines: Whether to train simple models to compare with.
        resume: Whether to continue an interrupted run in `out`. The data and the
            options must be the same.
        force: Whether to replace a run in `out`.
        say: Function that is called with each line of output. Defaults to `print`.

    Returns:
        A `Run`.

    Raises:
        ValueError: If an argument is not as above, the table cannot be read or learned
            from, or `out` holds another run or cannot be written. The text says what
            to do.
    """
    options = TrainingOptions(
        first=first,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        seed=seed,
    )
    source, target = with_target(source, target)
    execution = Execution(
        source,
        target,
        kinds=dict(kinds or {}),
        drop=(drop,) if isinstance(drop, str) else tuple(drop),
        task=task,
        reading={
            "encoding": encoding,
            "delimiter": delimiter,
            "header": header,
            "names": names,
            "quote": quote,
            "escape": escape,
            "sheet": sheet,
            "skip_bad_rows": skip_bad_rows,
        },
        written={
            "decimal": decimal,
            "thousands": thousands,
            "dates": dates,
            "missing": missing,
            "keep": keep,
        },
        options=options,
        baselines=baselines,
        say=_print if say is None else say,
    )
    if out is not None:
        return execution.run(RunFolder(out), resume=resume, force=force)
    return _run_in_temporary_folder(execution)


def _run_in_temporary_folder(execution: Execution) -> Run:
    folder = RunFolder(tempfile.mkdtemp(prefix="hotrow-run-"))
    try:
        run = execution.run(folder, resume=False, force=False)
    except BaseException as error:
        if folder.model.exists() or folder.checkpoint.exists():
            # It took time to make: the user says when it may go.
            error.add_note(f"The folder is a temporary one: {str(folder.path)!r}.")
        else:
            shutil.rmtree(folder.path, ignore_errors=True)
        raise
    weakref.finalize(run, shutil.rmtree, folder.path, ignore_errors=True)
    return run


def _print(line: str) -> None:
    print(in_color(line, sys.stdout), flush=True)
