"""Finds models whose `trainable` was changed after their optimizer was built."""

from typing import Any

import keras

from hotrow import backend, keras_compat


def refuse(model: keras.Model, optimizer: Any) -> None:
    """Raises `ValueError` if a step would train other variables than the optimizer has.

    On JAX the step would raise, and take the weights with it. On TensorFlow what was
    unfrozen would not train, without a word.

    Args:
        model: A model that is about to train.
        optimizer: Its optimizer, or None.
    """
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer = optimizer.inner_optimizer
    if not model.built or not getattr(optimizer, "built", False):
        return
    if keras_compat.is_multi(optimizer):
        return
    before, now = keras_compat.built_on(optimizer), model.trainable_variables
    known = {id(variable) for variable in before}
    new = [variable for variable in now if id(variable) not in known]
    # All are new to an optimizer that trained another model.
    is_changed = 0 < len(new) < len(now) or len(now) != len(before)
    if not is_changed or (backend.SURVIVES_RAISE and not new):
        return
    example = f", such as {new[0].path!r}" if new else ""
    raise ValueError(
        f"Model '{model.name}' has {len(now)} trainable variables{example}, and its "
        f"optimizer was built on {len(before)}. After a change of `trainable`, call "
        "`compile` with a new optimizer before you train again. Nothing was trained, "
        "and the weights are as they were."
    )
