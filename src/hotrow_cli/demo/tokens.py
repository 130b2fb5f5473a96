"""Python source code to words, without what would give its package away.

The rule: the names and keywords of the code, each cut into the words it is made of
(`getFile_name` is `get`, `file`, `name`), in lower case. A number becomes `<number>`, a
string `<string>`. Left out are comments, operators, import statements, and every name
that holds the name of a package (`JSONDecoder`, `asyncio`).
"""

import io
import re
import tokenize
from collections.abc import Collection

NUMBER = "<number>"
STRING = "<string>"

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")
# Python 3.12 and 3.14 cut f-strings and t-strings into pieces; 3.11 does not.
_STRING_STARTS = {"FSTRING_START", "TSTRING_START"}
_STRING_ENDS = {"FSTRING_END", "TSTRING_END"}
_LAYOUT = {"INDENT", "DEDENT", "NL", "COMMENT", "ENCODING"}


def words_of(source: str, forbidden: Collection[str] = ()) -> list[str]:
    """Returns the words of a Python source text, in order.

    Args:
        source: The text.
        forbidden: Names of packages. A name is left out if one of its words is a
            forbidden name, or if a forbidden name of three letters or more stands
            anywhere in it.

    Raises:
        SyntaxError, tokenize.TokenError: If the text is no Python source.
    """
    forbidden = {name.lower().strip("_") for name in forbidden}
    words: list[str] = []
    open_strings = 0
    starts_statement, in_import = True, False
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind = tokenize.tok_name[token.type]
        if kind == "NEWLINE":
            starts_statement, in_import = True, False
            continue
        if kind in _LAYOUT:
            continue
        if starts_statement:
            in_import = token.string in ("import", "from")
        # `if x: import y` and `x; import y` are imports too.
        starts_statement = kind == "OP" and token.string in (":", ";")
        if starts_statement and token.string == ";":
            in_import = False
        if in_import:
            continue
        if kind in _STRING_STARTS:
            open_strings += 1
            if open_strings == 1:
                words.append(STRING)
        elif kind in _STRING_ENDS:
            open_strings -= 1
        elif open_strings:
            continue
        elif kind == "STRING":
            words.append(STRING)
        elif kind == "NUMBER":
            words.append(NUMBER)
        elif kind == "NAME":
            words.extend(_words_of_name(token.string, forbidden))
    return words


def _words_of_name(name: str, forbidden: Collection[str]) -> list[str]:
    words = [word.lower() for word in _WORD.findall(name)]
    lower = name.lower()
    if any(word in words or (len(word) > 2 and word in lower) for word in forbidden):
        return []
    return words
