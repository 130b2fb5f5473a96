"""Has mypy check each backend against the contract. Nothing imports this module."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hotrow.backend import contract
    from hotrow.backend.jax import bad_ids as jax_bad_ids
    from hotrow.backend.jax import lookup as jax_lookup
    from hotrow.backend.jax import pending as jax_pending
    from hotrow.backend.jax import tracing as jax_tracing
    from hotrow.backend.jax import training as jax_training
    from hotrow.backend.tensorflow import bad_ids as tf_bad_ids
    from hotrow.backend.tensorflow import lookup as tf_lookup
    from hotrow.backend.tensorflow import pending as tf_pending
    from hotrow.backend.tensorflow import tracing as tf_tracing
    from hotrow.backend.tensorflow import training as tf_training
    from hotrow.backend.torch import bad_ids as torch_bad_ids
    from hotrow.backend.torch import lookup as torch_lookup
    from hotrow.backend.torch import pending as torch_pending
    from hotrow.backend.torch import tracing as torch_tracing
    from hotrow.backend.torch import training as torch_training

    bad_ids: list[contract.BadIds] = [jax_bad_ids, tf_bad_ids, torch_bad_ids]
    lookup: list[contract.Lookup] = [jax_lookup, tf_lookup, torch_lookup]
    pending: list[contract.Pending] = [jax_pending, tf_pending, torch_pending]
    tracing: list[contract.Tracing] = [jax_tracing, tf_tracing, torch_tracing]
    training: list[contract.Training] = [jax_training, tf_training, torch_training]
