"""Training of the encoder. Needs torch, which nothing needs at run time."""
