"""Why there is no stamp."""


class NotStamped(Exception):
    """An authority gave no stamp that could be kept. The text says what was found.

    `passing` is true for what may be over by the next attempt (a time-out, a fault of the authority's
    server); anything else is told to the operators at once.
    """

    def __init__(self, found: str, mend: str, *, passing: bool = False) -> None:
        super().__init__(found)
        self.mend = mend
        self.passing = passing
