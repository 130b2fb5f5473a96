"""Objects to ids and back."""

from hotrow_vocabulary.counting import count
from hotrow_vocabulary.vocabulary import Vocabulary

__all__ = ["Vocabulary", "count"]
