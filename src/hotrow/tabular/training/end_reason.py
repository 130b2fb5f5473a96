"""Reasons for which training ends."""

from enum import StrEnum


class EndReason(StrEnum):
    """Reason for which training ended.

    Saved files hold the values: they never change.
    """

    EPOCHS_DONE = "epochs done"
    NOT_IMPROVING = "not improving"
    INTERRUPTED_AFTER_EPOCH = "interrupted after an epoch"
    INTERRUPTED_IN_EPOCH = "interrupted in an epoch"
    INTERRUPTED_IN_FIRST_EPOCH = "interrupted in the first epoch"

    @property
    def is_interruption(self) -> bool:
        """Returns whether the user ended training, by Ctrl-C."""
        return self in _INTERRUPTIONS

    def sentence(self, epoch: int, epochs: int, patience: int) -> str:
        """Returns the reason as a sentence.

        Args:
            epoch: Number of whole epochs.
            epochs: Number of epochs that were wanted, at most.
            patience: Number of epochs without a lower loss after which training ends.
        """
        if self is EndReason.EPOCHS_DONE and epochs == 1:
            return "The one epoch was done."
        return _SENTENCES[self].format(
            epoch=epoch, next=epoch + 1, epochs=epochs, patience=patience
        )


_INTERRUPTIONS = {
    EndReason.INTERRUPTED_AFTER_EPOCH,
    EndReason.INTERRUPTED_IN_EPOCH,
    EndReason.INTERRUPTED_IN_FIRST_EPOCH,
}
_SENTENCES = {
    EndReason.EPOCHS_DONE: "All {epochs} epochs were done.",
    EndReason.NOT_IMPROVING: "Training ended after epoch {epoch}, as the loss on the "
    "validation rows had not fallen for {patience} epochs.",
    EndReason.INTERRUPTED_AFTER_EPOCH: "Training was interrupted after epoch {epoch}.",
    EndReason.INTERRUPTED_IN_EPOCH: "Training was interrupted in epoch {next}.",
    EndReason.INTERRUPTED_IN_FIRST_EPOCH: "Training was interrupted in its first "
    "epoch.",
}
