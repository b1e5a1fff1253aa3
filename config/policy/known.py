"""How well a shipped fact is known."""

import tomllib
from datetime import date
from enum import StrEnum
from importlib.resources import files
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator

UNCONFIRMED = "Not confirmed; look before relying on it: "


class Confidence(StrEnum):
    """Where a fact comes from."""

    OPENED = "opened"
    """Somebody opened the route, or asked the service, on `verified_on`."""
    READ = "read"
    """Read in the service's own published words, at a date that is not known to be recent."""
    SECOND_HAND = "second_hand"
    """Read in somebody else's description."""
    GENERAL_KNOWLEDGE = "general_knowledge"


class Fact(BaseModel):
    """Base of everything shipped: says whether it is confirmed, and shows itself accordingly."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    confirmed: bool = False
    confidence: Confidence = Confidence.GENERAL_KNOWLEDGE
    verified_on: date | None = None
    """The day on which somebody confirmed it; None means never."""

    @model_validator(mode="after")
    def _confirmed_has_a_date(self) -> Self:
        opened = self.confidence is Confidence.OPENED
        if not self.confirmed == opened == (self.verified_on is not None):
            raise ValueError("confirmed = true, confidence = opened and verified_on belong together")
        return self

    def _shown(self, text: str) -> str:
        return text if self.confirmed else UNCONFIRMED + text


def load(name: str) -> dict[str, Any]:
    """One of the data files beside this module."""
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
