"""Words to ids and back."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

PADDING, UNKNOWN = 0, 1
FIRST_WORD = 2
FORMAT = "hotrow-demo-vocabulary"
VERSION = 1


@dataclass(frozen=True)
class Words:
    """A vocabulary: 0 is padding, 1 an unknown word, and the words come after.

    Attributes:
        words: The words; `words[i]` has the id `i + 2`.
    """

    words: tuple[str, ...]

    @classmethod
    def fit(cls, texts: Iterable[Sequence[str]], size: int) -> "Words":
        """Returns the vocabulary of the commonest words of `texts`.

        By falling count, equal counts by the word itself.

        Args:
            texts: Texts as words.
            size: Most ids, with padding and unknown.
        """
        counts = Counter(word for text in texts for word in text)
        ranked = sorted(counts, key=lambda word: (-counts[word], word))
        return cls(tuple(ranked[: max(0, size - FIRST_WORD)]))

    @property
    def size(self) -> int:
        """The number of ids."""
        return len(self.words) + FIRST_WORD

    def ids(self, texts: Sequence[Sequence[str]], length: int) -> npt.NDArray[np.int32]:
        """Returns the ids of `texts`, int32, of shape `(len(texts), length)`.

        A shorter text is padded at its end, a longer one cut.
        """
        places = {word: place for place, word in enumerate(self.words, FIRST_WORD)}
        ids = np.full((len(texts), length), PADDING, np.int32)
        for row, text in zip(ids, texts, strict=True):
            found = [places.get(word, UNKNOWN) for word in text[:length]]
            row[: len(found)] = found
        return ids

    def save(self, path: Path) -> None:
        """Writes a JSON file. It is written aside and renamed, so it is never half."""
        content = {"format": FORMAT, "version": VERSION, "words": self.words}
        aside = path.with_name(path.name + ".partial")
        aside.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        os.replace(aside, path)

    @classmethod
    def load(cls, path: Path) -> "Words":
        """Reads a file that `save` wrote.

        Raises:
            ValueError: If the file is of another format or version.
        """
        content = json.loads(path.read_text(encoding="utf-8"))
        header = (content.get("format"), content.get("version"))
        if header != (FORMAT, VERSION):
            raise ValueError(
                f"{str(path)!r} is no vocabulary of this demo. Expected format and "
                f"version: {(FORMAT, VERSION)}. Received: {header}. Write it again "
                "with `hotrow demo`."
            )
        return cls(tuple(content["words"]))
