"""Tokens to ids and back: counting, hashing and files, without Keras."""

from hotrow_vocabulary.counting import count
from hotrow_vocabulary.file_format import VocabularyFileError
from hotrow_vocabulary.vocabulary import Vocabulary

__all__ = ["Vocabulary", "VocabularyFileError", "count"]
