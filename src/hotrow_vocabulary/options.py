"""What a vocabulary is told beside its tokens, and what its file says of it."""

from dataclasses import dataclass

from hotrow_common.arguments import as_size
from hotrow_vocabulary.rules import Rules


@dataclass(frozen=True)
class VocabularyOptions:
    """What a vocabulary is told beside its tokens.

    Attributes:
        padding: Whether id 0 is padding.
        unknown: Whether there is an id for unknown tokens.
        normalize: A form of Unicode, or None.
        lowercase: Whether strings are put in lower case.
    """

    padding: bool = True
    unknown: bool = True
    normalize: str | None = None
    lowercase: bool = False

    def __post_init__(self) -> None:
        for name in ("padding", "unknown"):
            value = getattr(self, name)
            if not isinstance(value, bool):
                raise ValueError(
                    f"`{name}` must be True or False. Received: {name}={value!r}."
                )
        Rules(self.normalize, self.lowercase)

    @property
    def rules(self) -> Rules:
        """What is done to a string before it counts as a token."""
        return Rules(self.normalize, self.lowercase)

    @property
    def first(self) -> int:
        """The id of the first token."""
        return self.padding + self.unknown

    def room(self, max_size: int | None) -> int | None:
        """Returns how many tokens fit in `max_size` ids, or None for any number."""
        if max_size is None:
            return None
        return max(0, as_size(max_size, "max_size") - self.first)
