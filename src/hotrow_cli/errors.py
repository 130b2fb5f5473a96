"""The kind of error that a command explains."""


class CommandError(Exception):
    """Something that the user can mend. The text says what, and how."""
