"""Lengths of the vectors of a column."""

# A table is kept three times over: its values, and two of Adam's for each. With vectors
# of 64, a million values are 0.8 GB.
WIDTHS = (8, 16, 32, 64)


def width_of(rows: int) -> int:
    """Returns the length of the vectors for a column of `rows` ids: 8, 16, 32 or 64.

    It is the rule of thumb of fastai, `min(600, round(1.6 * rows**0.56))`, which its
    authors found by trying (https://docs.fast.ai/tabular.model.html, `emb_sz_rule`),
    with a lower cap, rounded up: columns of one length share a table, and each table
    costs time to compile.

    Args:
        rows: How many ids the column has, with those of padding and out-of-vocabulary
            values.
    """
    rule = round(1.6 * rows**0.56)
    return next((width for width in WIDTHS if width >= rule), WIDTHS[-1])
