"""The demo from end to end."""

import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from hotrow_cli.backends import choose_backend, set_backend
from hotrow_cli.demo import (
    baseline,
    corpus,
    dataset,
    output,
    report,
    web_report,
)
from hotrow_cli.demo.errors import DemoError
from hotrow_cli.demo.neighbors import neighbors_of_probes
from hotrow_cli.demo.options import DemoOptions
from hotrow_cli.demo.process import run_alone
from hotrow_cli.demo.worker import Trained, predict_from_files, train

# What a model reads from its file it should predict as before, up to the rounding of
# sums that threads add in another order.
SAME = 1e-5
# Below it are the ids of padding and of out-of-vocabulary words.
FIRST_WORD = 2
TITLES = {"embedding": "hotrow.Embedding", "one_hot": "hotrow.OneHot and Dense"}


def run_demo(settings: DemoOptions) -> None:
    """Reads the standard library, trains both models, prints and writes the results.

    Args:
        settings: Options of the run.

    Raises:
        DemoError: For anything that the user can mend; nothing is written then.
    """
    backend = choose_backend(settings.backend, os.environ)
    # For this process, before it loads `hotrow`, and for those that train.
    set_backend(backend)
    with output.staged(settings.out, settings.force) as folder:
        _run(settings, backend, folder)
    print(f"\nWrote {', '.join(_written(settings.out))} to {settings.out}", flush=True)


def _run(settings: DemoOptions, backend: str, folder: Path) -> None:
    data = _read(settings)
    data.words.save(folder / output.VOCABULARY)
    trained = {}
    for kind, title in TITLES.items():
        print(f"\nTraining with {title} on {backend} ...", flush=True)
        path = folder / f"{kind}{output.MODEL_SUFFIX}"
        trained[kind] = run_alone(
            train, kind, data, settings.scale, settings.seed, path
        )
    _check_files(folder, trained, data)
    scores = _scores(trained, data)
    words = data.words.tokens.to_pylist()
    table = trained["embedding"].table[FIRST_WORD:]
    neighbors = neighbors_of_probes(table, words)
    print("\nNearest words, by the cosine of their vectors in the embedding:")
    print(report.table_of_neighbors(neighbors))
    _write_report(folder / output.REPORT, settings, backend, trained, scores, data)
    output.write_manifest(
        folder,
        {
            "seed": settings.seed,
            "backend": backend,
            "python": platform.python_version(),
            "keras": trained["embedding"].keras,
            "packages": data.packages,
            "snippets": _sizes(data),
            "scores": [vars(score) for score in scores],
            "neighbors": neighbors,
        },
    )


def _read(settings: DemoOptions) -> dataset.Dataset:
    root = corpus.standard_library()
    print(f"Reading Python's standard library in {root} ...", flush=True)
    packages = corpus.choose_packages(
        corpus.read_files(root), settings.scale.files_per_package, settings.seed
    )
    split = corpus.split_by_file(packages)
    data = dataset.build(split, tuple(packages), settings.scale.vocabulary_size)
    print(
        f"{len(packages)} packages: {', '.join(packages)}\n"
        f"{sum(map(len, packages.values()))} files, none on two sides of the split: "
        f"{len(split.train)} to train, {len(split.validation)} to validate, "
        f"{len(split.test)} to test\n"
        f"{', '.join(f'{n} to {part}' for part, n in _sizes(data).items())}: snippets "
        f"of {data.train.ids.shape[1]} words\n"
        f"{len(data.words)} ids: padding, out of vocabulary, and the commonest words "
        "of the training files\n"
        "Words are the names in the code, cut at _ and at capitals. Comments, strings, "
        "imports\nand every name with a package's name in it are left out.",
        flush=True,
    )
    return data


def _sizes(data: dataset.Dataset) -> dict[str, int]:
    return {
        "train": len(data.train.labels),
        "validate": len(data.validation.labels),
        "test": len(data.test.labels),
    }


def _check_files(
    folder: Path, trained: Mapping[str, Trained], data: dataset.Dataset
) -> None:
    print("\nReading the models back from their files ...", flush=True)
    paths = [folder / f"{kind}{output.MODEL_SUFFIX}" for kind in trained]
    again = run_alone(predict_from_files, paths, data.test.ids)
    for path, model, probabilities in zip(paths, trained.values(), again, strict=True):
        gap = float(np.abs(model.probabilities - probabilities).max())
        if gap > SAME:
            raise DemoError(
                f"{path.name} does not predict what it did before it was saved: the "
                f"probabilities differ by up to {gap:.1e}. Please report this, with "
                "the versions of Keras and its backend."
            )
        print(f"{path.name}: the same predictions (largest difference {gap:g})")


def _scores(
    trained: Mapping[str, Trained], data: dataset.Dataset
) -> list[report.ModelScore]:
    labels = data.test.labels
    scores = [
        report.ModelScore("commonest package", baseline.majority_accuracy(labels))
    ]
    bag = baseline.bag_of_words_accuracy(data)
    if bag is not None:
        scores.append(report.ModelScore("bag of words (scikit-learn)", bag))
    for kind, model in trained.items():
        accuracy = baseline.accuracy(model.probabilities, labels)
        scores.append(
            report.ModelScore(TITLES[kind], accuracy, model.seconds, model.peak_growth)
        )
    print(f"\n{report.table_of_scores(scores)}\n{report.MEASURED}")
    if bag is None:
        print("The bag-of-words baseline was skipped: pip install scikit-learn")
    answers = [model.probabilities.argmax(axis=-1) for model in trained.values()]
    print(
        "Both models began with the same table and the same seed. They give the same "
        f"answer to\n{np.sum(answers[0] == answers[1])} of {len(labels)} test snippets."
    )
    return scores


def _write_report(
    path: Path,
    settings: DemoOptions,
    backend: str,
    trained: Mapping[str, Trained],
    scores: Sequence[report.ModelScore],
    data: dataset.Dataset,
) -> None:
    model = trained["embedding"]
    about = {
        "backend": backend,
        "Keras": model.keras,
        "Python": platform.python_version(),
        "seed": settings.seed,
        "width": model.table.shape[1],
    }
    # Ours in front; they are the last that were measured.
    ours = sorted(scores, key=lambda score: score.name not in TITLES.values())
    words = data.words.tokens.to_pylist()
    vectors = model.table[FIRST_WORD:]
    if not web_report.write(path, data, model, ours, words, vectors, about):
        print("\nNo report was written: it needs plotly, pip install 'hotrow[report]'")


def _written(folder: Path) -> list[str]:
    return [name for name in output.FILES if (folder / name).exists()]
