"""Digests by which the files of a run are known to be as they were written.

A JSON file of ours holds the SHA-256 of its content under the key `digest`, and those
of the bytes of other files under `files`, by their names.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hotrow.tabular.advice import argument
from hotrow.tabular.files.whole_files import write_json
from hotrow.tabular.run_error import RunError


def write_with_digest(path: Path, content: Mapping[str, Any]) -> None:
    """Writes JSON and the digest of it."""
    write_json(path, {**content, "digest": _digest(content)})


def read_with_digest(path: Path) -> dict[str, Any]:
    """Returns what `write_with_digest` wrote.

    Raises:
        RunError: If the file is not as it was written. The text names it.
        OSError: If it cannot be read.
    """
    return without_digest(path, read_json(path))


def read_json(path: Path) -> Any:
    """Returns the content of a JSON file, which may be any.

    Raises:
        RunError: If it is not JSON.
        OSError: If it cannot be read.
    """
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise damaged(path, f"it is not JSON ({error})") from error


def without_digest(path: Path, content: Any) -> dict[str, Any]:
    """Returns what `write_with_digest` was given, of what `read_json` returned.

    Raises:
        RunError: If that is not what the digest is of.
    """
    if not isinstance(content, dict) or "digest" not in content:
        raise damaged(path, "it has no digest")
    rest = {name: value for name, value in content.items() if name != "digest"}
    if content["digest"] != _digest(rest):
        raise damaged(path, "its content is not what its digest is of")
    return rest


def digests_of(paths: Iterable[Path]) -> dict[str, str]:
    """Returns the digests of files by their names; of those that are there."""
    return {path.name: _of_file(path) for path in paths if path.exists()}


def check_file(path: Path, digests: Mapping[str, str]) -> None:
    """Checks that a file is as it was when `digests_of` saw it.

    Raises:
        RunError: If it is not there, or has changed.
    """
    if not path.exists():
        raise damaged(path, "it is not there")
    if _of_file(path) != digests.get(path.name):
        raise damaged(path, "its bytes are not what was written")


def damaged(path: Path, problem: str) -> RunError:
    """Returns the error for a file that is not as it was written."""
    return RunError(
        f"the file {str(path)!r} is damaged or was changed: {problem}. Restore it from "
        f"a copy, or train again, with {argument(force=True)} into the same folder."
    )


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
