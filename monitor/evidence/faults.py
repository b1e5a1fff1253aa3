"""What verification finds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is not as the log says. `item` is an item's id, or the place in the log."""

    item: str
    why: str
