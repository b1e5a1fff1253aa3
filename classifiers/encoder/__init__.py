"""A small transformer encoder: reads a comment as a whole, where the linear models see words and pieces."""
