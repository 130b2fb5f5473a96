"""Vocabularies in use in this process, found by their digests.

A config that names a vocabulary by its digest is then enough to make a layer again, in
the process that has it: the digest stands for the content.
"""

import copy
import weakref

from hotrow_vocabulary.vocabulary import Vocabulary

# A vocabulary that grew has another digest, which `get` sees.
_in_use: weakref.WeakValueDictionary[str, Vocabulary] = weakref.WeakValueDictionary()


def put(vocabulary: Vocabulary) -> str:
    """Lets a vocabulary be found, and returns its digest."""
    digest = vocabulary.digest
    _in_use[digest] = vocabulary
    return digest


def get(digest: str | None) -> Vocabulary | None:
    """Returns the vocabulary of a digest, or None if it is not in use.

    It is a copy, which shares the tokens: one may grow without the other.
    """
    vocabulary = None if digest is None else _in_use.get(digest)
    if vocabulary is None or vocabulary.digest != digest:
        return None
    return copy.copy(vocabulary)
