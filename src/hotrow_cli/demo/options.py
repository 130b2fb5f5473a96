"""Options of the demo."""

from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Scale:
    """Size of a run.

    Attributes:
        epochs: Passes over the training snippets.
        files_per_package: Most files that one package gives.
        vocabulary_size: Ids, with the two for padding and out-of-vocabulary words.
        width: Length of a word vector.
    """

    epochs: int
    files_per_package: int
    vocabulary_size: int
    width: int

    def with_changes(
        self, epochs: int | None, files_per_package: int | None
    ) -> "Scale":
        """Returns a copy with the values that are not `None`."""
        return replace(
            self,
            epochs=self.epochs if epochs is None else epochs,
            files_per_package=(
                self.files_per_package
                if files_per_package is None
                else files_per_package
            ),
        )


FULL = Scale(epochs=12, files_per_package=40, vocabulary_size=2048, width=32)
QUICK = Scale(epochs=8, files_per_package=6, vocabulary_size=512, width=16)


@dataclass(frozen=True)
class DemoOptions:
    """One run.

    Attributes:
        out: Folder for the results.
        force: If True, write into a folder that holds files.
        seed: Seed of Python, NumPy and Keras, from 0 to `2**32 - 1`.
        backend: Name of a Keras backend, or `None` to choose one.
        scale: Size of the run.
    """

    out: Path
    force: bool = False
    seed: int = 0
    backend: str | None = None
    scale: Scale = FULL
