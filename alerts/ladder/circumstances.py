"""What author, affected person, platform and nation add to a lane: steps that open, steps that are barred.

The rows follow NEU 9, Huntington 8, Queen's Crescent 2.3 and 2.7, Market Drayton B and E.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from alerts.ladder.matter import ADULT_AUTHORS, STAFF, UNKNOWN, Matter
from alerts.ladder.policy import Policy, nation_of
from alerts.ladder.words import Step
from config.schema import MeetingWith, Nation
from config.words import Flag, Label, Severity


@dataclass(frozen=True)
class Circumstance:
    """Something about author, affected person or nation that adds steps or takes them away."""

    name: str
    applies: Callable[[Matter, Policy], bool]
    opens: tuple[Step, ...] = ()
    forbids: Mapping[Step, str] = field(default_factory=dict)


def all_for(why: str, *steps: Step) -> dict[Step, str]:
    return dict.fromkeys(steps, why)


ASKS_OUTSIDE = (
    Step.AUTHOR_REQUEST, Step.HOST_REPORT, Step.FIRST_PARTY_REPORT, Step.HOST_ESCALATION,
    Step.SECTION_5_NOTICE, Step.INFRA_NOTICE,
)  # fmt: skip
"""Steps in which somebody outside is asked, and has a time to answer."""
OURS = "It is our own post: we take it down ourselves; there is nobody to ask, and nobody to report."
_PUPIL = (
    "No letter and no meeting for a pupil as author: staff speak with them, through pastoral care (NEU 9.2)."
)
_STAFF = "No letter to a provider about a member of staff: HR or the head speaks with them (Nunney 2.7.5)."


def _asks_for_police(matter: Matter, policy: Policy) -> bool:
    grave_abuse = Label.ABUSE in matter.labels and matter.severity.rank >= Severity.HIGH.rank
    return grave_abuse or any(flag.value in policy["police_triggers"] for flag in matter.flags)


def _section_5_cannot_apply(matter: Matter, policy: Policy) -> bool:
    outside = nation_of(policy) not in (Nation.ENGLAND, Nation.WALES)
    author_is_known = matter.author_role not in (UNKNOWN, "stranger", "local")
    no_person = matter.affected_role == "school" or not matter.is_about_someone
    return outside or author_is_known or no_person or Label.DEFAMATION not in matter.labels


def _meets(matter: Matter, policy: Policy, *whom: MeetingWith) -> bool:
    """A known adult wrote it, and the school meets one of these (Huntington 8.6)."""
    return matter.author_role in ADULT_AUTHORS and policy.get("meeting_with", MeetingWith.BOTH) in whom


def _meets_the_affected(matter: Matter, policy: Policy) -> bool:
    return matter.is_about_someone and _meets(matter, policy, MeetingWith.AFFECTED_PERSON, MeetingWith.BOTH)


def _meets_the_author(matter: Matter, policy: Policy) -> bool:
    return _meets(matter, policy, MeetingWith.AUTHOR, MeetingWith.BOTH)


def _by_staff(matter: Matter, _: Policy) -> bool:
    return matter.author_role in STAFF and not matter.school_is_author


def _goes_to_the_lado(matter: Matter, policy: Policy) -> bool:
    """An adult may have harmed a child; or staff made such remarks, where the school's policy says so."""
    alleged = Flag.ALLEGATION_CRIME in matter.flags and matter.is_about_staff
    harm = matter.about_harm_to_child is True or (alleged and matter.about_harm_to_child is not False)
    return harm or (_by_staff(matter, policy) and policy.get("staff_remarks_to_lado", True))


CIRCUMSTANCES = (
    Circumstance(
        "somebody is affected",
        lambda matter, _: matter.is_about_someone,
        opens=(Step.AFFECTED_INFORMED,),
    ),
    Circumstance(
        "a member of staff is affected (NEU 9.1, 9.6)",
        lambda matter, _: matter.is_about_staff,
        opens=(Step.SUPPORT_OFFER, Step.INVESTIGATION),
    ),
    Circumstance("the affected person is met", _meets_the_affected, opens=(Step.MEETING,)),
    Circumstance("the author is met", _meets_the_author, opens=(Step.AUTHOR_MEETING,)),
    Circumstance(
        "the author is a pupil",
        lambda matter, _: matter.author_role == "pupil",
        opens=(Step.PASTORAL_TALK, Step.BEHAVIOUR_ROUTE, Step.REFERENCE),
        forbids=all_for(_PUPIL, Step.AUTHOR_REQUEST, Step.AUTHOR_MEETING),
    ),
    Circumstance(
        "the author is a member of staff (Market Drayton B, Nunney 2.7.5)",
        _by_staff,
        opens=(Step.STAFF_REFERRAL, Step.HR_ADVICE),
        forbids=all_for(_STAFF, Step.INFRA_NOTICE),
    ),
    Circumstance("it goes to the LADO", _goes_to_the_lado, opens=(Step.LADO_REFERRAL,)),
    Circumstance(
        "threatening, sexual, hateful or harassing (Huntington 8.8)",
        _asks_for_police,
        opens=(Step.POLICE_CONSIDERED,),
    ),
    Circumstance(
        "section 5 cannot apply",
        _section_5_cannot_apply,
        forbids=all_for(
            "A section 5 notice is for a person, in England and Wales, who says that a statement about "
            "them is untrue and cannot find out who wrote it. A school cannot give one (Derbyshire 1993).",
            Step.SECTION_5_NOTICE,
        ),
    ),
    Circumstance(
        "the school wrote it",
        lambda matter, _: matter.school_is_author,
        forbids=all_for(OURS, *ASKS_OUTSIDE, Step.OWN_PAGE_HIDE, Step.MEETING, Step.AUTHOR_MEETING),
    ),
    Circumstance(
        "the platform is its own host",
        lambda matter, policy: matter.platform in policy["major_platforms"],
        forbids=all_for(
            "This platform is its own host: there is no hosting provider above it to write to. Appeal, "
            "then use the helpline (“Appeal to the host, then to a helpline”).",
            Step.INFRA_NOTICE,
        ),
    ),
)
