"""One rule for each kind of layer that makes or takes one-hot vectors."""
