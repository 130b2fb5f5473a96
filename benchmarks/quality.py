"""What do lazy updates cost in quality?

    KERAS_BACKEND=jax python benchmarks/quality.py

Plain Adam moves every row of a table in every step, on past gradients; `RowSparse`
leaves alone the rows that a batch does not touch. Here both train the classifier of
`hotrow demo` with its embedding, on the demo's corpus, and so do Adagrad and
`RowWiseAdagrad` by rows.

Each optimizer trains with each learning rate of its grid, four rates apiece, from each
seed; a seed sets the table's start, the dropout and the order of the snippets, not the
split of the corpus. A run keeps the weights of its best validation epoch. The rate with
the best validation accuracy, averaged over the seeds, is reported on the test split.
Runs are longer than the demo's: after its 12 epochs Adagrad is still getting better.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
from timing import write_table

import hotrow
from hotrow_cli.demo import corpus, dataset, models
from hotrow_cli.demo.options import FULL, QUICK, Scale
from hotrow_cli.demo.worker import BATCH_SIZE

Make = Callable[[float], keras.Optimizer]
EPOCHS, SEEDS = 40, 3
ADAM_RATES = (3e-3, 1e-2, 3e-2, 1e-1)
ADAGRAD_RATES = (3e-1, 1.0, 3.0, 10.0)
OPTIMIZERS: dict[str, tuple[Make, tuple[float, ...]]] = {
    "Adam, dense": (keras.optimizers.Adam, ADAM_RATES),
    "RowSparse(Adam)": (
        lambda rate: hotrow.RowSparse(keras.optimizers.Adam(rate)),
        ADAM_RATES,
    ),
    "RowSparse(Adagrad)": (
        lambda rate: hotrow.RowSparse(keras.optimizers.Adagrad(rate)),
        ADAGRAD_RATES,
    ),
    "RowSparse(RowWiseAdagrad)": (
        lambda rate: hotrow.RowSparse(hotrow.RowWiseAdagrad(rate)),
        ADAGRAD_RATES,
    ),
}


class Run(NamedTuple):
    """Accuracy on two splits, the epoch chosen, and the time of each in seconds."""

    validation: float
    test: float
    epoch: int
    seconds: list[float]


class EpochTimes(keras.callbacks.Callback):
    """Times the epochs, without validation."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Starts an epoch."""
        self._start = time.perf_counter()
        self._validates = True

    def on_test_begin(self, logs: dict | None = None) -> None:
        """Ends it: validation comes last in an epoch."""
        if self._validates:
            # JAX may still be at work on the last steps; this waits for their result.
            keras.ops.convert_to_numpy(self.model.trainable_variables[-1].value)
            self.seconds.append(time.perf_counter() - self._start)
        self._validates = False


def read_corpus(scale: Scale) -> dataset.Dataset:
    files = corpus.read_files(corpus.standard_library())
    packages = corpus.choose_packages(files, scale.files_per_package, seed=0)
    split = corpus.split_by_file(packages)
    return dataset.build(split, tuple(packages), scale.vocabulary_size)


def train(
    optimizer: keras.Optimizer, data: dataset.Dataset, scale: Scale, seed: int
) -> Run:
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    model = models.build_model(
        models.EMBEDDING,
        len(data.words),
        scale.width,
        data.train.ids.shape[1],
        len(data.packages),
        seed,
    )
    loss = "sparse_categorical_crossentropy"
    model.compile(optimizer, loss, metrics=["accuracy"])
    times = EpochTimes()
    best = keras.callbacks.EarlyStopping(
        "val_accuracy", mode="max", patience=scale.epochs, restore_best_weights=True
    )
    history = model.fit(
        data.train.ids,
        data.train.labels,
        batch_size=BATCH_SIZE,
        epochs=scale.epochs,
        validation_data=(data.validation.ids, data.validation.labels),
        callbacks=[best, times],
        verbose=0,
    )
    _, test = model.evaluate(data.test.ids, data.test.labels, verbose=0)
    validation = history.history["val_accuracy"]
    chosen = 1 + validation.index(max(validation))
    return Run(max(validation), test, chosen, times.seconds)


def share_touched(data: dataset.Dataset) -> float:
    """Returns the share of the table's rows that a batch holds, on average."""
    ids = np.random.default_rng(0).permutation(data.train.ids)
    batches = np.split(ids, range(BATCH_SIZE, len(ids), BATCH_SIZE))
    counts = [np.sum(np.unique(batch) != 0) for batch in batches]
    return float(np.mean(counts)) / len(data.words)


def row(name: str, runs: dict[float, list[Run]]) -> list[str]:
    """Returns the cells of one optimizer, at the learning rate that validates best."""
    validation = {
        rate: statistics.mean(run.validation for run in found)
        for rate, found in runs.items()
    }
    rate = max(validation, key=validation.__getitem__)
    tests = [run.test for run in runs[rate]]
    # The first epoch compiles.
    seconds = [s for run in runs[rate] for s in run.seconds[1:] or run.seconds]
    return [
        name,
        ", ".join(f"{r:g}: {100 * v:.1f}%" for r, v in validation.items()),
        f"{rate:g}",
        f"{100 * statistics.mean(tests):.1f}%",
        f"{100 * min(tests):.1f}% to {100 * max(tests):.1f}%",
        ", ".join(str(run.epoch) for run in runs[rate]),
        f"{statistics.median(seconds):.2f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--small", action="store_true", help="a tiny corpus, to try it")
    arguments = parser.parse_args()
    scale = (QUICK if arguments.small else FULL).with_changes(arguments.epochs, None)
    data = read_corpus(scale)
    runs: dict[str, dict[float, list[Run]]] = {
        name: {rate: [] for rate in rates} for name, (_, rates) in OPTIMIZERS.items()
    }
    # The optimizers take turns, so that a slow spell hits all alike.
    for seed in range(arguments.seeds):
        for place in range(len(ADAM_RATES)):
            for name, (make, rates) in OPTIMIZERS.items():
                run = train(make(rates[place]), data, scale, seed)
                runs[name][rates[place]].append(run)
                print(f"seed {seed}, {name}, {rates[place]:g}: {run.test:.3f}")
    header = [
        "optimizer",
        "learning rate: validation accuracy",
        "chosen rate",
        "test accuracy, mean",
        "test accuracy, range",
        "epochs chosen",
        "s / epoch",
    ]
    train_on, validate_on, test_on = (
        len(part.labels) for part in (data.train, data.validation, data.test)
    )
    notes = [
        f"{len(data.packages)} packages to tell apart; {train_on} snippets to train, "
        f"{validate_on} to validate, {test_on} to test; a table of {len(data.words)} x "
        f"{scale.width}, of whose rows a batch holds {share_touched(data):.0%}; "
        f"{scale.epochs} epochs in batches of {BATCH_SIZE}; seeds 0 to "
        f"{arguments.seeds - 1}. Every optimizer trained once with each rate and seed. "
        "The rate was chosen by the mean validation accuracy, the epoch by each run's "
        "own.",
    ]
    backend = keras.backend.backend()
    # A run to try it out leaves the results of a full one alone.
    name = f"quality-{backend}" + ("-small" if arguments.small else "")
    if arguments.epochs != EPOCHS:
        name += f"-epochs{arguments.epochs}"
    if arguments.seeds != SEEDS:
        name += f"-seeds{arguments.seeds}"
    table = [row(optimizer, found) for optimizer, found in runs.items()]
    write_table(name, f"Lazy updates and quality on {backend}", header, table, notes)


if __name__ == "__main__":
    main()
