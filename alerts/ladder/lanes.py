"""The skip matrix as data: what each lane and each circumstance opens, and what it must not do, and why.

The rows follow NEU 7–10, Huntington 8, Queen's Crescent and Nunney 2.7–2.8, Market Drayton D and E,
and the national advice on sharing nudes. Where rows overlap, every prohibition holds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from alerts.ladder.matter import ADULT_AUTHORS, UNKNOWN, Matter
from alerts.ladder.policy import Policy, nation_of
from alerts.ladder.words import Gate, Step
from config.schema import Nation, Role
from config.words import Label, Lane, Severity, Surface


@dataclass(frozen=True)
class Row:
    """One lane. `lead` owns what no other role has to own."""

    lead: Role
    opens: tuple[Step, ...]
    forbids: Mapping[Step, str] = field(default_factory=dict)
    moderates: bool = True
    """Whether the removal steps that fit the surface open as well."""
    held_for_lado: bool = False
    no_consent_gate: bool = False
    before_sealing: tuple[Step, ...] = ()
    """What may open before the evidence is sealed, because waiting costs more than it saves."""
    consents: Mapping[Step, Gate] = field(default_factory=dict)


@dataclass(frozen=True)
class Circumstance:
    """Something about author, affected person or nation that adds steps or takes them away."""

    name: str
    applies: Callable[[Matter, Policy], bool]
    opens: tuple[Step, ...] = ()
    forbids: Mapping[Step, str] = field(default_factory=dict)


def _all_for(why: str, *steps: Step) -> dict[Step, str]:
    return dict.fromkeys(steps, why)


ASKS_OUTSIDE = (
    Step.AUTHOR_REQUEST, Step.HOST_REPORT, Step.FIRST_PARTY_REPORT, Step.HOST_ESCALATION,
    Step.SECTION_5_NOTICE, Step.INFRA_NOTICE,
)  # fmt: skip
"""Steps in which somebody outside is asked, and has a time to answer."""
OWN_PAGE = (Step.OWN_PAGE_HIDE, Step.OWN_PAGE_DELETE, Step.OWN_POST_REMOVE, Step.UNTAG)
_LEFT_WHERE_NOBODY_LOOKS = frozenset(
    {Step.DSL_REFERRAL, Step.POLICE_REPORTED, Step.POLICE_CONSIDERED, Step.LADO_REFERRAL}
)
_NOT_WITHOUT_THE_POLICE = tuple(step for step in Step if step not in _LEFT_WHERE_NOBODY_LOOKS)

_TELL_NOBODY = (
    "A suspected indecent image of a child: nobody looks, copies, reports to the host, or tells the person "
    "who posted it (Queen's Crescent 2.7.4). The police and the LADO decide what comes next."
)
_NOW = "The police are told at once here; there is nothing left to weigh."
_LIFE = "Where a life may be at risk the police advise before anybody outside is spoken to."
_CHILD = "The DSL decides who is spoken to where a child may be at risk; no letter goes to the author."
_LADO = "Not before the LADO or HR has advised: the author may be a witness or a parent (Nunney 2.7.5)."
_OURS = "It is our own post: we take it down ourselves; there is nobody to ask, and nobody to report."
_COMPLAINT = "Criticism stays up. The answer to a complaint is the complaints procedure (Market Drayton D)."
_INTIMATE = "No meeting and no letter about an intimate image unless the person in it asks for that."
_PUPIL = (
    "No letter and no meeting for a pupil as author: staff speak with them, through pastoral care (NEU 9.2)."
)

ROWS: Mapping[Lane, Row] = {
    Lane.INDECENT_IMAGE: Row(
        Role.HEADTEACHER,
        opens=(Step.DSL_REFERRAL, Step.POLICE_REPORTED, Step.LADO_REFERRAL),
        forbids=_all_for(_TELL_NOBODY, *_NOT_WITHOUT_THE_POLICE) | _all_for(_NOW, Step.POLICE_CONSIDERED),
        moderates=False,
        no_consent_gate=True,
        before_sealing=(Step.DSL_REFERRAL, Step.POLICE_REPORTED, Step.LADO_REFERRAL),
    ),
    Lane.LIFE: Row(
        Role.HEADTEACHER,
        opens=(Step.POLICE_REPORTED, Step.DSL_REFERRAL, Step.TRIAGE, Step.HOST_REPORT),
        forbids=_all_for(_LIFE, Step.AUTHOR_REQUEST, Step.MEETING, Step.PASTORAL_TALK, Step.INFRA_NOTICE,
                         Step.SECTION_5_NOTICE) | _all_for(_NOW, Step.POLICE_CONSIDERED),
        no_consent_gate=True,
        before_sealing=(Step.POLICE_REPORTED, Step.DSL_REFERRAL),
    ),
    Lane.CHILD: Row(
        Role.DSL,
        opens=(Step.DSL_REFERRAL, Step.TRIAGE, Step.POLICE_CONSIDERED),
        forbids=_all_for(_CHILD, Step.AUTHOR_REQUEST, Step.MEETING, Step.INFRA_NOTICE, Step.SECTION_5_NOTICE,
                         Step.AFFECTED_INFORMED),
    ),
    Lane.STAFF_ALLEGATION: Row(
        Role.HEADTEACHER,
        opens=(Step.TRIAGE, Step.LADO_REFERRAL, Step.POLICE_CONSIDERED),
        forbids=_all_for(_LADO, Step.SECTION_5_NOTICE, Step.INFRA_NOTICE),
        held_for_lado=True,
    ),
    Lane.OWN_BREACH: Row(
        Role.SENIOR_MANAGER,
        opens=(Step.TRIAGE, Step.OWN_POST_REMOVE, Step.DPO_NOTE),
        forbids=_all_for(_OURS, *ASKS_OUTSIDE, Step.OWN_PAGE_HIDE, Step.MEETING, Step.PASTORAL_TALK,
                         Step.POLICE_CONSIDERED, Step.POLICE_REPORTED),
    ),
    Lane.INTIMATE_IMAGE: Row(
        Role.SENIOR_MANAGER,
        opens=(Step.TRIAGE, Step.AFFECTED_INFORMED, Step.SUPPORT_OFFER, Step.HELPLINE_SIGNPOST,
               Step.POLICE_CONSIDERED),
        forbids=_all_for(_INTIMATE, Step.MEETING, Step.AUTHOR_REQUEST, Step.PASTORAL_TALK),
        consents={Step.HOST_REPORT: Gate.CONSENT_HOST_REPORT, Step.INFRA_NOTICE: Gate.CONSENT_INFRA},
    ),
    Lane.STANDARD: Row(Role.SENIOR_MANAGER, opens=(Step.TRIAGE,)),
    Lane.COMPLAINT: Row(
        Role.SENIOR_MANAGER,
        opens=(Step.COMPLAINT_SIGNPOST,),
        forbids=_all_for(_COMPLAINT, *(step for step in Step if step is not Step.COMPLAINT_SIGNPOST)),
        moderates=False,
    ),
}  # fmt: skip

_OPEN_ONLY_IN: Mapping[Step, frozenset[Lane]] = {
    Step.AFFECTED_INFORMED: frozenset({Lane.STANDARD, Lane.LIFE}),
    Step.SUPPORT_OFFER: frozenset({Lane.STANDARD, Lane.LIFE}),
    Step.MEETING: frozenset({Lane.STANDARD}),
    Step.POLICE_CONSIDERED: frozenset({Lane.STANDARD, Lane.INTIMATE_IMAGE}),
    Step.PASTORAL_TALK: frozenset({Lane.STANDARD, Lane.CHILD}),
}
"""A circumstance opens these only there; elsewhere the lane's own row says what opens."""


def _asks_for_police(matter: Matter, policy: Policy) -> bool:
    grave_abuse = Label.ABUSE in matter.labels and matter.severity.rank >= Severity.HIGH.rank
    return grave_abuse or any(flag.value in policy["police_triggers"] for flag in matter.flags)


def _section_5_cannot_apply(matter: Matter, policy: Policy) -> bool:
    outside = nation_of(policy) not in (Nation.ENGLAND, Nation.WALES)
    author_is_known = matter.author_role not in (UNKNOWN, "stranger", "local")
    no_person = matter.affected_role == "school" or not matter.is_about_someone
    return outside or author_is_known or no_person or Label.DEFAMATION not in matter.labels


CIRCUMSTANCES = (
    Circumstance(
        "somebody is affected",
        lambda matter, _: matter.is_about_someone,
        opens=(Step.AFFECTED_INFORMED,),
    ),
    Circumstance(
        "a member of staff is affected", lambda matter, _: matter.is_about_staff, (Step.SUPPORT_OFFER,)
    ),
    Circumstance(
        "the author is a known adult",
        lambda matter, _: matter.author_role in ADULT_AUTHORS,
        opens=(Step.MEETING,),
    ),
    Circumstance(
        "the author is a pupil",
        lambda matter, _: matter.author_role == "pupil",
        opens=(Step.PASTORAL_TALK,),
        forbids=_all_for(_PUPIL, Step.AUTHOR_REQUEST, Step.MEETING),
    ),
    Circumstance(
        "threatening, sexual, hateful or harassing (Huntington 8.8)",
        _asks_for_police,
        opens=(Step.POLICE_CONSIDERED,),
    ),
    Circumstance(
        "section 5 cannot apply",
        _section_5_cannot_apply,
        forbids=_all_for(
            "A section 5 notice is for a person, in England and Wales, who says that a statement about "
            "them is untrue and cannot find out who wrote it. A school cannot give one (Derbyshire 1993).",
            Step.SECTION_5_NOTICE,
        ),
    ),
    Circumstance(
        "the school wrote it",
        lambda matter, _: matter.school_is_author,
        forbids=_all_for(_OURS, *ASKS_OUTSIDE, Step.OWN_PAGE_HIDE, Step.MEETING),
    ),
    Circumstance(
        "the platform is its own host",
        lambda matter, policy: matter.platform in policy["major_platforms"],
        forbids=_all_for(
            "This platform is its own host: there is no hosting provider above it to write to. Appeal, "
            "then use the helpline (“Appeal to the host, then to a helpline”).",
            Step.INFRA_NOTICE,
        ),
    ),
)


def first_steps(matter: Matter, lane: Lane, policy: Policy) -> tuple[Step, ...]:
    """What opens with the incident, in the order to be read, without what is forbidden."""
    row = ROWS[lane]
    wanted = [*row.opens]
    for circumstance in CIRCUMSTANCES:
        if circumstance.applies(matter, policy):
            wanted += [step for step in circumstance.opens if lane in _OPEN_ONLY_IN[step]]
    if row.moderates:
        wanted += removal_steps(matter)
    forbidden = prohibitions(matter, lane, policy)
    return tuple(step for step in dict.fromkeys(wanted) if step not in forbidden)


def removal_steps(matter: Matter) -> tuple[Step, ...]:
    """The way to have it taken away, by where it stands."""
    if matter.school_is_author:
        return (Step.OWN_POST_REMOVE,)
    if matter.on_own_account:
        return (Step.OWN_PAGE_HIDE,)
    asking = (Step.AUTHOR_REQUEST, Step.HOST_REPORT)
    return (Step.UNTAG, *asking) if matter.surface is Surface.TAGGED_POST else asking


def prohibitions(matter: Matter, lane: Lane, policy: Policy) -> dict[Step, str]:
    """Every step that must not be taken, with the reason to show; the lane's reason comes first."""
    found: dict[Step, str] = {}
    for circumstance in CIRCUMSTANCES:
        if circumstance.applies(matter, policy):
            found |= circumstance.forbids
    return found | dict(ROWS[lane].forbids)


def owner_of(step: Step, lane: Lane) -> Role:
    lead = ROWS[lane].lead
    if step in (Step.POLICE_CONSIDERED, Step.POLICE_REPORTED):
        return Role.DSL if lane is Lane.CHILD else Role.HEADTEACHER
    return {
        Step.LADO_REFERRAL: Role.HEADTEACHER,
        Step.DSL_REFERRAL: Role.DSL,
        Step.DPO_NOTE: Role.DPO,
    }.get(step, lead)
