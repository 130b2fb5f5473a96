"""Summary of a run and of its scores, at the top of the page."""

from typing import Any

from hotrow.tabular.report import metrics
from hotrow.tabular.report.markup import (
    counted,
    duration,
    escaped,
    number,
    table,
    value,
)
from hotrow.tabular.report.section import Section
from hotrow.tabular.results import Results

PARTS = {
    "train": "for training",
    "validation": "for validation",
    "test": "for the test",
}
# Widths of the vectors of so many columns are shown.
_MOST = 20


def section(results: Results) -> Section:
    """Returns the first section: the result in short, notes, and what was done."""
    return Section(
        "summary",
        "In short",
        before=f"<p>{_task(results)}</p>\n{_outcome(results)}\n{_notes(results)}",
        after=_done(results),
    )


def _task(results: Results) -> str:
    schema, target = results.schema, results.schema.target
    what = "a number"
    if target.classes is not None:
        what = f"one of {len(target.classes):,} classes"
    columns, used = len(schema.columns), len(schema.used)
    which = f"all {used}" if used == columns else f"{used} of {columns}"
    return (
        f"A model learned to predict <strong>{value(target.name)}</strong>, {what}, "
        f"from {which} other columns of {schema.rows:,} rows. "
        f"Its task is {escaped(target.task)}: {escaped(target.why)}."
    )


def _outcome(results: Results) -> str:
    """Returns a sentence that sets our model beside the best baseline."""
    metric = metrics.main(results.scores)
    if metric is None:
        return ""
    ours, *baselines = results.scores
    name = metrics.named(metric)
    text = (
        f"On the test rows, which the model has never seen, its {name.name} is "
        f"<strong>{number(ours.metrics[metric])}</strong>"
    )
    best = metrics.best(baselines, metric)
    if best is None:
        return f'<p class="outcome">{text}.</p>'
    theirs = best.metrics[metric]
    better = name.better(ours.metrics[metric], theirs)
    if number(theirs) == number(ours.metrics[metric]):
        verdict = "as good as"
    elif better is None:
        verdict = "compared with"
    else:
        verdict = "better than" if better else "not as good as"
    return (
        f'<p class="outcome">{text}, {verdict} the best baseline, '
        f"{value(best.name)}, with {number(theirs)}.</p>"
    )


def _notes(results: Results) -> str:
    if not results.notes and not results.warnings:
        return ""
    lines = "".join(
        f'<li class="warning"><strong>Warning:</strong> {escaped(warning)}</li>'
        for warning in results.warnings
    )
    lines += "".join(f"<li>{escaped(note)}</li>" for note in results.notes)
    return (
        '<aside class="notes" aria-labeledby="notes-title">'
        f'<h3 id="notes-title">Please note</h3><ul>{lines}</ul></aside>'
    )


def _done(results: Results) -> str:
    parts = ", ".join(
        f"{count:,} {PARTS.get(part, part)}" for part, count in results.rows.items()
    )
    rows = [
        ("target", value(results.schema.target.name)),
        ("rows", escaped(parts)),
    ]
    if results.schema.target.missing:
        missing = results.schema.target.missing
        rows.append(("left out", f"{counted(missing, 'row')} without a target"))
    epochs = max((len(values) for values in results.history.values()), default=0)
    trained = counted(epochs, "epoch")
    if 1 <= results.best_epoch <= epochs:
        trained += f", weights kept of epoch {results.best_epoch}"
    rows.append(("training", f"{trained}; {duration(results.seconds)}"))
    rows += [
        (value(name), escaped(_setting(content)))
        for name, content in results.settings.items()
    ]
    return table("What was done", ("what", "how"), rows, name="facts")


def _setting(content: Any) -> str:
    if isinstance(content, dict):
        parts = [f"{name} {_setting(part)}" for name, part in content.items()]
        more = [f"and {len(parts) - _MOST:,} more"] if len(parts) > _MOST else []
        return ", ".join([*parts[:_MOST], *more])
    if isinstance(content, list | tuple):
        return ", ".join(map(_setting, content))
    if isinstance(content, bool):
        return "yes" if content else "no"
    if content is None:
        return "none"
    return f"{content:.4g}" if isinstance(content, float) else str(content)
