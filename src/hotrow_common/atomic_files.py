"""Files that are written whole or not at all."""

import errno
import io
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

# `O_BINARY` is on Windows alone, which would change line ends without it.
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_LONGEST_NAME = 255


@contextmanager
def written_aside(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Gives a file to write to, which takes the place of `path` once it is whole.

    A link stays one, to the new file. Into a device or a pipe, such as `/dev/stdout`,
    it is written as it goes: no file may take its place.

    Raises:
        OSError: If it cannot be written; its `filename` is the path.
    """
    target = _target(path)
    if _is_special(target):
        with _opened(os.open(target, os.O_WRONLY), path) as file:
            yield file
        return
    aside = target.with_name(_name_aside(target.name))
    with _names(path):
        # The mode of any new file: the system takes the umask of the process off it.
        handle = os.open(aside, _NEW_FILE, 0o666)
    try:
        with _opened(handle, path) as file:
            yield file
            file.flush()
            with _names(path):
                os.fsync(file.fileno())
        with _names(path):
            os.replace(aside, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(aside)
        raise


def _target(path: str | os.PathLike[str]) -> Path:
    """Returns the path of the file itself, or raises `OSError` if it can be none."""
    text = os.fspath(path)
    target = Path(os.path.realpath(text)) if os.path.islink(text) else Path(text)
    if not text:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), text)
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), text)
    return target


def _is_special(target: Path) -> bool:
    """Returns whether a path is there and no regular file."""
    try:
        mode = target.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode)


def _name_aside(name: str) -> str:
    ending = f".{secrets.token_hex(4)}"
    while len(os.fsencode(name)) + len(ending) + 1 > _LONGEST_NAME:
        name = name[:-1]
    return f".{name}{ending}"


@contextmanager
def _names(path: Any) -> Iterator[None]:
    """Has errors of the system name the path, in place of the file aside or none."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        # Of the class that the number has, such as `PermissionError`.
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error


class _Raw(io.FileIO):
    """A file whose errors in writing, as for a full disk, name a path."""

    def __init__(self, handle: int, path: Any) -> None:
        super().__init__(handle, "wb")
        self._path = path

    def write(self, data: Any) -> Any:
        """Writes bytes."""
        with _names(self._path):
            return super().write(data)


def _opened(handle: int, path: Any) -> BinaryIO:
    return cast(BinaryIO, io.BufferedWriter(_Raw(handle, path)))
