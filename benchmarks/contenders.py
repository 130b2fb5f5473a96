"""What `train_step.py` compares: each contender, made ready to train.

A maker imports what it needs itself, so that a process holds one contender's libraries.
"""

import importlib.util
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from memory import gpu
from processes import PROCESS, TURNS, Model

BATCH, LENGTH = 1024, 20
SLOTS = {"sgd": 0, "adagrad": 1, "adam": 2}
RATE = 0.01
FLOAT = 4
GB = 1e9
# What a dense step was seen to take beside, in tables, on the backend that takes most.
DENSE = {"sgd": 1, "adagrad": 4, "adam": 4}
TINY = 1000


@dataclass(frozen=True)
class Case:
    """What to measure.

    Attributes:
        contender: One of `MAKERS`.
        rows: Rows of the table.
        width: Length of a row.
        optimizer: One of `SLOTS`.
        ids: `"uniform"` or `"zipf"`.
        steps: Steps to time.
    """

    contender: str
    rows: int
    width: int
    optimizer: str
    ids: str
    steps: int

    @property
    def steps_of_turn(self) -> int:
        """How many steps are timed in a turn."""
        return math.ceil(self.steps / TURNS)

    def make(self, tiny: bool = False) -> Model:
        """Returns the contender, with a table of this size or a small one."""
        case = replace(self, rows=TINY) if tiny else self
        return MAKERS[self.contender](case)

    def batches(self, count: int, tiny: bool = False) -> list:
        """Returns the ids and targets of some steps, the same for each contender."""
        rng = np.random.default_rng(0)
        shape = (count, BATCH, LENGTH)
        rows = TINY if tiny else self.rows
        if self.ids == "uniform":
            ids = rng.integers(0, rows, shape)
        else:
            ids = np.floor((rows + 1) ** rng.random(shape)) - 1
        targets = rng.random((*shape[:2], 1), dtype="float32")
        ids = np.minimum(ids, rows - 1).astype("int32")
        if self.contender == FLOOR:
            # Finding the distinct ids is no part of the floor.
            ids = [np.unique(batch) for batch in ids]
        return list(zip(ids, targets, strict=True))

    def word_against(self, free: float) -> str | None:
        """Returns why it cannot run in `free` bytes, in a word or two, or None."""
        package = PACKAGES.get(self.contender)
        if package is not None and importlib.util.find_spec(package) is None:
            return "not installed"
        if self.contender in (FBGEMM, FLOOR) and gpu() is not None:
            return "CPU only"
        if self.contender == FBGEMM and self.optimizer == "adam":
            return "unsupported"
        if self.needed_memory > free:
            return f"needs {self.needed_memory / GB:.0f} GB"
        return None

    @property
    def needed_memory(self) -> float:
        """The bytes that it needs at most on any backend, roughly."""
        tables = self.arrays
        if self.contender in (KERAS, EMBED_REDUCE):
            tables += DENSE[self.optimizer]
        elif self.contender == HOTROW and self.optimizer == "adagrad":
            # Keras makes its accumulator as a product of two tensors.
            tables += 1
        return tables * self.table_bytes + PROCESS

    @property
    def arrays(self) -> int:
        """How many arrays of the table's shape there are: itself and its slots."""
        return 1 + SLOTS[self.optimizer]

    @property
    def table_bytes(self) -> int:
        """Bytes of the table, without its slots."""
        return self.rows * self.width * FLOAT


def of_keras(case: Case) -> Model:
    import keras

    layer = keras.layers.Embedding(case.rows, case.width, "ones")
    pool = keras.layers.GlobalAveragePooling1D()
    return compiled([layer, pool], keras.optimizers.get(case.optimizer))


def of_hotrow(case: Case) -> Model:
    import keras

    import hotrow

    layer = hotrow.Embedding(case.rows, case.width, "ones")
    pool = keras.layers.GlobalAveragePooling1D()
    return compiled([layer, pool], hotrow.RowSparse(case.optimizer))


def of_embed_reduce(case: Case) -> Model:
    import keras
    import keras_rs

    layer = keras_rs.layers.EmbedReduce(case.rows, case.width, "ones", combiner="mean")
    return compiled([layer], keras.optimizers.get(case.optimizer))


def compiled(layers: list, optimizer: Any) -> Model:
    import keras

    inputs = keras.Input((LENGTH,), dtype="int32")
    model = keras.Sequential([inputs, *layers, keras.layers.Dense(1)])
    model.compile(optimizer, "mse")

    def held() -> int:
        variables = {id(v): v for v in (*model.variables, *optimizer.variables)}
        return sum(FLOAT * math.prod(v.shape) for v in variables.values())

    return Model(model.train_on_batch, held)


def of_torch(case: Case) -> Model:
    import torch

    table = torch.ones(case.rows, case.width, device=torch_device())
    layer = torch.nn.Embedding.from_pretrained(table, freeze=False, sparse=True)
    return in_torch(case, lambda ids: layer(ids).mean(1), layer.parameters())


def torch_device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def of_fbgemm(case: Case) -> Model:
    import torch
    from fbgemm_gpu.split_embedding_configs import EmbOptimType
    from fbgemm_gpu.split_table_batched_embeddings_ops_common import (
        EmbeddingLocation,
        PoolingMode,
    )
    from fbgemm_gpu.split_table_batched_embeddings_ops_training import (
        ComputeDevice,
        SplitTableBatchedEmbeddingBagsCodegen,
    )

    kinds = {"sgd": EmbOptimType.EXACT_SGD, "adagrad": EmbOptimType.EXACT_ADAGRAD}
    layer = SplitTableBatchedEmbeddingBagsCodegen(
        [(case.rows, case.width, EmbeddingLocation.HOST, ComputeDevice.CPU)],
        optimizer=kinds[case.optimizer],
        pooling_mode=PoolingMode.MEAN,
        learning_rate=RATE,
    )
    for table in layer.split_embedding_weights():
        table.data.fill_(1)
    offsets = torch.arange(0, BATCH * LENGTH + 1, LENGTH)
    return in_torch(case, lambda ids: layer(ids.ravel(), offsets))


def in_torch(case: Case, mean: Callable, table: Iterable | None = None) -> Model:
    """Returns a model in pure PyTorch.

    Args:
        case: What to measure.
        mean: The mean over the rows of each example's ids.
        table: The parameters of the table, unless it updates itself.
    """
    import torch

    of_dense, of_table = {
        "sgd": (torch.optim.SGD, torch.optim.SGD),
        "adagrad": (torch.optim.Adagrad, torch.optim.Adagrad),
        "adam": (torch.optim.Adam, torch.optim.SparseAdam),
    }[case.optimizer]
    device = torch_device()
    dense = torch.nn.Linear(case.width, 1, device=device)
    optimizers = [of_dense(dense.parameters(), lr=RATE)]
    if table is not None:
        optimizers.append(of_table(table, lr=RATE))

    def step(ids: np.ndarray, targets: np.ndarray) -> float:
        for optimizer in optimizers:
            optimizer.zero_grad()
        outputs = dense(mean(torch.from_numpy(ids).to(device).long()))
        expected = torch.from_numpy(targets).to(device)
        loss = torch.nn.functional.mse_loss(outputs, expected)
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        return loss.item()

    return Model(step, lambda: case.arrays * case.table_bytes)


def of_floor(case: Case) -> Model:
    shape = (case.rows, case.width)
    arrays = [np.ones(shape, "float32") for _ in range(case.arrays)]
    buffer = np.empty((BATCH * LENGTH, case.width), "float32")

    def step(ids: np.ndarray, _: np.ndarray) -> None:
        for array in arrays:
            rows = np.take(array, ids, axis=0, out=buffer[: len(ids)], mode="clip")
            array[ids] = rows

    return Model(step, lambda: case.arrays * case.table_bytes)


KERAS, HOTROW, TORCH = "Keras", "Hotrow", "torch sparse"
EMBED_REDUCE, FBGEMM, FLOOR = "EmbedReduce", "FBGEMM", "memory floor"
MAKERS: dict[str, Callable[[Case], Model]] = {
    KERAS: of_keras,
    HOTROW: of_hotrow,
    TORCH: of_torch,
    EMBED_REDUCE: of_embed_reduce,
    FBGEMM: of_fbgemm,
    FLOOR: of_floor,
}
PACKAGES = {TORCH: "torch", EMBED_REDUCE: "keras_rs", FBGEMM: "fbgemm_gpu"}
