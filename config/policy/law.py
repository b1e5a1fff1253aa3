"""The law pack: dated data about what somebody may want to consider, and the one wording allowed for it."""

from datetime import date
from enum import StrEnum
from functools import cache
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from config.policy.known import Fact, load
from config.schema import Nation, Role


class Trigger(StrEnum):
    """What the program measured; `alerts.law` says when each holds."""

    SAID_TO_BE_UNTRUE = "said_to_be_untrue"
    THREAT = "threat"
    SELF_HARM = "self_harm"
    INTIMATE_IMAGE = "intimate_image"
    GRAVE_ABUSE_OF_A_PERSON = "grave_abuse_of_a_person"
    OCCASIONS = "occasions"
    HATE = "hate"
    DEFAMATION_OF_A_PERSON = "defamation_of_a_person"
    TEACHER_NAMED_WITH_ALLEGATION = "teacher_named_with_allegation"
    PUPIL_AND_ALLEGATION = "pupil_and_allegation"
    STAFF_HATE_OR_SEXUAL = "staff_hate_or_sexual"
    OWN_BREACH = "own_breach"
    COPIED_PICTURE = "copied_picture"
    IMPERSONATION = "impersonation"
    PUPIL_AUTHOR = "pupil_author"


class Law(Fact):
    name: str
    title: str
    """Act and section."""
    nations: Annotated[frozenset[Nation], BeforeValidator(frozenset)]
    trigger: Trigger
    role: Role
    """Who decides."""
    limits: str
    """What the program cannot know, and what weighs against it."""

    def shown_limits(self) -> str:
        """What to mind, as it may be shown: an unconfirmed entry says so."""
        return f"Mind: {self.limits}" + ("" if self.confirmed else " (Not confirmed by a lawyer.)")

    def consider(self, because: str) -> str:
        """The only way in which a law is ever spoken of. `because` is what was measured, in words."""
        return (
            f"Consider {self.title}. Shown because: {because}. "
            f"Not a legal finding; the {self.role.shown_as} decides."
        )


class Pack(BaseModel):
    """When the pack was last gone through, and by when it has to be again (QC 4.1.1)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    looked_at: date
    next_look: date


@cache
def law_pack() -> Pack:
    return Pack.model_validate(load("law.toml")["pack"])


@cache
def laws() -> dict[str, Law]:
    """Every entry by its short name, in the order to be shown."""
    entries = {name: facts for name, facts in load("law.toml").items() if name != "pack"}
    return {name: Law.model_validate({"name": name, **facts}) for name, facts in entries.items()}
