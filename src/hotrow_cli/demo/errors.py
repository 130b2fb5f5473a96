"""The demo's own kind of error."""

from hotrow_cli.errors import CommandError


class DemoError(CommandError):
    """Something that the user can mend. The text says what, and how."""
