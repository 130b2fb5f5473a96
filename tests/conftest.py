"""What all tests share: one seed, and one closing line a run."""

import gc
import os
from pathlib import Path

import keras
import pytest

# What is the same on every backend is tested on PyTorch, which compiles nothing.
ONCE = [
    "vocabulary",
    "models/test_raw_inputs*",
    "cli/test_*",
    "cli/demo/test_demo_[!m]*",
    "tabular/values",
    *(
        f"tabular/test_{name}*"
        for name in (
            *(
                "checks",
                "csv_files",
                "damaged_runs",
                "encoders",
                "measure",
                "memory",
                "number_fit",
                "other_files",
                "predictions",
                "profile",
                "report",
            ),
            *("resume", "run_folder", "split", "table", "training_rows"),
        )
    ),
]
HERE = Path(__file__).parent
ON_TORCH = keras.backend.backend() == "torch"
collect_ignore_glob = [] if ON_TORCH else ONCE


# Hundreds of thousands of objects of the libraries, which no collection need look at.
gc.collect()
gc.freeze()


def is_run_once(path):
    """Whether a file of tests is one of those that run on one backend."""
    path = path.relative_to(HERE)
    return any(
        one.match(name) for one in (path, *path.parents) for name in ONCE if one.name
    )


def pytest_collection_modifyitems(config, items):
    """Leaves out slow tests that another backend runs, unless `-m` asks for them."""
    if config.option.markexpr or keras.backend.backend() == "jax":
        return
    left_out = {
        item
        for item in items
        if item.get_closest_marker("slow") and not (ON_TORCH and is_run_once(item.path))
    }
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
