"""A vocabulary does not depend on the backend: its tests run once, on JAX."""

import keras
import pytest

collect_ignore_glob = [] if keras.backend.backend() == "jax" else ["test_*.py"]


@pytest.fixture(autouse=True)
def _fixed_state():
    """Takes the place of the fixture that clears Keras's state, which takes longer."""
