"""Objects to ids and back."""

from hotrow.vocabulary.counting import count
from hotrow.vocabulary.vocabulary import Vocabulary

__all__ = ["Vocabulary", "count"]
