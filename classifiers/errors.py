"""What can be wrong with what a judge is given, told so that a technician knows where and what to do."""

from dataclasses import dataclass
from pathlib import Path


class ModelBroken(Exception):
    """A model is missing, damaged or of another format. The daemon says so and never goes on silently."""

    def __init__(self, place: Path | str, what: str, mend: str) -> None:
        super().__init__(f"{place}: {what}. {mend}")
        self.place = str(place)
        self.what = what
        self.mend = mend


class EncoderFailed(Exception):
    """The encoder was loaded and could not read a batch. The linear models can judge it alone."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a register file. Holds places only: a cell's content may be a child's name."""

    file: str
    row: int | None
    """Row as a spreadsheet numbers it (the heading is row 1); None for the file as a whole."""
    column: str | None
    what: str

    def __str__(self) -> str:
        row = f", row {self.row}" if self.row is not None else ""
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}{row}{column}: {self.what}"


class RegisterError(Exception):
    """A register file cannot be used; every fault found is listed, none quotes a cell."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults
