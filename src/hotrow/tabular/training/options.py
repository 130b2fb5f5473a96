"""Options of the network and of its training."""

from dataclasses import asdict, dataclass
from typing import Any

from hotrow.tabular.network.network import BINS, DROPOUT, FIRST, HIDDEN
from hotrow.tabular.run_error import RunError


@dataclass(frozen=True)
class TrainingOptions:
    """Options of the network and of its training.

    Attributes:
        first: What ids enter the network by: `"embedding"` or `"onehot"`.
        epochs: Passes over the training rows, at most.
        patience: After so many epochs without a lower loss on the validation rows,
            training ends. After half of them the learning rate falls to a third.
        learning_rate: Learning rate of Adam, at first.
        batch_size: Rows of a step, or None: `batch_size_of`.
        hidden: Units of the hidden layers.
        dropout: Share of their units that is dropped in training.
        bins: Into how many bins a column of numbers is cut, at most.
        seed: Seed of the split, the first weights, the order of rows and the dropout.
    """

    first: str = "embedding"
    epochs: int = 100
    patience: int = 8
    learning_rate: float = 1e-3
    batch_size: int | None = None
    hidden: tuple[int, ...] = HIDDEN
    dropout: float = DROPOUT
    bins: int = BINS
    seed: int = 0

    def __post_init__(self) -> None:
        if self.first not in FIRST:
            raise RunError(
                f'`first` must be "embedding" or "onehot". Received: {self.first!r}.'
            )
        for name in ("epochs", "patience", "batch_size"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or value < 1):
                raise RunError(
                    f"`{name}` must be a whole number of 1 or more. Received: "
                    f"{name}={value!r}."
                )
        if not (isinstance(self.seed, int) and 0 <= self.seed < 2**32):
            raise RunError(
                "`seed` must be a whole number from 0 to 4294967295. Received: "
                f"seed={self.seed!r}."
            )

    def to_json(self) -> dict[str, Any]:
        """Returns the settings as what `json` can write."""
        return {**asdict(self), "hidden": list(self.hidden)}


def batch_size_of(rows: int) -> int:
    """Returns the size of a batch for so many training rows.

    A small table needs many steps an epoch more than it needs smooth ones; a large one
    has enough of them, and large steps cost less a row.
    """
    steps = ((1_000, 16), (2_500, 32), (10_000, 64), (100_000, 256), (1_000_000, 512))
    for most, size in steps:
        if rows <= most:
            return size
    return 1024
