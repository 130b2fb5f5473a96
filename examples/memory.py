"""One-hot vectors up front take gigabytes; through a layer, only one batch exists.

1000 texts of 50 words out of 5000: 1000 * 50 * 5000 float32 are 1 GB. Run it, on Linux,
with `KERAS_BACKEND=jax python examples/memory.py` (or tensorflow, or torch).

Each way trains in a process of its own. What is shown is the most memory that it held
(resident, as the system counts it) less what it held after training on one text, when
all was imported and set up.
"""

import os
import subprocess
import sys
from pathlib import Path

TEXTS, LENGTH, WORDS, BATCH, WIDTH = 1000, 50, 5000, 32, 16


def megabytes(field):
    """Returns a field of Linux's report on this process, in MB."""
    # `resource.getrusage` would count the peak of the process that started this one.
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise KeyError(field)


def growth(way):
    """Trains one way, and returns by how many MB this process grew."""
    # Not at the top: the process that starts the others has no use for Keras.
    import keras
    import numpy as np

    import hotrow

    keras.utils.set_random_seed(0)
    project = keras.layers.Dense(WIDTH, use_bias=False)
    vectors = {
        "up front": [keras.Input((LENGTH, WORDS)), project],
        "OneHot": [hotrow.OneHot(WORDS, input_length=LENGTH), project],
        "Embedding": [hotrow.Embedding(WORDS, WIDTH, input_length=LENGTH)],
    }[way]
    model = keras.Sequential([*vectors, keras.layers.GlobalMaxPooling1D()])
    model.compile("sgd", "mse")

    def train(ids):
        x = np.eye(WORDS, dtype="float32")[ids] if way == "up front" else ids
        model.fit(x, np.zeros((len(ids), WIDTH)), batch_size=BATCH, verbose=0)

    ids = np.random.default_rng(0).integers(WORDS, size=(TEXTS, LENGTH))
    train(ids[:1])
    before = megabytes("VmRSS")
    train(ids)
    return megabytes("VmHWM") - before


def measure(way):
    """Returns what `growth` returns, from a fresh process."""
    # The C library keeps freed pieces of up to 32 MB, for each thread, for later use:
    # on JAX, with its many threads, 100 to 200 MB more. This has it give large pieces
    # back to the system, so that what is held is what is in use.
    environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "1000000"}
    command = [sys.executable, __file__, way]
    run = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return float(run.stdout)


if __name__ == "__main__" and len(sys.argv) > 1:
    print(growth(sys.argv[1]))
elif __name__ == "__main__":
    print(f"All one-hot vectors: {TEXTS * LENGTH * WORDS * 4 / 1e6:5.0f} MB")
    print(f"One batch of them:   {BATCH * LENGTH * WORDS * 4 / 1e6:5.0f} MB")
    print("\nTraining grows the process by")
    grown = {}
    for way in ("up front", "OneHot", "Embedding"):
        grown[way] = measure(way)
        print(f"  {way:18} {grown[way]:5.0f} MB", flush=True)
    assert grown["up front"] > 1000
    assert grown["OneHot"] < 100
    assert grown["Embedding"] < 100
