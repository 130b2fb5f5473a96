"""The kind of error that a user of a run can mend."""


class RunError(ValueError):
    """Error for a folder, a setting or a value that a run cannot use."""
