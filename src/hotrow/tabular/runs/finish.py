"""The end of a run: the test, the baselines, and the files that stay."""

import platform
from collections.abc import Callable
from typing import Any

import keras

from hotrow.tabular.files.whole_files import save_model, write_json
from hotrow.tabular.network.input_layout import InputLayout
from hotrow.tabular.profiling.profile import Profile
from hotrow.tabular.results import Results, Score
from hotrow.tabular.runs.id_counts import save_counts
from hotrow.tabular.runs.run_folder import RunFolder
from hotrow.tabular.table_model import TableModel
from hotrow.tabular.training.baselines import baseline_scores
from hotrow.tabular.training.course import Course
from hotrow.tabular.training.options import TrainingOptions, batch_size_of
from hotrow.tabular.training.training import measure_rows


def finish(
    folder: RunFolder,
    title: str,
    known: Profile,
    encoded: Any,
    network: keras.Model,
    trained: keras.Model,
    options: TrainingOptions,
    course: Course,
    *,
    baselines: bool,
    say: Callable[[str], None],
) -> TableModel:
    """Measures the test rows, writes model and results, and returns the model.

    Args:
        folder: Where to write.
        title: What the report is headed.
        known: The columns and what encodes them.
        encoded: The table, encoded.
        network: With its best weights, not compiled: to be saved.
        trained: The network that was trained, with the same weights: it predicts
            without being traced and compiled once more.
        options: How it was trained.
        course: How training went.
        baselines: Whether to train simple models to compare with.
        say: Called with each line of what there is to tell.
    """
    schema, target_encoder = known.schema, known.target_encoder
    model = TableModel(
        network, dict(known.encoders), target_encoder, schema, encoded.layout
    )
    save_model(model, folder.model)
    save_counts(folder.counts, known.counts)
    measure = measure_rows(trained, target_encoder, encoded, "test")
    name = "hotrow.Embedding" if options.first == "embedding" else "hotrow.OneHot"
    scores = [Score(f"network ({name})", measure.metrics(), course.seconds)]
    notes = [course.end_sentence(options), *known.notes]
    if baselines:
        say("Training simple models to compare with ...")
        others, more = _baselines(known, encoded, options.seed)
        scores += others
        notes += more
        for note in more:
            say(note)
    results = Results(
        title=title,
        schema=schema,
        rows=known.rows,
        history=course.history,
        best_epoch=course.best_epoch,
        scores=tuple(scores),
        seconds=course.seconds,
        settings=_settings(options, known, encoded.layout, network),
        notes=tuple(notes),
        warnings=known.warnings,
        **measure.details(),
    )
    write_json(folder.results, results.to_json())
    say(score_table(results))
    return model


def _baselines(
    known: Profile, encoded: Any, seed: int
) -> tuple[list[Score], list[str]]:
    encoders, target_encoder = known.encoders, known.target_encoder
    try:
        return baseline_scores(encoders, target_encoder, encoded, seed)
    except Exception as error:
        # Ours is trained, and worth having without a comparison.
        return [], [
            f"The simple models could not be trained: {type(error).__name__}: {error}."
        ]


def score_table(results: Results) -> str:
    """Returns the scores on the test rows as a table of text."""
    names = list(dict.fromkeys(name for s in results.scores for name in s.metrics))
    rows = [["", *names, "seconds"]]
    for score in results.scores:
        values = [
            f"{score.metrics[name]:.5g}" if name in score.metrics else ""
            for name in names
        ]
        seconds = "" if score.seconds is None else f"{score.seconds:.1f}"
        rows.append([score.name, *values, seconds])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            text.ljust(width) if at == 0 else text.rjust(width)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return (
        f"\nOn the {results.rows['test']:,} test rows, which no model was trained on:\n"
        + "\n".join(lines)
    )


def _settings(
    options: TrainingOptions, known: Profile, layout: InputLayout, network: keras.Model
) -> dict[str, Any]:
    import hotrow

    return {
        "backend": keras.backend.backend(),
        "keras": keras.__version__,
        "hotrow": hotrow.__version__,
        "python": platform.python_version(),
        **options.to_json(),
        "batch_size": options.batch_size or batch_size_of(known.rows["train"]),
        "weights": network.count_params(),
        "widths": layout.widths,
    }
