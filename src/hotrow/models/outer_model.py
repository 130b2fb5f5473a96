"""A model around another one, with which it shares training and callbacks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from hotrow import keras_compat

# Keras's loop calls these on the model that it trains.
_STEPS = ("train_step", "test_step", "predict_step", "compute_loss")


class OfModel:
    """Descriptor of an attribute that is read from `self.model` and set there.

    Until `self.model` exists, while Keras sets the outer model up, it reads what a
    `keras.Model` has, and drops what is set.
    """

    def __init__(self, name: str = "") -> None:
        self._name = name

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return getattr(keras.Model, self._name, self)
        model = getattr(instance, "model", None)
        if model is None:
            inherited: Any = getattr(keras.Model, self._name)
            bind = getattr(inherited, "__get__", None)
            return inherited if bind is None else bind(instance, owner)
        return getattr(model, self._name)

    def __set__(self, instance: Any, value: Any) -> None:
        model = getattr(instance, "model", None)
        if model is not None:
            setattr(model, self._name, value)


class OuterModel(keras.Model):
    """A model that trains the model within, `self.model`, and keeps nothing of it."""

    model: keras.Model

    compiled = OfModel()
    optimizer = OfModel()
    loss = OfModel()
    metrics = OfModel()
    history = OfModel()
    stop_training = OfModel()
    stop_evaluating = OfModel()
    stop_predicting = OfModel()
    run_eagerly = OfModel()
    jit_compile = OfModel()
    steps_per_execution = OfModel()
    unrolled_steps_per_execution = OfModel()
    train_function = OfModel()
    test_function = OfModel()
    predict_function = OfModel()
    compile = OfModel()
    get_compile_config = OfModel()
    compile_from_config = OfModel()
    compute_loss = OfModel()
    compute_loss_and_updates = OfModel()
    stateless_compute_loss = OfModel()
    compute_metrics = OfModel()
    get_metrics_result = OfModel()
    train_step = OfModel()
    test_step = OfModel()
    predict_step = OfModel()
    make_train_function = OfModel()
    make_test_function = OfModel()
    make_predict_function = OfModel()
    jax_state_sync = OfModel()
    quantize = OfModel()
    distribute_strategy = OfModel()
    distribute_reduction_method = OfModel()
    compiled_loss = OfModel()
    compiled_metrics = OfModel()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name in _STEPS:
            if name in vars(cls):
                raise TypeError(
                    f"{cls.__name__}.{name} would never run: Keras trains the model "
                    f"within. Put `{name}` into the class of that model."
                )

    @property
    def built(self) -> bool:
        """Returns whether the model within has its variables."""
        return bool(getattr(getattr(self, "model", None), "built", False))

    @built.setter
    def built(self, value: bool) -> None:
        pass  # Keras sets it on each layer; the lookups have nothing to build.

    def needs_targets(self) -> bool:
        """Returns whether training without targets is sure to be a mistake."""
        model: Any = type(self.model)
        plain = all(getattr(model, n) is getattr(keras.Model, n) for n in _STEPS)
        return plain and self.compiled and self.loss is not None


for _name in keras_compat.TRAINING_STATE:
    setattr(OuterModel, _name, OfModel(_name))


@contextmanager
def callbacks_of(outer: keras.Model, callbacks: Any) -> Iterator[None]:
    """Lets callbacks that are passed to `outer.model` have `outer` as their model.

    So they save, call and predict with what takes raw inputs.
    """
    ours = {
        id(callback): callback
        for callback in (keras.tree.flatten(callbacks) if callbacks else ())
        # Such a list has its model already.
        if not isinstance(callback, keras.callbacks.CallbackList)
    }
    before = [vars(callback).get("set_model") for callback in ours.values()]
    for callback in ours.values():
        callback.set_model = _SetModel(outer, callback.set_model)
    try:
        yield
    finally:
        for callback, set_model in zip(ours.values(), before, strict=True):
            del callback.set_model
            if set_model is not None:
                callback.set_model = set_model


class _SetModel:
    def __init__(self, outer: keras.Model, set_model: Any) -> None:
        self._outer, self._set_model = outer, set_model

    def __call__(self, model: keras.Model) -> None:
        self._set_model(self._outer if model is self._outer.model else model)
