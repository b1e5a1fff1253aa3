"""The rows of the skip matrix that no program can see: a person names the situation, the ladder follows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alerts.ladder.words import Step
from config.words import Situation

_LETTERS = (Step.AUTHOR_REQUEST, Step.AUTHOR_MEETING)
_BY_LAW = (Step.SECTION_5_NOTICE, Step.INFRA_NOTICE)
_HOST = (Step.HOST_REPORT, Step.FIRST_PARTY_REPORT, Step.HOST_ESCALATION)

_PRETENDER = (
    "Whoever passes themselves off as the school is not written to: the host's form for impersonation is the "
    "way, and the person impersonated may have to show who they are."
)
_CLOSED = "Nobody but those who take part can reach a closed group or a message: they report it in the app."
_PREVENT = (
    "Extremist content: the DSL, as Prevent lead, decides who is spoken to. No letter goes to the author, "
    "and nobody writes to a provider."
)
_OWN_CHILD = (
    "A parent may show their own child. At most the school asks politely; there is nothing to report, and it "
    "usually ends as “not applicable”."
)
_AT_RISK = "The author is a child at risk: the DSL decides who speaks with them. No letter, no sanction."


@dataclass(frozen=True)
class SituationRow:
    """What a situation opens, what it forbids and why, and what it adds to the words of a step."""

    opens: tuple[Step, ...] = ()
    forbids: Mapping[Step, str] = field(default_factory=dict)
    says: Mapping[Step, str] = field(default_factory=dict)


ROWS: Mapping[Situation, SituationRow] = {
    Situation.IMPERSONATION: SituationRow(
        forbids=dict.fromkeys(_LETTERS, _PRETENDER),
        says={
            Step.HOST_REPORT: (
                "Use the host's form for impersonation; it may ask for proof of who the person or the school "
                "is."
            ),
            Step.POLICE_CONSIDERED: "If money or data was asked for, it also goes to Report Fraud.",
        },
    ),
    Situation.PRIVATE_CHANNEL: SituationRow(
        forbids=dict.fromkeys(_BY_LAW, _CLOSED),
        says={
            Step.AUTHOR_REQUEST: "Only through the member who saw it, and only if they are willing.",
            Step.HOST_REPORT: (
                "Only somebody who takes part can report it, in the app. Nobody joins the group for that, "
                "and nobody uses a false name."
            ),
            Step.VERIFY_REMOVED: "Only somebody who takes part can say whether it is gone; ask them.",
        },
    ),
    Situation.EXTREMISM: SituationRow(
        opens=(Step.DSL_REFERRAL, Step.POLICE_CONSIDERED),
        forbids=dict.fromkeys((*_LETTERS, Step.MEETING, *_BY_LAW), _PREVENT),
        says={
            Step.DSL_REFERRAL: "The DSL weighs a Prevent referral.",
            Step.HOST_REPORT: "Gov.uk takes it too, as “Report online material promoting terrorism”.",
            Step.POLICE_CONSIDERED: "The Anti-Terrorist Hotline takes it too; 999 if there is danger now.",
        },
    ),
    Situation.OWN_CHILD_ONLY: SituationRow(
        forbids=dict.fromkeys((*_HOST, *_BY_LAW, Step.POLICE_CONSIDERED, Step.POLICE_REPORTED), _OWN_CHILD),
        says={Step.AUTHOR_REQUEST: "It is their own child: ask politely if at all, and expect nothing."},
    ),
    Situation.AUTHOR_AT_RISK: SituationRow(
        opens=(Step.DSL_REFERRAL, Step.HELPLINE_SIGNPOST),
        forbids=dict.fromkeys(
            (*_LETTERS, Step.MEETING, Step.PASTORAL_TALK, Step.BEHAVIOUR_ROUTE, *_BY_LAW), _AT_RISK
        ),
        says={
            Step.DSL_REFERRAL: "The author may be the child who needs help.",
            Step.HELPLINE_SIGNPOST: (
                "Here it is the child who wrote it: the DSL may point them to Childline (0800 1111)."
            ),
            Step.POLICE_CONSIDERED: "The DSL decides.",
        },
    ),
    Situation.OPINION: SituationRow(),
    Situation.COPIED_PICTURE: SituationRow(
        says={Step.HOST_REPORT: "For a picture or badge of ours, use the host's form for copied work."}
    ),
    Situation.OTHER_CHILDRENS_PICTURE: SituationRow(
        says={
            Step.AUTHOR_REQUEST: (
                "Ask whether every child in the picture is theirs; allege nothing (Market Drayton D)."
            ),
            Step.AUTHOR_MEETING: (
                "Ask whether every child in the picture is theirs; allege nothing (Market Drayton D)."
            ),
        }
    ),
    Situation.CRITICAL_INCIDENT: SituationRow(
        says={Step.TRIAGE: "Nobody posts anything about the incident meanwhile (Nunney 2.9.1)."}
    ),
    Situation.UNDER_AGE_ACCOUNT: SituationRow(
        opens=(Step.DSL_REFERRAL,),
        says={
            Step.DSL_REFERRAL: (
                "A pupil seems to be younger than the platform allows (Huntington 6.6): the DSL speaks with "
                "the family. Nobody reports the child without the DSL."
            ),
            Step.HOST_REPORT: "The host has a form for accounts of children who are too young.",
        },
    ),
    Situation.STAFF_CONFIDENTIALITY: SituationRow(opens=(Step.HR_ADVICE, Step.DPO_NOTE)),
    Situation.STAFF_POST_WITHOUT_CONSENT: SituationRow(
        opens=(Step.STAFF_REFERRAL,),
        says={
            Step.STAFF_REFERRAL: (
                "A school event was shown without the headteacher's leave (Market Drayton B): it goes to the "
                "head."
            )
        },
    ),
    Situation.MALICIOUS_OR_FICTITIOUS: SituationRow(),
    Situation.CONSENT_WITHDRAWN: SituationRow(
        says={
            Step.OWN_POST_REMOVE: (
                "A consent was withdrawn: cropping, or blurring and posting again, will do too (Huntington "
                "4.9). Where that is not reasonably practicable, skip this and say why (Huntington 4.6)."
            ),
            Step.DPO_NOTE: (
                "Where a consent was withdrawn, the post was lawful when it was published (Huntington 4.5): "
                "that alone is no breach. Note the withdrawal, and what became of the post."
            ),
        }
    ),
}

THE_DSL_DECIDES = frozenset({Situation.AUTHOR_AT_RISK, Situation.UNDER_AGE_ACCOUNT})
"""Where even the host hears nothing before the DSL has decided."""


def opened_by(situations: frozenset[Situation]) -> tuple[Step, ...]:
    return tuple(step for one in sorted(situations) for step in ROWS[one].opens)


def forbidden_by(situations: frozenset[Situation]) -> dict[Step, str]:
    found: dict[Step, str] = {}
    for one in sorted(situations):
        found |= ROWS[one].forbids
    return found


def said_of(step: Step, situations: frozenset[Situation]) -> str:
    """What the situations add to the words of a step; empty where they add nothing."""
    return " ".join(ROWS[one].says[step] for one in sorted(situations) if step in ROWS[one].says)
