"""What the rules of fusion are made of."""
