"""Fairness: the same thing said of different people, and in different English, is judged the same.

`gap_report(judge)` judges harmless and harmful sayings that differ only in whom they name or how they are
spelt, and gives the gap between the groups that fare worst and best. Nothing of it is ever trained on.
"""

from classifiers.fairness.report import DimensionGap, FairnessReport, GroupShares, gap_report
from classifiers.fairness.sayings import Saying, read_sayings

__all__ = ["DimensionGap", "FairnessReport", "GroupShares", "Saying", "gap_report", "read_sayings"]
