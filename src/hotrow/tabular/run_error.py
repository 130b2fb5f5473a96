"""The kind of error that a user of a run can mend."""


class RunError(ValueError):
    """Error for a folder, an option or a value that a run cannot use.

    The text says what to do.
    """
