"""What goes into a judgement and what comes out.

Labels and flags are those of the project's labelling guide. A score is a calibrated probability that
a careful senior manager would give the label; a label is a score at or over its threshold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from config.words import Flag, Label, Severity


@dataclass(frozen=True)
class Comment:
    id: str
    text: str
    context: str | None = None
    """The text of the post that is commented on."""
    platform: str | None = None
    surface: str | None = None
    """own_post, comment_on_own_post, mention or tagged_post."""
    author: str | None = None
    """The author's role where it is known: parent, pupil, staff, ex_pupil, local, stranger, school."""
    has_image: bool = False


@dataclass(frozen=True)
class Reason:
    """Why, pointing at the words: `text == comment.text[start:end]`, in code points."""

    category: str
    """A label or a flag."""
    start: int
    end: int
    text: str
    why: str
    """Says what someone must look at, never a verdict, and never a pupil's name."""


class Aim(StrEnum):
    """Whom hurtful words are aimed at."""

    PERSON = "person"
    """One or more people who are named, or meant one by one."""
    GROUP = "group"
    """A community, parents, the staff, a year group: nobody by name."""
    NOBODY = "nobody"
    """No abuse, no imputation and no flag of either."""


@dataclass(frozen=True)
class Judgement:
    id: str
    labels: Mapping[Label, bool]
    scores: Mapping[Label, float]
    severity: Severity
    flags: tuple[Flag, ...] = ()
    pupils: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    judged: bool = True
    """False when there were no words to judge (a picture only): never to be shown as harmless."""
    models: Mapping[str, str] = field(default_factory=dict)
    """The models at hand, in which version. A clear comment needed no more than the linear ones."""
    danger_scores: Mapping[Flag, float] = field(default_factory=dict)
    """Of the flags that stand alone; the others have none that means anything by itself."""
    aimed_at: Aim | None = None
    """None where words are aimed and do not show at whom, and where there were none to judge."""

    @property
    def raises(self) -> bool:
        """Whether a person must look: any label or a flag that stands alone (labelling guide)."""
        return any(self.labels.values()) or self.severity is not Severity.NONE


@dataclass(frozen=True)
class Pupil:
    """A pupil as the matcher needs them. UPN and date of birth only as keyed tokens."""

    pupil_id: str
    first_name: str
    preferred_name: str
    surname: str
    class_name: str
    year_group: str
    upn_token: str = ""
    date_of_birth_token: str = ""
    photo_consent: tuple[str, ...] = ()
    consent_withdrawn_on: str = ""
    left_on: str = ""
    """Last day on the roll (ISO date); empty while the pupil is on it."""


@dataclass(frozen=True)
class StaffMember:
    staff_id: str
    title: str
    first_name: str
    surname: str
    role: str
    also_known_as: tuple[str, ...] = ()


@dataclass(frozen=True)
class Register:
    """Whom the school has told us about. Empty is allowed: names are then found by shape alone."""

    school_name: str = ""
    also_known_as: tuple[str, ...] = ()
    pupils: tuple[Pupil, ...] = ()
    staff: tuple[StaffMember, ...] = ()
    token_key: bytes = field(default=b"", repr=False)


class Judge(Protocol):
    def judge(self, comments: Sequence[Comment]) -> list[Judgement]:
        """One judgement a comment, in order. Pure: the same batch gives the same answer."""
