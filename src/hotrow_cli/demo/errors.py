"""The demo's own kind of error."""


class DemoError(Exception):
    """Something that the user can mend. The text says what, and how."""
