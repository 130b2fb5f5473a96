"""The corpus: the source files of the packages of Python's standard library."""

import random
import sysconfig
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hotrow_cli.demo.errors import DemoError
from hotrow_cli.demo.tokens import words_of

LEAST_PACKAGES = 15
LEAST_WORDS = 32
# Preferred first: packages with few files are hard to learn and hard to test.
LEAST_FILES = (5, 4, 3)
_SKIPPED = {"test", "tests", "idle_test", "site-packages", "dist-packages"}


@dataclass(frozen=True)
class SourceFile:
    """One file of the corpus, as words.

    Attributes:
        package: Package of the file, such as `"asyncio"`.
        path: Path in the standard library, such as `"asyncio/base_events.py"`.
        words: Words of the file, in order.
    """

    package: str
    path: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Split:
    """Files for each purpose. No file is in two of them."""

    train: tuple[SourceFile, ...]
    validation: tuple[SourceFile, ...]
    test: tuple[SourceFile, ...]


def standard_library() -> Path:
    """Returns the folder of the standard library of this Python."""
    return Path(sysconfig.get_paths()["stdlib"])


def read_files(root: Path) -> list[SourceFile]:
    """Reads the source files of every package under `root`, in the order of their path.

    Tests are left out, and so are files that do not decode or parse, that have fewer
    than `LEAST_WORDS` words, or whose words equal those of an earlier file: many codecs
    differ in their numbers only, and a copy in the test set would test nothing.

    Raises:
        DemoError: If `root` cannot be read.
    """
    try:
        packages = sorted(_packages(root))
    except OSError as error:
        raise DemoError(
            f"the standard library at {str(root)!r} cannot be read: {error.strerror}. "
            "Run the demo with a Python that has its source files."
        ) from error
    seen: set[tuple[str, ...]] = set()
    files = []
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            words = _words(root, path, packages)
            if len(words) >= LEAST_WORDS and words not in seen:
                seen.add(words)
                name = path.relative_to(root).as_posix()
                files.append(SourceFile(package, name, words))
    return files


def _packages(root: Path) -> Iterator[str]:
    for folder in root.iterdir():
        if folder.name not in _SKIPPED and (folder / "__init__.py").is_file():
            yield folder.name


def _words(root: Path, path: Path, packages: Sequence[str]) -> tuple[str, ...]:
    if _SKIPPED.intersection(path.relative_to(root).parts):
        return ()
    try:
        with tokenize.open(path) as file:
            return tuple(words_of(file.read(), packages))
    except (SyntaxError, UnicodeDecodeError, tokenize.TokenError, OSError):
        return ()


def choose_packages(
    files: Sequence[SourceFile], most_files: int, seed: int
) -> dict[str, list[SourceFile]]:
    """Returns the packages to tell apart, each with its files in a random order.

    A package needs 5 files; if that leaves fewer than 15 packages, 4, and then 3.

    Args:
        files: The corpus.
        most_files: Most files of one package to keep, at least 3.
        seed: Seed of the order.

    Raises:
        DemoError: If there are fewer than 15 packages all the same.
    """
    groups: dict[str, list[SourceFile]] = {}
    for file in sorted(files, key=lambda file: file.path):
        groups.setdefault(file.package, []).append(file)
    chosen: dict[str, list[SourceFile]] = {}
    for least in LEAST_FILES:
        chosen = {name: group for name, group in groups.items() if len(group) >= least}
        if len(chosen) >= LEAST_PACKAGES:
            break
    if len(chosen) < LEAST_PACKAGES:
        raise DemoError(
            f"the standard library of this Python is stripped: {len(chosen)} packages "
            f"have {LEAST_FILES[-1]} or more source files, and the demo needs "
            f"{LEAST_PACKAGES}. Run it with a full Python, such as one from python.org."
        )
    shuffler = random.Random(seed)
    return {
        name: shuffler.sample(group, len(group))[:most_files]
        for name, group in sorted(chosen.items())
    }


def split_by_file(packages: Mapping[str, Sequence[SourceFile]]) -> Split:
    """Splits the files of each package: a fifth to validate, a fifth to test.

    Args:
        packages: Files by package, at least 3 each, in a random order.

    Returns:
        The files; every package has at least one in each part.
    """
    train: list[SourceFile] = []
    validation: list[SourceFile] = []
    test: list[SourceFile] = []
    for files in packages.values():
        held_out = max(1, round(len(files) / 5))
        validation += files[:held_out]
        test += files[held_out : 2 * held_out]
        train += files[2 * held_out :]
    return Split(tuple(train), tuple(validation), tuple(test))
