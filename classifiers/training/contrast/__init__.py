"""Contrast data: our own lines in which the harmless share their words with the harmful.

A model that has only met "vermin" in hate takes a pest-control notice for hate. Every set here says the same
words both ways. `contrast_rows` gives them with people as marks (`[staff]`), `contrast_school` as a labelled
school with an invented register, which can be read like any other.
"""

from classifiers.training.contrast.rows import ContrastRow, contrast_rows
from classifiers.training.contrast.school import contrast_school

__all__ = ["ContrastRow", "contrast_rows", "contrast_school"]
