"""Whether a path is a file that can be read, and of which kind."""

import os
import stat
from pathlib import Path

from hotrow.tabular.errors import TableError

_KINDS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".csv.gz": "csv",
    ".tsv.gz": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
}


def check_file(path: Path) -> None:
    """Raises `TableError` if there is no such file, or it cannot be read."""
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISDIR(mode):
            with open(path, "rb") as file:
                empty = not file.read(1)
    except FileNotFoundError:
        raise TableError(
            f"There is no file {str(path)!r}. Check the path: it is looked up from "
            f"the folder {os.getcwd()!r}."
        ) from None
    except PermissionError:
        raise TableError(
            f"The file {str(path)!r} may not be read: permission denied. Change its "
            f"permissions, for example by `chmod u+r`, or copy it."
        ) from None
    except OSError as error:
        raise TableError(
            f"The file {str(path)!r} cannot be read: {error.strerror or error}."
        ) from error
    if stat.S_ISDIR(mode):
        raise TableError(
            f"{str(path)!r} is a folder, and a table is a file. Pass the path of a "
            "file in it, or a list of such paths."
        )
    if empty:
        raise TableError(
            f"The file {str(path)!r} is empty: it has no header and no rows. Check "
            "that it was written to its end."
        )


def kind_of_file(path: Path) -> str:
    """Returns `"csv"` or `"parquet"`, by the end of the name."""
    name = path.name.lower()
    for ending, kind in _KINDS.items():
        if name.endswith(ending):
            return kind
    raise TableError(
        f"The name of a table's file ends in {', '.join(_KINDS)}. Received: "
        f"{str(path)!r}. Rename it to say what it is, or convert it to CSV."
    )
