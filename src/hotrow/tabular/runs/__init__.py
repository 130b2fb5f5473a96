"""The folder of a run, from its start to its results."""
