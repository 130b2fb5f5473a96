"""Replaces methods of Keras's classes by wrappers, and restores them.

`docs/keras_compatibility.md` lists all of them.
"""

import weakref
from collections.abc import Callable
from typing import Any

Wrap = Callable[[Callable], Callable]

_wanted: dict[tuple[type, str], Wrap] = {}
# The wrapper, and what the class itself had: nothing where it inherits the method.
_replaced: dict[tuple[type, str], tuple[Callable, Any]] = {}
_NOTHING = object()
# Objects that were changed, by `id`: variables have no hash.
_changed: dict[int, tuple[weakref.ref, Callable[[Any], None]]] = {}
_installed = False


def add(owner: type, name: str, wrap: Wrap) -> None:
    """Wraps a method, now and with each `install`.

    Args:
        owner: Class that has the method, or inherits it.
        name: Name of the method.
        wrap: Function from the method to its wrapper. The first one that is given for a
            method stays.
    """
    _wanted.setdefault((owner, name), wrap)
    install()


def at_uninstall(instance: Any, undo: Callable[[Any], None]) -> bool:
    """Registers how `uninstall` takes back a change to one object.

    Args:
        instance: Object that was changed. It is kept by a weak reference.
        undo: Function that takes the object and reverts the change.

    Returns:
        True if nothing was registered for this object since the last `uninstall`.
    """
    key = id(instance)
    is_new = key not in _changed
    if is_new:
        gone = weakref.ref(instance, lambda _: _changed.pop(key, None))
        _changed[key] = gone, undo
    return is_new


def install() -> None:
    """Wraps the methods of Keras that Hotrow needs wrapped.

    The first Hotrow layer or optimizer does this. A method that is wrapped stays so.
    """
    global _installed
    _installed = True
    for (owner, name), wrap in _wanted.items():
        method = getattr(owner, name)
        if hasattr(method, "_hotrow_wraps"):
            continue
        run: Any = wrap(method)
        run._hotrow_wraps = method
        _replaced[owner, name] = run, vars(owner).get(name, _NOTHING)
        setattr(owner, name, run)


def uninstall() -> None:
    """Restores the methods of Keras, and the models and variables that were changed.

    For programs that are done with Hotrow. Models with Hotrow's layers then report no
    bad id out of compiled code, and their tables have dense gradients. The next layer
    or optimizer that is made installs the wrappers again.
    """
    global _installed
    _installed = False
    for (owner, name), (run, original) in _replaced.items():
        if vars(owner).get(name) is not run:
            # Another library has wrapped it since. Ours passes calls on.
            continue
        if original is _NOTHING:
            delattr(owner, name)
        else:
            setattr(owner, name, original)
    _replaced.clear()
    while _changed:
        reference, undo = _changed.pop(next(iter(_changed)))
        instance = reference()
        if instance is not None:
            undo(instance)


def is_installed() -> bool:
    """Returns whether the wrappers are active; otherwise they pass calls on."""
    return _installed
