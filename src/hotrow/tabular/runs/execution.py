"""One execution of `fit`: from a table to the files of a run."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import keras

from hotrow.tabular.checks.table_checks import TableChecks
from hotrow.tabular.conventions import Conventions
from hotrow.tabular.network.input_layout import InputLayout
from hotrow.tabular.network.network import build_network
from hotrow.tabular.profiling.profile import Profile, profile
from hotrow.tabular.reading.open_table import open_table
from hotrow.tabular.reading.table import Table
from hotrow.tabular.report.plotly_source import plotly_source
from hotrow.tabular.runs.column_table import column_table
from hotrow.tabular.runs.finish import finish
from hotrow.tabular.runs.identity import check_same, data_identity
from hotrow.tabular.runs.kept import kept_on_error
from hotrow.tabular.runs.run import Run
from hotrow.tabular.runs.run_folder import RunFolder
from hotrow.tabular.runs.warnings import warning_lines
from hotrow.tabular.table_model import TableModel
from hotrow.tabular.training.checkpoint import Checkpoint
from hotrow.tabular.training.course import Course
from hotrow.tabular.training.encoded import Encoded, encode_table
from hotrow.tabular.training.options import TrainingOptions
from hotrow.tabular.training.training import compile_network, train


@dataclass
class Execution:
    """Arguments of `fit`, and the stages from them to a run.

    Attributes:
        source: The table, as `open_table` takes it.
        target: Name of the column to predict.
        kinds: Kinds of columns that the user gives.
        drop: Columns to leave out.
        task: Task, as in `fit`.
        reading: Further arguments of `open_table`.
        written: Arguments of `Conventions.of`.
        options: TrainingOptions of the training.
        baselines: Whether to train simple models to compare with.
        say: Called with each line of what there is to tell.
    """

    source: Any
    target: str
    kinds: dict[str, str]
    drop: tuple[str, ...]
    task: str | None
    reading: dict[str, Any]
    written: dict[str, Any]
    options: TrainingOptions
    baselines: bool
    say: Callable[[str], None]

    def run(self, folder: RunFolder, *, resume: bool, force: bool) -> Run:
        """Profiles, encodes, trains, measures and saves: the stages of `fit`."""
        # What a report needs is missed now, not after hours of training.
        plotly_source()
        before = folder.check(force=force, resume=resume)
        continued = before if resume and not force else None
        table = open_table(self.source, **self.reading)
        conventions = Conventions.of(table.names, **self.written)
        known = self._profile(table, conventions)
        mark = self._mark(table, known, conventions)
        if continued:
            check_same(continued, mark, folder.path)
            if continued["status"] == "finished":
                return self._finished(folder)
        course = _begin(folder, mark, goes_on=bool(continued))
        with kept_on_error(folder):
            if resume:
                self.say(_how_far(course))
            encoded, known = self._encode(folder, table, known)
            model = self._train(folder, table, known, encoded, course)
            return self._finish(folder, mark, model, known, course)

    def _profile(self, table: Table, conventions: Conventions) -> Profile:
        target = table.column(self.target, "column for the target")
        dropped = [table.column(name) for name in self.drop]
        kinds = {table.column(name): kind for name, kind in self.kinds.items()}
        known = profile(
            table,
            target,
            kinds={**kinds, **dict.fromkeys(dropped, "identifier")},
            task=self.task,
            seed=self.options.seed,
            conventions=conventions,
        )
        # Some are known only now that all rows were read.
        for note in table.notes:
            self.say(note)
        self.say(column_table(table.title, known.schema))
        for note in known.notes:
            self.say(note)
        self._warn(known)
        return replace(known, notes=(*table.notes, *known.notes))

    def _warn(self, known: Profile) -> None:
        # Said before training, and once more below all that training says.
        for line in warning_lines(known.warnings):
            self.say(line)

    def _mark(
        self, table: Table, known: Profile, conventions: Conventions
    ) -> dict[str, Any]:
        """Returns what `run.json` is to say of data and settings."""
        asked = {
            "kinds": self.kinds,
            "drop": list(self.drop),
            "task": self.task,
            "written": conventions.to_json(),
        }
        return {
            "data": data_identity(self.source, table, known.schema),
            "settings": {**self.options.to_json(), **asked},
        }

    def _finished(self, folder: RunFolder) -> Run:
        """Returns the run that is finished; what its end left undone is done."""
        folder.clear_leftovers()
        self.say(f"The run in {str(folder.path)!r} is finished already.")
        Checkpoint(folder.checkpoint).remove()
        folder.remove_cache()
        run = Run(folder.path)
        if not folder.report.exists():
            run.report()
        return run

    def _encode(
        self, folder: RunFolder, table: Table, known: Profile
    ) -> tuple[Encoded, Profile]:
        """Returns the encoded table, and the profile with what that has shown."""
        checks = TableChecks()
        encoded = encode_table(table, known, folder.cache, checks)
        found = checks.warnings(table, known)
        for line in warning_lines(found):
            self.say(line)
        return encoded, replace(known, warnings=(*known.warnings, *found))

    def _train(
        self,
        folder: RunFolder,
        table: Table,
        known: Profile,
        encoded: Encoded,
        course: Course,
    ) -> TableModel:
        checkpoint = Checkpoint(folder.checkpoint)
        trained = self._network(known, encoded.layout, checkpoint, course)
        best = train(
            trained,
            encoded,
            known.target_encoder,
            self.options,
            checkpoint,
            course,
            self.say,
        )
        network = self._new_network(known, encoded.layout)
        network.set_weights(best)
        trained.set_weights(best)
        self.say(course.end_sentence(self.options))
        return finish(
            folder,
            table.title,
            known,
            encoded,
            network,
            trained,
            self.options,
            course,
            baselines=self.baselines and not course.was_interrupted,
            say=self.say,
        )

    def _finish(
        self,
        folder: RunFolder,
        mark: dict[str, Any],
        model: TableModel,
        known: Profile,
        course: Course,
    ) -> Run:
        """Marks the run as done, writes its report, and returns it."""
        status = "interrupted" if course.was_interrupted else "finished"
        folder.write_mark(status, mark)
        if status == "finished":
            Checkpoint(folder.checkpoint).remove()
        run = Run(folder.path)
        # That of the file is the same; this one need not be read.
        run.model = model
        run.report()
        self._warn(known)
        return run

    def _network(
        self,
        known: Profile,
        layout: InputLayout,
        checkpoint: Checkpoint,
        course: Course,
    ) -> keras.Model:
        if course.epoch:
            return checkpoint.load(course.epoch)
        network = self._new_network(known, layout)
        task = known.schema.target.task
        compile_network(network, layout, task, self.options.learning_rate)
        return network

    def _new_network(self, known: Profile, layout: InputLayout) -> keras.Model:
        return build_network(
            known.schema,
            known.encoders,
            layout,
            first=self.options.first,
            hidden=self.options.hidden,
            dropout=self.options.dropout,
            bins=self.options.bins,
            class_counts=known.class_counts,
            seed=self.options.seed,
        )


def _begin(folder: RunFolder, mark: dict[str, Any], *, goes_on: bool) -> Course:
    """Marks the folder as that of a run, and returns how far its training has come."""
    if not goes_on:
        folder.begin(mark)
        return Course()
    folder.clear_leftovers()
    course = Checkpoint(folder.checkpoint).course()
    folder.write_mark("training", mark)
    return course or Course()


def _how_far(course: Course) -> str:
    if not course.epoch:
        return "There is no whole epoch to continue from: training starts anew."
    return f"Continues after epoch {course.epoch}."
