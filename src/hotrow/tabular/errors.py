"""The error for tables that cannot be read or learned from."""


class TableError(ValueError):
    """Error for a table that cannot be read or learned from.

    The text names the file, and the column and the row where there is one, and says
    what to do.
    """
