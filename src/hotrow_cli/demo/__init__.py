"""The demo: two classifiers of Python source code, from one end to the other."""
