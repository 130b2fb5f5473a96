"""The kind of error that a command explains."""


class CommandError(Exception):
    """Something that the user can mend. The text says what, and how."""


def of_import(error: ImportError) -> str:
    """Returns what to do about a package that is not there."""
    if "pip install" in str(error):
        return str(error)
    return (
        f"a package could not be imported: {error}. Install it, for example with "
        "pip install 'hotrow[tabular]'."
    )
