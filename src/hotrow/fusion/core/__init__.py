"""Parts that the rules of fusion share."""
