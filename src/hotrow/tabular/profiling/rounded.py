"""Numbers of a target that a float64 rounds."""

import numpy as np

from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.values.numbers.detect import Reading
from hotrow.tabular.values.numbers.native import EXACT
from hotrow.tabular.values.numbers.plain import are_integers
from hotrow_common.arrow import pa


def rounded_note(known: Evidence, reading: Reading) -> list[str]:
    """Returns a note on integers of which a float64 does not hold all digits."""
    large = np.abs(reading.format.read(known.tokens)) >= EXACT
    large &= are_integers(known.tokens)
    lost = [
        (int(token), int(float(token)))
        for token in known.tokens.filter(pa.array(large)).to_pylist()
        if "." not in token and int(float(token)) != int(token)
    ]
    if not lost:
        return []
    exact, rounded = lost[0]
    return [
        f"{len(lost)} of the values of {known.name!r} are integers above 2**53 whose "
        f"last digits a float64 does not hold: {exact} is taken for {rounded}. Where "
        "the last digits matter, subtract a constant from the column first."
    ]
