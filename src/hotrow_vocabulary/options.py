"""Options of a vocabulary, which its file keeps."""

from dataclasses import dataclass

from hotrow_common.arguments import as_size
from hotrow_vocabulary.rules import Rules


@dataclass(frozen=True)
class VocabularyOptions:
    """Options of a vocabulary beside its tokens.

    Attributes:
        reserve_padding: Whether id 0 is padding.
        reserve_oov: Whether there is an id for out-of-vocabulary tokens.
        normalize: A form of Unicode, or None.
        lowercase: Whether strings are put in lower case.
    """

    reserve_padding: bool = True
    reserve_oov: bool = True
    normalize: str | None = None
    lowercase: bool = False

    def __post_init__(self) -> None:
        for name in ("reserve_padding", "reserve_oov"):
            value = getattr(self, name)
            if not isinstance(value, bool):
                raise ValueError(
                    f"`{name}` must be True or False. Received: {name}={value!r}."
                )
        Rules(self.normalize, self.lowercase)

    @property
    def rules(self) -> Rules:
        """Rules that change a string before it is a token."""
        return Rules(self.normalize, self.lowercase)

    @property
    def first(self) -> int:
        """The id of the first token."""
        return self.reserve_padding + self.reserve_oov

    def room(self, max_size: int | None) -> int | None:
        """Returns how many tokens fit in `max_size` ids, or None for any number."""
        if max_size is None:
            return None
        return max(0, as_size(max_size, "max_size") - self.first)
