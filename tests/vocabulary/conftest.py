"""A vocabulary does not depend on the backend: its tests run once, on JAX."""

import keras

collect_ignore_glob = [] if keras.backend.backend() == "jax" else ["test_*.py"]
