"""Files of a vocabulary, and its conversion from and to lookup layers of Keras."""

import os
from dataclasses import asdict
from typing import Any, BinaryIO, Self

from hotrow_vocabulary import file_format, text_files
from hotrow_vocabulary.options import VocabularyOptions
from hotrow_vocabulary.tokens import from_arrow
from hotrow_vocabulary.vocabulary_state import VocabularyState


class VocabularyIO(VocabularyState):
    """Base of `Vocabulary`: reads and writes files, and layers of Keras."""

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the vocabulary to a file, in full or not at all.

        The format is an Arrow IPC file with one column, `token`, and JSON under the key
        `hotrow` of its schema's metadata. The guide says more.

        Args:
            path: Path of the file. One that is there is replaced.
        """
        known, options = self._known, self._options
        file_format.write(path, known.tokens, options, self._digest_of(known))

    def _save_to(self, file: BinaryIO) -> None:
        known, options = self._known, self._options
        file_format.write_to(file, known.tokens, options, self._digest_of(known))

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, memory_map: bool = True) -> Self:
        """Reads a vocabulary that `save` wrote. No code of the file is run.

        Args:
            path: Path of the file.
            memory_map: Whether the tokens stay in the file and are read as they are
                needed; the file must not be changed in place then. Defaults to `True`.
                Either way, all of it is read once and its digest checked.

        Raises:
            ValueError: If the file is not such a file, or has changed since `save`
                wrote it.
        """
        tokens, about, digest = file_format.read(path, memory_map)
        try:
            made = cls(from_arrow(tokens), **asdict(about))
        except ValueError as error:
            raise file_format.VocabularyFileError(path, str(error)) from error
        if not about.rules:
            made._last_digest = made._known, digest
        return made

    def to_text(self, path: str | os.PathLike[str]) -> None:
        """Writes the tokens to a text file in UTF-8, one a line, without special ids.

        Args:
            path: Path of the file. One that is there is replaced.
        """
        text_files.write_text(path, self.tokens.to_pylist())

    @classmethod
    def from_text(
        cls, path: str | os.PathLike[str], *, integers: bool = False, **options: Any
    ) -> Self:
        """Reads a text file in UTF-8 that has one token a line, in the order of ids.

        Args:
            path: Path of the file.
            integers: Whether the tokens are integers. Defaults to `False`.
            **options: `reserve_padding`, `reserve_oov`, `normalize` and `lowercase`,
                as for the class.
        """
        tokens = text_files.read_text(path, integers)
        about = VocabularyOptions(**options)
        try:
            return cls(tokens, **asdict(about))
        except ValueError as error:
            raise ValueError(
                f"The file {os.fspath(path)!r} is no vocabulary in plain text, one "
                f"token a line. {error}"
            ) from error

    def to_keras(self) -> dict[str, Any]:
        """Returns the arguments of the `StringLookup` that gives the same ids.

        For integers, those of the `IntegerLookup`. Its token for padding is `""`, or 0,
        if that is no token, and input of it is padding there; here it is out of
        vocabulary.
        """
        if self._options.rules:
            raise ValueError(
                "A lookup layer of Keras does not change strings. Received: a "
                f"vocabulary with normalize={self.normalize!r} and "
                f"lowercase={self.lowercase}. Change the strings before the layer, and "
                "pass it `vocab.tokens.to_pylist()`."
            )
        tokens = self.tokens.to_pylist()
        return text_files.to_keras(tokens, self.reserve_padding, self.reserve_oov)

    @classmethod
    def from_keras(cls, layer: Any) -> Self:
        """Makes the vocabulary that gives the ids of a lookup layer of Keras.

        Args:
            layer: A `StringLookup` or `IntegerLookup` with at most one id for
                out-of-vocabulary tokens.
        """
        tokens, padding, oov = text_files.from_keras(layer)
        return cls(tokens, reserve_padding=padding, reserve_oov=oov)
