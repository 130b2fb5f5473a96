"""Training state: epochs, best loss, and why training ended."""

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from hotrow.tabular.training.end_reason import EndReason
from hotrow.tabular.training.options import TrainingOptions


@dataclass
class Course:
    """Training state: epochs done, best loss, and why training ended.

    Attributes:
        history: Values of each whole epoch, by the names that Keras gives them.
        best_epoch: The epoch, from 1, with the lowest loss on the validation rows.
        best_loss: That loss.
        waited: How many epochs have passed since.
        seconds: Time in training.
        end: Reason for which training is over; None while it is not.
    """

    history: dict[str, list[float]] = field(default_factory=dict)
    best_epoch: int = 0
    best_loss: float = math.inf
    waited: int = 0
    seconds: float = 0.0
    end: EndReason | None = None

    @property
    def was_interrupted(self) -> bool:
        """Returns whether the user ended training, by Ctrl-C."""
        return self.end is not None and self.end.is_interruption

    def end_sentence(self, options: TrainingOptions) -> str:
        """Returns why training ended, as a sentence."""
        if self.end is None:
            raise ValueError(f"Training is not over. Epochs done: {self.epoch}.")
        return self.end.sentence(self.epoch, options.epochs, options.patience)

    @property
    def epoch(self) -> int:
        """Number of epochs that are done."""
        return len(self.history.get("loss", ()))

    def add(self, values: dict[str, float], loss: float) -> bool:
        """Notes an epoch. Returns whether it is the best so far.

        Args:
            values: What the history shows.
            loss: The loss on the validation rows.
        """
        for name, value in values.items():
            self.history.setdefault(name, []).append(float(value))
        # A loss that is not a number is no better than any.
        if loss < self.best_loss or self.best_epoch == 0:
            self.best_loss = loss if math.isfinite(loss) else math.inf
            self.best_epoch, self.waited = self.epoch, 0
            return True
        self.waited += 1
        return False

    def to_json(self) -> dict[str, Any]:
        """Returns the course as what `json` can write."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Course":
        """Returns the course that `to_json` returned as JSON."""
        end = content["end"]
        return cls(**{**content, "end": None if end is None else EndReason(end)})
