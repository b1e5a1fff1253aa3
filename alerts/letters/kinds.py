"""Every letter and form by name: what it is for, who approves it, and which step of the ladder it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from alerts.ladder.words import Step
from config.schema import Role


class LetterKind(StrEnum):
    AUTHOR_REQUEST = "author_request"
    HOST_REPORT = "host_report"
    SECTION_5_NOTICE = "section_5_notice"
    INFRA_NOTICE = "infra_notice"
    POLICE_PACK = "police_pack"
    LADO_REFERRAL = "lado_referral"
    PARENT_CHILD_AFFECTED = "parent_child_affected"
    PARENT_CHILDS_POST = "parent_childs_post"
    CRITICAL_INCIDENT_STAFF = "critical_incident_staff"
    CRITICAL_INCIDENT_PARENTS = "critical_incident_parents"
    WISHES_REQUEST = "wishes_request"
    REMOVAL_CONFIRMATION = "removal_confirmation"
    DIGEST_DETAIL = "digest_detail"
    COMPLAINTS_SIGNPOST = "complaints_signpost"
    BREACH_NOTE = "breach_note"
    INAPPROPRIATE_CONTENT = "inappropriate_content"
    BLOCKED_CONTENT = "blocked_content"
    RISK_ASSESSMENT = "risk_assessment"

    @property
    def shown_as(self) -> str:
        return RULES[self].title


@dataclass(frozen=True)
class Rule:
    title: str
    use: str
    """Who writes to whom, and when; half a sentence for a list."""
    approvers: tuple[Role, ...]
    """Any one of these approves it. Where the head is the subject, the chair stands for the head."""
    step: Step | None = None
    """The task on the ladder that it does; while that is barred, so is the letter."""
    later_step: Step | None = None
    """A further task that the same letter does once the first has ended: an appeal to the host."""
    theirs: Step | None = None
    """The task in which the affected person does it: the letter is printed for them, never sent for them."""
    marks_step: bool = False
    """The task waits for an answer from when the mail server has accepted the letter."""
    by_mail: bool = True
    """False: it is printed, or handed to the person whose letter it is."""
    needs_incident: bool = True
    names_no_pupil: bool = True
    """A pupil's name in it is refused (promise 7; policies: NEU App., Huntington 4.11)."""
    two_people: bool = False
    """Whoever made it does not approve it (Huntington 7.5)."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every task that it goes with, in the order of the ladder."""
        return tuple(step for step in (self.step, self.theirs, self.later_step) if step is not None)


_LEADERS = (Role.SENIOR_MANAGER, Role.DEPUTY, Role.HEADTEACHER)
_SAFEGUARDING = (Role.DSL, Role.DEPUTY_DSL)

RULES: Mapping[LetterKind, Rule] = {
    LetterKind.AUTHOR_REQUEST: Rule(
        "Request to the author",
        "to a known adult who wrote it: please remove or change it (Huntington 8.6)",
        (Role.HEADTEACHER,), Step.AUTHOR_REQUEST, marks_step=True,
    ),
    LetterKind.HOST_REPORT: Rule(
        "Report to the host",
        "to the platform or website, naming its own rule (NEU 9.3, Huntington 8.7)",
        (*_LEADERS, *_SAFEGUARDING), Step.HOST_REPORT, marks_step=True,
        later_step=Step.HOST_ESCALATION, theirs=Step.FIRST_PARTY_REPORT,
    ),
    LetterKind.SECTION_5_NOTICE: Rule(
        "Notice under section 5 of the Defamation Act 2013",
        "from the person it is about to the website; theirs, not the school's",
        _LEADERS, Step.SECTION_5_NOTICE, by_mail=False, names_no_pupil=False,
    ),
    LetterKind.INFRA_NOTICE: Rule(
        "Notice to the hosting provider",
        "to the abuse address of a network or registrar, after the host said no (NEU 9.4)",
        (Role.HEADTEACHER,), Step.INFRA_NOTICE, marks_step=True,
    ),
    LetterKind.POLICE_PACK: Rule(
        "Cover of the police pack",
        "to the police, with the export of the incident (NEU 9.5)",
        (Role.HEADTEACHER, *_SAFEGUARDING), Step.POLICE_REPORTED, names_no_pupil=False,
    ),
    LetterKind.LADO_REFERRAL: Rule(
        "Cover of a referral to the LADO",
        "to the local authority's designated officer: facts only (Queen's Crescent and Nunney 2.7.4)",
        (Role.HEADTEACHER, Role.DSL), Step.LADO_REFERRAL,
    ),
    LetterKind.PARENT_CHILD_AFFECTED: Rule(
        "Letter to a parent whose child is affected",
        "to a parent or carer: what was seen, what was done, what helps",
        _SAFEGUARDING,
    ),
    LetterKind.PARENT_CHILDS_POST: Rule(
        "Letter to a parent whose child posted it",
        "to a parent or carer, in place of any letter to the pupil (NEU 9.2)",
        _SAFEGUARDING,
    ),
    LetterKind.CRITICAL_INCIDENT_STAFF: Rule(
        "Message to staff in a critical incident",
        "to all staff: please post nothing (Nunney 2.9.2)",
        (Role.HEADTEACHER,), needs_incident=False,
    ),
    LetterKind.CRITICAL_INCIDENT_PARENTS: Rule(
        "Message to parents in a critical incident",
        "to parents and carers: please post nothing (after Nunney 2.9)",
        (Role.HEADTEACHER,), needs_incident=False,
    ),
    LetterKind.WISHES_REQUEST: Rule(
        "Question to the affected person",
        "to an adult whom it is about: what do you wish? (Queen's Crescent and Nunney 2.8.5)",
        (*_LEADERS, Role.DSL), Step.AFFECTED_INFORMED,
    ),
    LetterKind.REMOVAL_CONFIRMATION: Rule(
        "Word that it is gone",
        "to whoever reported it or is affected, after two checks (NEU 9.4)",
        (*_LEADERS, *_SAFEGUARDING),
    ),
    LetterKind.DIGEST_DETAIL: Rule(
        "Note of one matter for the weekly digest",
        "to leaders or governors: counts and steps, no names, no quotes",
        _LEADERS,
    ),
    LetterKind.COMPLAINTS_SIGNPOST: Rule(
        "Way to the complaints procedure",
        "to somebody with a complaint (Market Drayton D, Huntington 2.1)",
        _LEADERS, Step.COMPLAINT_SIGNPOST, needs_incident=False,
    ),
    LetterKind.BREACH_NOTE: Rule(
        "Note of a personal data breach",
        "for the data protection officer, with what UK GDPR article 33 asks for (Huntington 4.14)",
        (Role.DPO,), Step.DPO_NOTE,
    ),
    LetterKind.INAPPROPRIATE_CONTENT: Rule(
        "Inappropriate content report",
        "from a member of staff to the E-Safety Co-ordinator (Huntington 5.5)",
        (Role.E_SAFETY,), needs_incident=False, names_no_pupil=False, by_mail=False,
    ),
    LetterKind.BLOCKED_CONTENT: Rule(
        "Blocked content access request",
        "from a member of staff to somebody else, who decides (Huntington 7.5)",
        (Role.E_SAFETY, *_LEADERS), needs_incident=False, by_mail=False, two_people=True,
    ),
    LetterKind.RISK_ASSESSMENT: Rule(
        "Risk assessment of a social media service",
        "before a service is used or watched (Market Drayton A and C)",
        (Role.HEADTEACHER,), needs_incident=False, by_mail=False,
    ),
}  # fmt: skip
