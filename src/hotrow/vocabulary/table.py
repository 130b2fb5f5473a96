"""Hash tables from tokens to their positions, made once and read many times.

Tables are made anew from the tokens and never saved, so the hash may change. A string
is compared byte by byte once its hash has led to a token: equal hashes are not enough.
"""

from typing import Any

from hotrow.vocabulary.arrow import pa
from hotrow.vocabulary.direct_table import DirectTable
from hotrow.vocabulary.integer_table import IntegerTable
from hotrow.vocabulary.slots import as_numpy
from hotrow.vocabulary.string_table import StringTable


def make_table(tokens: Any) -> "StringTable | DirectTable | IntegerTable":
    """Returns the table of an Arrow array of tokens, of which no two are equal."""
    if not pa.types.is_int64(tokens.type):
        return StringTable(tokens.cast(pa.large_string()))
    keys = as_numpy(tokens)
    if keys.size and int(keys.max()) - int(keys.min()) < 8 * keys.size + 1024:
        return DirectTable(keys)
    return IntegerTable(keys)
