"""Commands over `hotrow.tabular`: from a file to a trained model and a report."""
