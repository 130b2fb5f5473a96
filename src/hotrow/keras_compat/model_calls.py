"""Hooks around the methods of `keras.Model` that train, predict, save and load.

Keras calls nothing of a layer or an optimizer before such a method runs, and nothing
after it: `predict` runs no code of a layer and no metric once its steps are compiled.
So layers and optimizers subscribe here, and the methods are wrapped, once. To a model
without a Hotrow layer the wrappers add one callback that does nothing.
"""

import functools
import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import keras

from hotrow.keras_compat import patches
from hotrow.keras_compat.call_lock import lock_of

WRAPPED_METHODS = (
    "fit",
    "evaluate",
    "predict",
    "train_on_batch",
    "test_on_batch",
    "predict_on_batch",
)

TRAINING_METHODS = ("fit", "train_on_batch")
# Methods that leave weights and metrics alone.
PREDICTING_METHODS = ("predict", "predict_on_batch")
# Methods that read or set the variables. Only `before` runs around them.
PLAIN_METHODS = (
    "get_weights",
    "set_weights",
    "load_weights",
    "save",
    "save_weights",
    "export",
    # What `keras.callbacks.OrbaxCheckpoint` writes.
    "get_state_tree",
    "set_state_tree",
)


class Subscriber:
    """Hooks around a call. Each method gets the model and the method's name."""

    def needs_lock(self, model: keras.Model, name: str) -> bool:
        """Returns whether threads that call this method must wait for each other."""
        return False

    def compiling(self, model: keras.Model, arguments: dict[str, Any]) -> None:
        """Runs before `compile`, and may change its arguments."""

    def before(self, model: keras.Model, name: str) -> None:
        """Runs before the call."""

    def after(self, model: keras.Model, name: str) -> None:
        """Runs after a call that returned."""

    def failed(self, model: keras.Model) -> None:
        """Runs after a call that raised."""

    def explain(self, model: keras.Model, name: str, inputs: Any) -> Exception | None:
        """Returns a better error for a call on `inputs` that raised, or None."""
        return None

    def callback(self) -> keras.callbacks.Callback | None:
        """Returns a callback for `fit`, `evaluate` and `predict`, or None."""
        return None


_subscribers: list[Subscriber] = []
_running = threading.local()


def subscribe(subscriber: Subscriber) -> None:
    """Adds a subscriber to the hooks, and wraps the methods if they are not."""
    if subscriber not in _subscribers:
        _subscribers.append(subscriber)
    for name in WRAPPED_METHODS:
        patches.add(keras.Model, name, _wrapped)
    for name in PLAIN_METHODS:
        patches.add(keras.Model, name, _wrapped_plainly)
    # In the class that has it: Keras asks whether a model's `compile` is that one.
    owner = next(cls for cls in keras.Model.__mro__ if "compile" in vars(cls))
    patches.add(owner, "compile", _wrapped_compile)


def running_model() -> keras.Model | None:
    """Returns the model whose call is under way in this thread, or None."""
    models = getattr(_running, "models", None)
    return models[-1] if models else None


def is_only_reading() -> bool:
    """Returns whether a call is under way in this thread that does not train."""
    return bool(getattr(_running, "only_reading", False))


@contextmanager
def _reading(only: bool) -> Iterator[None]:
    before = is_only_reading()
    _running.only_reading = only
    try:
        yield
    finally:
        _running.only_reading = before


def _lock_around(model: keras.Model, name: str) -> Any:
    if any(subscriber.needs_lock(model, name) for subscriber in _subscribers):
        return lock_of(model).held(reads_only=name in PREDICTING_METHODS)
    return nullcontext()


def _wrapped(method: Callable) -> Callable:
    signature = inspect.signature(method)
    name = method.__name__

    @functools.wraps(method)
    def run(self: keras.Model, *args: Any, **kwargs: Any) -> Any:
        if not patches.is_installed():
            return method(self, *args, **kwargs)
        if "callbacks" in signature.parameters:
            bound = signature.bind(self, *args, **kwargs)
            callbacks = bound.arguments.get("callbacks")
            bound.arguments["callbacks"] = _with_ours(callbacks, self)
            args, kwargs = bound.args[1:], bound.kwargs
        with _lock_around(self, name):
            return call(self, args, kwargs)

    def call(model: keras.Model, args: Any, kwargs: Any) -> Any:
        models = _running.__dict__.setdefault("models", [])
        models.append(model)
        try:
            for subscriber in _subscribers:
                subscriber.before(model, name)
            with _reading(name not in TRAINING_METHODS):
                result = method(model, *args, **kwargs)
        except BaseException as error:
            for subscriber in _subscribers:
                subscriber.failed(model)
            if isinstance(error, Exception):
                _explain(model, args, kwargs, error)
            raise
        finally:
            models.pop()
        for subscriber in _subscribers:
            subscriber.after(model, name)
        return result

    def _explain(model: keras.Model, args: Any, kwargs: Any, error: Exception) -> None:
        try:
            bound = signature.bind(model, *args, **kwargs).arguments
        except TypeError:
            return
        for subscriber in _subscribers:
            better = subscriber.explain(model, name, bound.get("x"))
            if better is not None:
                raise better from error

    return run


def _wrapped_plainly(method: Callable) -> Callable:
    name = method.__name__

    @functools.wraps(method)
    def run(self: keras.Model, *args: Any, **kwargs: Any) -> Any:
        if not patches.is_installed():
            return method(self, *args, **kwargs)
        for subscriber in _subscribers:
            subscriber.before(self, name)
        with _reading(True):
            return method(self, *args, **kwargs)

    return run


def _wrapped_compile(method: Callable) -> Callable:
    signature = inspect.signature(method)

    @functools.wraps(method)
    def run(self: keras.Model, *args: Any, **kwargs: Any) -> Any:
        if not patches.is_installed():
            return method(self, *args, **kwargs)
        bound = signature.bind(self, *args, **kwargs)
        for subscriber in _subscribers:
            subscriber.compiling(self, bound.arguments)
        return method(*bound.args, **bound.kwargs)

    return run


def _with_ours(callbacks: Any, model: keras.Model) -> Any:
    ours = [x for s in _subscribers if (x := s.callback()) is not None]
    if not isinstance(callbacks, keras.callbacks.CallbackList):
        return [*keras.tree.flatten(callbacks or []), *ours]
    known = {type(callback) for callback in callbacks.callbacks}
    for callback in ours:
        if type(callback) not in known:
            callback.set_model(model)
            callbacks.callbacks.append(callback)
    return callbacks
