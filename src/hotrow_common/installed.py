"""Whether packages are installed."""

from importlib.util import find_spec


def is_installed(name: str) -> bool:
    """Returns whether a package can be found, without importing it."""
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False
