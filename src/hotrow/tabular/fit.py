"""From a table to a trained model, in one call."""

import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras

from hotrow.tabular.network.network import build_network
from hotrow.tabular.profiling.profile import Profile, profile
from hotrow.tabular.reading.table import open_table
from hotrow.tabular.run_error import RunError
from hotrow.tabular.runs.column_table import column_table
from hotrow.tabular.runs.finish import finish
from hotrow.tabular.runs.identity import check_same, data_identity
from hotrow.tabular.runs.run import Run
from hotrow.tabular.runs.run_folder import RunFolder
from hotrow.tabular.training.checkpoint import Checkpoint
from hotrow.tabular.training.course import Course
from hotrow.tabular.training.encoded import encode_table
from hotrow.tabular.training.settings import Settings
from hotrow.tabular.training.training import INTERRUPTED, compile_network, train


def fit(
    source: Any,
    target: str,
    *,
    out: str | os.PathLike[str] | None = None,
    kinds: Mapping[str, str] | None = None,
    drop: Sequence[str] = (),
    task: str | None = None,
    first: str = "embedding",
    epochs: int = 100,
    batch_size: int | None = None,
    learning_rate: float = 1e-3,
    seed: int = 0,
    encoding: str | None = None,
    delimiter: str | None = None,
    baselines: bool = True,
    resume: bool = False,
    force: bool = False,
    say: Callable[[str], None] | None = None,
) -> Run:
    """Trains a model on a table, and writes it to a folder with all that it measured.

    Of ten rows, eight are trained on, one says when to stop, and one is the test. Rows
    without a target are left out. The table is read in parts and may be larger than
    memory. The first Ctrl-C in training ends it and keeps the best weights so far;
    `run.interrupted` is then true.

    Example:

    >>> frame = {"city": ["Oslo", "Rome"] * 50, "warm": ["no", "yes"] * 50}
    >>> run = hotrow.tabular.fit(frame, "warm", epochs=2, say=lambda line: None)
    >>> run.predict({"city": ["Oslo", None]}).num_rows
    2

    Args:
        source: The table: path of a CSV or Parquet file or a list of such, a pandas or
            polars frame, an Arrow table, or a dict of columns.
        target: Name of the column to predict.
        out: Folder for the results. Defaults to `None`, a temporary folder that goes
            when the returned `Run` does.
        kinds: Kinds of columns by their names, where what was found will not do:
            "categorical", "code", "numeric", "text", "multi" or "date".
        drop: Columns to leave out.
        task: "binary", "multiclass" or "regression". Defaults to `None`: what the
            target looks like.
        first: What the values of columns enter the network by: `"embedding"` (the
            default), or `"onehot"` for `hotrow.OneHot` and a `Dense` layer, fused.
        epochs: Passes over the training rows, at most. Defaults to 100.
        batch_size: Rows of a step. Defaults to `None`: by the size of the table.
        learning_rate: Of Adam, at first; it falls where the validation loss does not.
        seed: Of the split, the first weights, the order of rows and the dropout.
        encoding: Of a CSV file. Defaults to `None`: found out.
        delimiter: Of a CSV file. Defaults to `None`: found out.
        baselines: Whether to train simple models to compare with.
        resume: Whether to continue the run in `out`, if there is one, as it would have
            gone on. Data and settings must be those it began with.
        force: Whether to replace a run in `out`.
        say: Called with each line of what there is to tell. Defaults to `print`.

    Returns:
        A `Run`.

    Raises:
        ValueError: If an argument is not as above, the table cannot be read or learned
            from, or `out` holds another run or cannot be written. The text says what
            to do.
    """
    settings = Settings(
        first=first,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        seed=seed,
    )
    plan = _Plan(
        source,
        target,
        kinds=dict(kinds or {}),
        drop=tuple(drop),
        task=task,
        reading={"encoding": encoding, "delimiter": delimiter},
        settings=settings,
        baselines=baselines,
        say=_print if say is None else say,
    )
    if out is not None:
        return plan.run(RunFolder(out), resume=resume, force=force)
    folder = tempfile.mkdtemp(prefix="hotrow-run-")
    try:
        run = plan.run(RunFolder(folder), resume=False, force=False)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(run, shutil.rmtree, folder, ignore_errors=True)
    return run


@dataclass
class _Plan:
    """What `fit` was asked for."""

    source: Any
    target: str
    kinds: dict[str, str]
    drop: tuple[str, ...]
    task: str | None
    reading: dict[str, Any]
    settings: Settings
    baselines: bool
    say: Callable[[str], None]

    def run(self, folder: RunFolder, *, resume: bool, force: bool) -> Run:
        """Does it."""
        before = folder.check(force=force, resume=resume)
        if before and resume and not force and before["status"] == "finished":
            self.say(f"The run in {str(folder.path)!r} is finished already.")
            return Run(folder.path)
        table = open_table(self.source, **self.reading)
        known = profile(
            table,
            self.target,
            kinds={**self.kinds, **dict.fromkeys(self.drop, "identifier")},
            task=self.task,
            seed=self.settings.seed,
        )
        self.say(column_table(table.title, known.schema))
        for note in known.notes:
            self.say(note)
        asked = {"kinds": self.kinds, "drop": list(self.drop), "task": self.task}
        mark = {
            "data": data_identity(self.source, table.title, known.schema),
            "settings": {**self.settings.to_json(), **asked},
        }
        checkpoint = Checkpoint(folder.checkpoint)
        course = None
        if before and resume and not force:
            check_same(before, mark, folder.path)
            course = checkpoint.course()
            folder.remove_cache()
            folder.write_mark("training", mark)
        else:
            folder.begin(mark)
        try:
            encoded = encode_table(table, known, folder.cache)
            if resume:
                self.say(_how_far(course))
            course = course or Course()
            network = self._network(known, checkpoint, course)
            best = train(
                network,
                known.schema,
                encoded,
                known.encoders,
                self.settings,
                checkpoint,
                course,
                self.say,
            )
            network = self._new_network(known)
            network.set_weights(best)
            self.say(str(course.end))
            was_interrupted = str(course.end).startswith(INTERRUPTED)
            model = finish(
                folder,
                table.title,
                known,
                encoded,
                network,
                self.settings,
                course,
                baselines=self.baselines and not was_interrupted,
                say=self.say,
            )
            if was_interrupted:
                folder.write_mark("interrupted", mark)
            else:
                folder.write_mark("finished", mark)
                checkpoint.remove()
            run = Run(folder.path)
            # That of the file is the same; this one need not be read.
            run.model = model
            run.report()
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            raise RunError(_full(folder, checkpoint, error)) from error
        finally:
            folder.remove_cache()
            if checkpoint.course() is None:
                checkpoint.remove()
            folder.remove_if_empty()
        return run

    def _network(
        self, known: Profile, checkpoint: Checkpoint, course: Course
    ) -> keras.Model:
        if course.epoch:
            return checkpoint.load(course.epoch)
        network = self._new_network(known)
        rate = self.settings.learning_rate
        compile_network(network, known.schema, rate, known.target_encoder.std)
        return network

    def _new_network(self, known: Profile) -> keras.Model:
        return build_network(
            known.schema,
            known.encoders,
            first=self.settings.first,
            target_mean=known.target_encoder.mean,
            target_std=known.target_encoder.std,
            hidden=self.settings.hidden,
            dropout=self.settings.dropout,
            bins=self.settings.bins,
            seed=self.settings.seed,
        )


def _how_far(course: Course | None) -> str:
    if course is None:
        return "There is no whole epoch to continue from: training starts anew."
    return f"Continues after epoch {course.epoch}."


def _full(folder: RunFolder, checkpoint: Checkpoint, error: OSError) -> str:
    course = checkpoint.course()
    kept = (
        f"What was trained up to epoch {course.epoch} is kept: the same command with "
        "--resume continues from there."
        if course
        else "No half-written file is left."
    )
    return (
        f"could not write to the folder {str(folder.path)!r}: "
        f"{error.strerror or error}. Make room, or choose another with --out. {kept}"
    )


def _print(line: str) -> None:
    print(line, flush=True)
