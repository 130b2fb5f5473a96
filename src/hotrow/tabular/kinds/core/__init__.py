"""Parts that several kinds of columns are made of."""
