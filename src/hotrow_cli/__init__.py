"""The `hotrow` command. Thin: what a command does lives in a package of its own.

It stands beside `hotrow` and not in it, because `import hotrow` loads Keras and with it
a backend: `hotrow --help` should not wait for that, and a command has to choose the
backend first.
"""

from hotrow_cli.command import main

__all__ = ["main"]
