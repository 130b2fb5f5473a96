"""Notes on the values of a target."""

from hotrow.tabular.advice import argument
from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow_common.arrow import pa

FEW_IN_CLASS = 10


def missing_notes(every: Evidence, known: Evidence) -> list[str]:
    """Returns a note on words that are missing beside numbers.

    Args:
        every: What is known of the target, with those words.
        known: What is known without them.
    """
    if known.missing == every.missing:
        return []
    gone = every.named(every.words())
    return [
        f"{known.missing - every.missing} rows have {gone} for the target "
        f"{known.name!r}, beside numbers: taken as missing. If it is a value, pass "
        f"{argument(keep={known.name: 'MARK'})}."
    ]


def class_notes(known: Evidence, order: list[int]) -> list[str]:
    """Returns notes on words that are classes, and on classes of few rows.

    Args:
        known: What is known of the target.
        order: The places of the classes in `known`, as they are numbered.
    """
    notes = []
    words = known.words()
    if words.any():
        verb = "is a class" if words.sum() == 1 else "are classes"
        mark = known.tokens.filter(pa.array(words))[0].as_py()
        notes.append(
            f"{known.named(words)} {verb} of {known.name!r}. If that means a missing "
            f"value, pass {argument(missing={known.name: mark})}."
        )
    few = [place for place in order if known.counts[place] < FEW_IN_CLASS]
    if few:
        shown = ", ".join(
            f"{known.tokens[place].as_py()!r} ({known.counts[place]})"
            for place in few[:5]
        )
        more = f" and {len(few) - 5} more" if len(few) > 5 else ""
        notes.append(
            f"{len(few)} of {len(order)} classes of {known.name!r} have fewer than "
            f"{FEW_IN_CLASS} rows, and will be learned badly: {shown}{more}."
        )
    return notes
