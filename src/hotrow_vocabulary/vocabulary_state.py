"""Tokens, options and digest of a vocabulary."""

import threading
from typing import Any, Self

import numpy as np

from hotrow_vocabulary.digest import digest_of
from hotrow_vocabulary.inputs import read
from hotrow_vocabulary.known import Known
from hotrow_vocabulary.options import VocabularyOptions


class VocabularyState:
    """Base of `Vocabulary`: its tokens and options, and what follows from them."""

    _known: Known
    _options: VocabularyOptions
    _growing: threading.Lock
    _last_digest: tuple[Known, str] | None

    def __init__(
        self,
        tokens: Any,
        *,
        reserve_padding: bool = True,
        reserve_oov: bool = True,
        normalize: str | None = None,
        lowercase: bool = False,
    ) -> None:
        options = VocabularyOptions(reserve_padding, reserve_oov, normalize, lowercase)
        array = options.rules.apply(read(tokens).tokens)
        if array.null_count:
            raise ValueError(
                "A missing value cannot be a token. Received: "
                f"{array.null_count} missing values among {len(array)} tokens. Leave "
                "them out: a missing value has the out-of-vocabulary id."
            )
        self._set(Known(array), options)

    @property
    def tokens(self) -> Any:
        """The tokens in the order of their ids, as a pyarrow array."""
        return self._known.tokens

    @property
    def digest(self) -> str:
        """The SHA-256 of tokens and options, in hex: one for equal vocabularies."""
        return self._digest_of(self._known)

    @property
    def reserve_padding(self) -> bool:
        """Returns whether id 0 is padding."""
        return self._options.reserve_padding

    @property
    def reserve_oov(self) -> bool:
        """Returns whether there is an id for out-of-vocabulary tokens."""
        return self._options.reserve_oov

    @property
    def normalize(self) -> str | None:
        """The form of Unicode that strings are brought to, or None."""
        return self._options.normalize

    @property
    def lowercase(self) -> bool:
        """Returns whether strings are put in lower case."""
        return self._options.lowercase

    @property
    def padding_id(self) -> int | None:
        """The id of padding: 0, or None."""
        return 0 if self.reserve_padding else None

    @property
    def oov_id(self) -> int | None:
        """The id of out-of-vocabulary tokens and missing values, or None."""
        return int(self.reserve_padding) if self.reserve_oov else None

    def __len__(self) -> int:
        return len(self.tokens) + self._options.first

    def __contains__(self, token: Any) -> bool:
        batch = read([token])
        if batch.shape != (1,):
            raise ValueError(
                f"`in` takes one token. Received: a {type(token).__name__} of "
                "several. Compare `encode(tokens)` with `oov_id`."
            )
        batch = batch.tokens
        if batch.null_count or batch.type != self.tokens.type:
            return False
        return bool(self._known.find(self._options.rules.apply(batch))[0] >= 0)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, VocabularyState):
            return NotImplemented
        same = self._options == other._options
        return same and bool(self.tokens.equals(other.tokens))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        some = ", ".join(repr(token) for token in self.tokens[:3].to_pylist())
        more = ", ..." if len(self.tokens) > 3 else ""
        return f"<hotrow.Vocabulary of {len(self)} ids: {some}{more}>"

    def __getstate__(self) -> Any:
        return self._known, self._options

    def __setstate__(self, state: Any) -> None:
        self._set(*state)

    def _set(self, known: Known, options: VocabularyOptions) -> None:
        self._known, self._options = known, options
        self._growing = threading.Lock()
        self._last_digest = None

    @classmethod
    def _of(cls, tokens: Any, options: VocabularyOptions) -> Self:
        """Returns the vocabulary of tokens that are sure to be distinct."""
        made = cls.__new__(cls)
        made._set(Known(tokens, distinct=True), options)
        return made

    def _digest_of(self, known: Known) -> str:
        last = self._last_digest
        if last is None or last[0] is not known:
            last = known, digest_of(known.tokens, self._options)
            self._last_digest = last
        return last[1]

    @property
    def _dtype(self) -> type[np.signedinteger]:
        return id_dtype(len(self))


def id_dtype(size: int) -> type[np.signedinteger]:
    """Returns the dtype of the ids from 0 to `size - 1`."""
    return np.int32 if size <= 2**31 else np.int64
