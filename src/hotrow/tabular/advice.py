"""Arguments of `fit` and `predict`, as errors and notes name them."""

from typing import Any


def argument(**given: Any) -> str:
    """Returns an argument with a value as Python code, in backticks.

    The command finds it there, and names its own option in place of it.

    Example:

    >>> print(argument(kinds={"zip": "code"}))
    `kinds={'zip': 'code'}`

    Args:
        **given: One argument, by its name.
    """
    ((name, value),) = given.items()
    # A backtick in the name of a column would end the code.
    code = repr(value).replace("`", r"\x60")
    return f"`{name}={code}`"
