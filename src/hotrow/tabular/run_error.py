"""The kind of error that a user of a run can mend."""


class RunError(ValueError):
    """A folder, a setting or a value that will not do. The text says what to do."""
