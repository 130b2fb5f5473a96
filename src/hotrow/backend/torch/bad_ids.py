"""Where compiled code notes a bad id on PyTorch. The names: `hotrow.backend`."""


def new_bad_id_state(name: str) -> None:
    """Nothing: a layer sees the values on PyTorch, and raises at once."""
