"""One vocabulary of a column whose parts lie on many machines, counted by Dask.

Each worker counts its parts and sends a table of tokens and counts; the sum of the
tables gives the same ids as all rows in one place. The workers here are two processes
of this machine; give `Client` the address of a cluster for others. Run it with
`KERAS_BACKEND=jax python examples/dask_counts.py` (or tensorflow, or torch).
"""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import hotrow


def main():
    import dask.dataframe
    from dask.distributed import Client

    rng = np.random.default_rng(0)
    cities = np.array([f"city {i}" for i in range(1000)])
    with (
        tempfile.TemporaryDirectory() as folder,
        Client(n_workers=2, threads_per_worker=1, dashboard_address=None) as client,
    ):
        parts = [cities[rng.zipf(1.3, 50_000) % 1000] for _ in range(4)]
        for number, part in enumerate(parts):
            path = Path(folder) / f"part-{number}.parquet"
            pd.DataFrame({"city": part}).to_parquet(path)

        frame = dask.dataframe.read_parquet(f"{folder}/part-*.parquet")
        # From here on it is three lines, whatever the frame and the cluster are.
        counts = client.map(hotrow.count, client.compute(frame["city"].to_delayed()))
        vocab = hotrow.Vocabulary.from_counts(client.gather(counts), min_count=2)
        workers = len(client.scheduler_info()["workers"])

    print(f"{len(vocab)} ids of {len(parts)} parts, counted by {workers} workers")
    assert vocab == hotrow.Vocabulary.fit(np.concatenate(parts), min_count=2)


# Each worker is a process that imports this file.
if __name__ == "__main__":
    main()
