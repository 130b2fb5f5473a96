"""Files that are kept of a run that ends in an error, and the words of that error."""

from collections.abc import Iterator
from contextlib import contextmanager

from hotrow.tabular.advice import argument
from hotrow.tabular.run_error import RunError
from hotrow.tabular.runs.run_folder import RunFolder
from hotrow.tabular.training.checkpoint import Checkpoint


@contextmanager
def kept_on_error(folder: RunFolder) -> Iterator[None]:
    """Adds to an error what is kept in the folder, and removes what is of no use.

    Raises:
        RunError: If the folder cannot be written, such as on a full disk.
    """
    checkpoint = Checkpoint(folder.checkpoint)
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise RunError(
            f"could not write to the folder {str(folder.path)!r}: "
            f"{error.strerror or error}. Make room, or choose another `out`. "
            f"{_kept(folder, checkpoint)}"
        ) from error
    except BaseException as error:
        error.add_note(_kept(folder, checkpoint))
        raise
    finally:
        folder.remove_cache()
        if not checkpoint.is_there():
            checkpoint.remove()
        folder.remove_if_empty()


def _kept(folder: RunFolder, checkpoint: Checkpoint) -> str:
    """Returns in words what is there of a run that ended in an error."""
    mark = folder.mark() or {}
    if mark.get("status") in ("finished", "interrupted"):
        return (
            f"The trained model and its results are kept in {str(folder.path)!r}: "
            f"`hotrow.tabular.Run({str(folder.path)!r}).report()` writes the report "
            "again."
        )
    course = checkpoint.course()
    if course is None:
        return "No half-written file is left."
    model = f"The trained model is kept in {str(folder.model)!r}. "
    return (
        f"{model if folder.model.exists() else ''}What was trained up to epoch "
        f"{course.epoch} is kept: {argument(resume=True)} continues from there."
    )
