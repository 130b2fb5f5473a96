"""Raw values of a column, and what is read out of them."""
