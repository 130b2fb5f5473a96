"""How long the vectors of a column are."""

# A table is kept three times over: its values, and two of Adam's for each. With vectors
# of 64, a million values are 0.8 GB.
MOST = 64


def width_of(rows: int, most: int = MOST) -> int:
    """Returns the length of the vectors for a table of `rows` rows.

    The rule of thumb of fastai, `min(600, round(1.6 * rows**0.56))`, which its authors
    found by trying (https://docs.fast.ai/tabular.model.html, `emb_sz_rule`), with a
    lower cap.

    Args:
        rows: How many values the column has, those for padding and unknown included.
        most: The cap.
    """
    return max(1, min(most, round(1.6 * rows**0.56)))
