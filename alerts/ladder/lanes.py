"""The skip matrix as data: what each lane and each circumstance opens, and what it must not do, and why.

The rows follow NEU 7–10, Huntington 8, Queen's Crescent and Nunney 2.7–2.8, Market Drayton D and E,
and the national advice on sharing nudes. Where rows overlap, every prohibition holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alerts.ladder.circumstances import ASKS_OUTSIDE, CIRCUMSTANCES, OURS, all_for
from alerts.ladder.matter import Matter
from alerts.ladder.policy import Policy
from alerts.ladder.situations import forbidden_by, opened_by
from alerts.ladder.words import Gate, Step
from config.schema import Role
from config.words import Lane, Surface


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
_COMPLAINT = "Criticism stays up. The answer to a complaint is the complaints procedure (Market Drayton D)."
_INTIMATE = "No meeting about an intimate image; the person in it says what they want."

ROWS: Mapping[Lane, Row] = {
    Lane.INDECENT_IMAGE: Row(
        Role.HEADTEACHER,
        opens=(Step.DSL_REFERRAL, Step.POLICE_REPORTED, Step.LADO_REFERRAL),
        forbids=all_for(_TELL_NOBODY, *_NOT_WITHOUT_THE_POLICE) | all_for(_NOW, Step.POLICE_CONSIDERED),
        moderates=False,
        no_consent_gate=True,
        before_sealing=(Step.DSL_REFERRAL, Step.POLICE_REPORTED, Step.LADO_REFERRAL),
    ),
    Lane.LIFE: Row(
        Role.HEADTEACHER,
        opens=(Step.POLICE_REPORTED, Step.DSL_REFERRAL, Step.TRIAGE, Step.HOST_REPORT),
        forbids=all_for(_LIFE, Step.AUTHOR_REQUEST, Step.MEETING, Step.AUTHOR_MEETING, Step.PASTORAL_TALK,
                         Step.INFRA_NOTICE, Step.SECTION_5_NOTICE) | all_for(_NOW, Step.POLICE_CONSIDERED),
        no_consent_gate=True,
        before_sealing=(Step.POLICE_REPORTED, Step.DSL_REFERRAL),
    ),
    Lane.CHILD: Row(
        Role.DSL,
        opens=(Step.DSL_REFERRAL, Step.TRIAGE, Step.POLICE_CONSIDERED),
        forbids=all_for(_CHILD, Step.AUTHOR_REQUEST, Step.MEETING, Step.AUTHOR_MEETING, Step.INFRA_NOTICE,
                         Step.SECTION_5_NOTICE, Step.AFFECTED_INFORMED),
    ),
    Lane.STAFF_ALLEGATION: Row(
        Role.HEADTEACHER,
        opens=(Step.TRIAGE, Step.POLICE_CONSIDERED),
        forbids=all_for(_LADO, Step.SECTION_5_NOTICE, Step.INFRA_NOTICE),
        held_for_lado=True,
    ),
    Lane.OWN_BREACH: Row(
        Role.SENIOR_MANAGER,
        opens=(Step.TRIAGE, Step.OWN_POST_REMOVE, Step.DPO_NOTE),
        forbids=all_for(OURS, *ASKS_OUTSIDE, Step.OWN_PAGE_HIDE, Step.MEETING, Step.AUTHOR_MEETING,
                         Step.PASTORAL_TALK, Step.POLICE_CONSIDERED, Step.POLICE_REPORTED),
    ),
    Lane.INTIMATE_IMAGE: Row(
        Role.SENIOR_MANAGER,
        opens=(Step.TRIAGE, Step.AFFECTED_INFORMED, Step.SUPPORT_OFFER, Step.HELPLINE_SIGNPOST,
               Step.POLICE_CONSIDERED),
        forbids=all_for(_INTIMATE, Step.MEETING, Step.AUTHOR_MEETING, Step.PASTORAL_TALK),
        consents={
            Step.AUTHOR_REQUEST: Gate.CONSENT_AUTHOR_REQUEST,
            Step.HOST_REPORT: Gate.CONSENT_HOST_REPORT,
            Step.INFRA_NOTICE: Gate.CONSENT_INFRA,
        },
    ),
    Lane.STANDARD: Row(Role.SENIOR_MANAGER, opens=(Step.TRIAGE,)),
    Lane.COMPLAINT: Row(
        Role.SENIOR_MANAGER,
        opens=(Step.COMPLAINT_SIGNPOST,),
        forbids=all_for(_COMPLAINT, *(step for step in Step if step is not Step.COMPLAINT_SIGNPOST)),
        moderates=False,
    ),
}  # fmt: skip

_OPEN_ONLY_IN: Mapping[Step, frozenset[Lane]] = {
    Step.AFFECTED_INFORMED: frozenset({Lane.STANDARD, Lane.LIFE}),
    Step.SUPPORT_OFFER: frozenset({Lane.STANDARD, Lane.LIFE}),
    Step.INVESTIGATION: frozenset({Lane.STANDARD}),
    Step.MEETING: frozenset({Lane.STANDARD}),
    Step.AUTHOR_MEETING: frozenset({Lane.STANDARD}),
    Step.POLICE_CONSIDERED: frozenset({Lane.STANDARD, Lane.INTIMATE_IMAGE, Lane.CHILD}),
    Step.PASTORAL_TALK: frozenset({Lane.STANDARD, Lane.CHILD}),
    Step.BEHAVIOUR_ROUTE: frozenset({Lane.STANDARD, Lane.CHILD}),
    Step.REFERENCE: frozenset({Lane.STANDARD, Lane.CHILD}),
    Step.LADO_REFERRAL: frozenset({Lane.STAFF_ALLEGATION, Lane.CHILD, Lane.LIFE}),
    Step.HR_ADVICE: frozenset({Lane.STAFF_ALLEGATION, Lane.OWN_BREACH}),
    Step.STAFF_REFERRAL: frozenset({Lane.STAFF_ALLEGATION}),
}
"""A circumstance opens these only there; elsewhere the lane's own row says what opens."""


def first_steps(matter: Matter, lane: Lane, policy: Policy) -> tuple[Step, ...]:
    """What opens with the incident, in the order to be read, without what is forbidden."""
    row = ROWS[lane]
    wanted = [*row.opens]
    for circumstance in CIRCUMSTANCES:
        if circumstance.applies(matter, policy):
            wanted += [step for step in circumstance.opens if lane in _OPEN_ONLY_IN[step]]
    wanted += [step for step in opened_by(matter.situations) if lane in _OPEN_ONLY_IN.get(step, Lane)]
    if row.moderates:
        wanted += removal_steps(matter, policy)
    forbidden = prohibitions(matter, lane, policy)
    return tuple(step for step in dict.fromkeys(wanted) if step not in forbidden)


def removal_steps(matter: Matter, policy: Policy) -> tuple[Step, ...]:
    """The way to have it taken away, by where it stands."""
    if matter.school_is_author:
        return (Step.OWN_POST_REMOVE,)
    if matter.on_own_account:
        return (Step.OWN_PAGE_HIDE,)
    asking = (Step.AUTHOR_REQUEST, *host_steps(matter, policy))
    return (Step.UNTAG, *asking) if matter.surface is Surface.TAGGED_POST else asking


def host_steps(matter: Matter, policy: Policy) -> tuple[Step, ...]:
    """Who reports it to the host: the school, the person concerned, or each their part (NEU 9.3)."""
    in_person = set(policy.get("in_person_only", {}).get(matter.platform, ()))
    if not matter.is_about_someone or not in_person & matter.labels:
        return (Step.HOST_REPORT,)
    return (
        (Step.FIRST_PARTY_REPORT,)
        if matter.labels <= in_person
        else (Step.HOST_REPORT, Step.FIRST_PARTY_REPORT)
    )


def prohibitions(matter: Matter, lane: Lane, policy: Policy) -> dict[Step, str]:
    """Every step that must not be taken, with the reason to show; the lane's reason comes first."""
    found: dict[Step, str] = {}
    for circumstance in CIRCUMSTANCES:
        if circumstance.applies(matter, policy):
            found |= circumstance.forbids
    return found | forbidden_by(matter.situations) | dict(ROWS[lane].forbids)


def owner_of(step: Step, lane: Lane) -> Role:
    lead = ROWS[lane].lead
    if step in (Step.POLICE_CONSIDERED, Step.POLICE_REPORTED):
        return Role.DSL if lane is Lane.CHILD else Role.HEADTEACHER
    return {
        Step.LADO_REFERRAL: Role.HEADTEACHER,
        Step.HR_ADVICE: Role.HEADTEACHER,
        Step.STAFF_REFERRAL: Role.HEADTEACHER,
        Step.DSL_REFERRAL: Role.DSL,
        Step.DPO_NOTE: Role.DPO,
    }.get(step, lead)
