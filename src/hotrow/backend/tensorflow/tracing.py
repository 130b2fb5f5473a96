"""Tracing and the training loop on TensorFlow. Documented in `contract.py`."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.ops import control_flow_util

SURVIVES_RAISE = True
PARALLEL_METHODS: frozenset[str] = frozenset()


def peek(x: Any) -> np.ndarray | None:
    try:
        values: np.ndarray = x.numpy()
    except (AttributeError, NotImplementedError):
        # A tensor of a graph has no such method, and a variable's raises there.
        return None
    return values


def to_default_device(x: Any) -> Any:
    return x


def fault_of_distribution(by_rows: bool) -> str | None:
    strategy = tf.distribute.get_strategy()
    replicas = strategy.num_replicas_in_sync
    if replicas == 1 and by_rows and tf.distribute.has_strategy():
        return (
            f"RowSparse runs outside of {type(strategy).__name__}. Make the model "
            "and the optimizer outside of the strategy's scope: with one replica it "
            "changes nothing"
        )
    if replicas == 1:
        return None
    return (
        f"{type(strategy).__name__} has {replicas} replicas, and would not add up the "
        "rows that each of them trains. Use one replica, or JAX with keras.distribution"
    )


def widest_int() -> str:
    return "int64"


def around_train_step(model: keras.Model, by_rows: Callable | None) -> None:
    """Nothing to do: compiled code reads the optimizer's variables itself."""


def outside_step() -> Any:
    return tf.init_scope()


def in_xla() -> bool:
    graph = tf.compat.v1.get_default_graph()
    return control_flow_util.GraphOrParentsInXlaContext(graph)


def in_vectorized_map() -> bool:
    # The scope in which TensorFlow traces what it then turns into code for a batch.
    return "loop_body" in tf.get_current_name_scope().split("/")


def sync(model: keras.Model) -> None:
    """Nothing to do: compiled code writes to the variables themselves."""
