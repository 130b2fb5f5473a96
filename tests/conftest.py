"""What all tests share: one seed, and one closing line a run."""

import gc
import os
from pathlib import Path

import keras
import pytest

# Hundreds of thousands of objects of the libraries, which no collection need look at.
gc.collect()
gc.freeze()


def pytest_collection_modifyitems(config, items):
    """Leaves out tests that another backend runs.

    Tests marked `once` have the same result on every backend, and run on PyTorch, which
    compiles nothing. Tests marked `slow` run on JAX, or on PyTorch if they are marked
    `once`, too; `-m` asks for them elsewhere.
    """
    left_out = set()
    for item in items:
        is_once = item.get_closest_marker("once") is not None
        is_slow = item.get_closest_marker("slow") is not None
        runs_once = is_once or (is_slow and not config.option.markexpr)
        if runs_once and keras.backend.backend() != ("torch" if is_once else "jax"):
            left_out.add(item)
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(autouse=True)
def _fixed_state():
    """Each test starts from the same seed and leaves Keras's settings as they were."""
    keras.utils.set_random_seed(0)
    policy = keras.config.dtype_policy()
    yield
    keras.config.set_dtype_policy(policy)
    # To collect garbage after each test would take as long as most tests do.
    keras.utils.clear_session(free_memory=False)


def pytest_terminal_summary(terminalreporter, exitstatus):
    """Writes one line that says how the run on this backend went."""
    if hasattr(terminalreporter.config, "workerinput"):
        return  # A worker of xdist: the main process counts for all.
    counts = {
        outcome: len(terminalreporter.stats.get(outcome, []))
        for outcome in ("passed", "failed", "error", "skipped")
    }
    line = (
        f"{keras.backend.backend()}-keras-{keras.__version__}: "
        f"{counts['passed']} passed, {counts['failed'] + counts['error']} failed, "
        f"{counts['skipped']} skipped"
    )
    terminalreporter.write_line(line)
    if "HOTROW_SUMMARY" in os.environ:
        with Path(os.environ["HOTROW_SUMMARY"]).open("a") as file:
            file.write(line + "\n")
