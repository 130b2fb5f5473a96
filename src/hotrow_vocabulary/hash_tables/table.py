"""Tables from tokens to their positions, made once and read many times.

Tables are made anew from the tokens and never saved, so a hash may change. All of a
token is compared once its hash has led to it: equal hashes are not enough.
"""

from typing import Any

from hotrow_common.arrow import pa
from hotrow_vocabulary.hash_tables.direct_table import DirectTable
from hotrow_vocabulary.hash_tables.integer_table import IntegerTable
from hotrow_vocabulary.hash_tables.large_integer_table import LargeIntegerTable
from hotrow_vocabulary.hash_tables.large_string_table import LargeStringTable
from hotrow_vocabulary.hash_tables.slots import as_numpy
from hotrow_vocabulary.hash_tables.string_table import StringTable

# Up to here the tables that are read fastest. Of more tokens they would take several
# seconds to make, and several times the memory of the tokens.
LARGE = 1 << 22

HashTable = (
    StringTable | LargeStringTable | DirectTable | IntegerTable | LargeIntegerTable
)


def make_table(tokens: Any) -> HashTable:
    """Returns the table of an Arrow array of tokens, of which no two are equal."""
    large = len(tokens) > LARGE
    if not pa.types.is_int64(tokens.type):
        strings = tokens.cast(pa.large_string())
        return LargeStringTable(strings) if large else StringTable(strings)
    keys = as_numpy(tokens)
    if keys.size and int(keys.max()) - int(keys.min()) < 8 * keys.size + 1024:
        return DirectTable(keys)
    return LargeIntegerTable(keys) if large else IntegerTable(keys)
