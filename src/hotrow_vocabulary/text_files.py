"""Vocabularies of other tools: plain text, and those of Keras's lookup layers."""

import os
import re
from pathlib import Path
from typing import Any

import numpy as np

from hotrow_common.atomic_files import written_aside

# Keras's tokens for the ids of padding and of out-of-vocabulary tokens.
KERAS_MASK, KERAS_OOV = "", "[UNK]"
_MARK = "\ufeff"


def write_text(path: str | os.PathLike[str], tokens: list[str | int]) -> None:
    """Writes one token a line, in UTF-8."""
    for token in tokens:
        if isinstance(token, str) and re.search(r"[\r\n\0]", token):
            raise ValueError(
                "A token that holds a line break or a zero character cannot stand in a "
                f"text file. Received: {token!r}. Use `save`, which writes any token."
            )
    text = "".join(f"{token}\n" for token in tokens)
    if text.startswith(_MARK):
        # Readers take one such mark at the start for no part of the text.
        text = _MARK + text
    # Bytes, so that no system turns line ends into its own.
    with written_aside(path) as file:
        file.write(text.encode())


def read_text(path: str | os.PathLike[str], integers: bool) -> list[str] | list[int]:
    """Returns the tokens of a file that has one a line."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            "A vocabulary in plain text must be in UTF-8. Received: "
            f"{os.fspath(path)!r}, which is not ({error.reason} at byte "
            f"{error.start}). Convert it first."
        ) from error
    lines = _lines(text, os.fspath(path))
    if lines[-1] == "":
        lines.pop()
    if not integers:
        return lines
    numbers = []
    for place, line in enumerate(lines):
        # Python's `int` takes `1_0` and the digits of all scripts, too.
        if not re.fullmatch(r"[+-]?[0-9]{1,19}", line):
            raise ValueError(
                f"A line is no integer of 64 bits: {line!r}, line {place + 1} of "
                f"{os.fspath(path)!r}. Pass `integers=False` to read strings."
            )
        numbers.append(int(line))
    return numbers


def _lines(text: str, path: str) -> list[str]:
    """Returns the lines of a text, whichever mark ends them."""
    text = text.replace("\r\n", "\n")
    if "\r" in text and "\n" not in text:
        # As Macintoshes wrote, long ago, and some spreadsheets still do.
        text = text.replace("\r", "\n")
    lines = text.split("\n")
    for name, letter in (("carriage return", "\r"), ("zero character", "\0")):
        place = text.find(letter)
        if place >= 0:
            line = text.count("\n", 0, place) + 1
            raise ValueError(
                f"A vocabulary in plain text has one token a line. Received: {path!r}, "
                f"with a {name} within line {line}, {lines[line - 1][:40]!r}: it was "
                "not written to its end, is in UTF-16, or is no text. Write it anew in "
                "UTF-8."
            )
    return lines


def to_keras(tokens: list[str | int], padding: bool, oov: bool) -> dict[str, Any]:
    """Returns the arguments with which a lookup layer of Keras gives the same ids.

    Keras takes its own tokens for the special ids out of a vocabulary; where one is a
    token, another stands for the id.
    """
    if not tokens:
        raise ValueError(
            "A lookup layer of Keras needs one token at least. Received: a vocabulary "
            "without tokens. Make the layer without one, and `adapt` it."
        )
    cut = [t for t in tokens if isinstance(t, str) and t.endswith("\0")]
    if cut:
        raise ValueError(
            "Keras cuts zero characters off the end of a token. Received: "
            f"{cut[0]!r}. Leave it out, or use `hotrow.Lookup`."
        )
    integers = isinstance(tokens[0], int)
    made: dict[str, Any] = {
        # Of a list of integers, Keras would keep 32 bits.
        "vocabulary": np.array(tokens) if integers else list(tokens),
        "num_oov_indices": int(oov),
        "mask_token": None,
    }
    taken = set(tokens)
    usual_mask, usual_oov = (0, -1) if integers else (KERAS_MASK, KERAS_OOV)
    if oov and usual_oov in taken:
        made["oov_token"] = _free(taken)
        taken.add(made["oov_token"])
    if padding:
        made["mask_token"] = _free(taken) if usual_mask in taken else usual_mask
    return made


def _free(taken: set[Any]) -> str | int:
    """Returns a token that a vocabulary does not have."""
    if all(isinstance(token, int) for token in taken):
        # Below -1, which is Keras's own.
        return next(n for n in range(-2, -3 - len(taken), -1) if n not in taken)
    names = (f"[SPECIAL{n}]" for n in range(len(taken) + 1))
    return next(name for name in names if name not in taken)


def from_keras(layer: Any) -> tuple[list[Any], bool, bool]:
    """Returns the tokens of a lookup layer of Keras, and its special ids."""
    wanted = ("get_vocabulary", "mask_token", "num_oov_indices")
    if not all(hasattr(layer, name) for name in wanted):
        raise ValueError(
            "`from_keras` takes a StringLookup or an IntegerLookup layer. Received: "
            f"{type(layer).__name__}. Pass its vocabulary to `hotrow.Vocabulary`."
        )
    if layer.num_oov_indices > 1:
        raise ValueError(
            "A vocabulary has one out-of-vocabulary id or none. Received: a layer with "
            f"num_oov_indices={layer.num_oov_indices}. Make it with 0 or 1."
        )
    mode = getattr(layer, "output_mode", "int")
    if getattr(layer, "invert", False) or mode != "int":
        raise ValueError(
            "`from_keras` takes a layer that turns tokens into ids. Received: one with "
            f'invert={layer.invert} and output_mode="{mode}". Make the layer with '
            '`invert=False` and `output_mode="int"`.'
        )
    tokens = layer.get_vocabulary(include_special_tokens=False)
    tokens = [t if isinstance(t, str) else int(t) for t in tokens]
    encoding = getattr(layer, "encoding", None) or "utf-8"
    if encoding.lower().replace("_", "-") not in ("utf-8", "utf8"):
        # Keras looks strings up in UTF-8 and decodes its own with this.
        tokens = [_recoded(t, encoding) if isinstance(t, str) else t for t in tokens]
    return tokens, layer.mask_token is not None, layer.num_oov_indices == 1


def _recoded(token: str, encoding: str) -> str:
    try:
        return token.encode(encoding).decode()
    except UnicodeError as error:
        raise ValueError(
            f"A token of the layer is no UTF-8: {token!r}, in the encoding "
            f"{encoding!r}. Pass the tokens themselves to `hotrow.Vocabulary`."
        ) from error
