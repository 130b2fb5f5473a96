"""Rules that change a string before it is a token: Unicode form, lower case."""

from dataclasses import dataclass
from typing import Any

from hotrow_common.arrow import pa, pc

FORMS = ("NFC", "NFD", "NFKC", "NFKD")


@dataclass(frozen=True)
class Rules:
    """Rules that change a string before it is a token.

    Attributes:
        normalize: A form of Unicode, one of `FORMS`, or None to leave strings be.
        lowercase: Whether each character is put in lower case, before normalization.
    """

    normalize: str | None = None
    lowercase: bool = False

    def __post_init__(self) -> None:
        if self.normalize is not None and self.normalize not in FORMS:
            raise ValueError(
                f"`normalize` must be None or one of {', '.join(FORMS)}. Received: "
                f"normalize={self.normalize!r}."
            )
        if not isinstance(self.lowercase, bool):
            raise ValueError(
                "`lowercase` must be True or False. Received: "
                f"lowercase={self.lowercase!r}."
            )

    def __bool__(self) -> bool:
        return self.lowercase or self.normalize is not None

    def apply(self, tokens: Any) -> Any:
        """Returns an Arrow array of tokens as the vocabulary is to see them."""
        if not self or not pa.types.is_large_string(tokens.type):
            return tokens
        if self.lowercase:
            tokens = pc.utf8_lower(tokens)
        if self.normalize is not None:
            tokens = pc.utf8_normalize(tokens, form=self.normalize)
        return tokens
