"""The words that only the ladder uses; the shared ones stand in `config.words`."""

from enum import StrEnum

from config.words import Outcome, Rung


class Step(StrEnum):
    """One thing that a person is asked to do."""

    TRIAGE = "triage"
    AFFECTED_INFORMED = "affected_informed"
    SUPPORT_OFFER = "support_offer"
    OWN_PAGE_HIDE = "own_page_hide"
    OWN_PAGE_DELETE = "own_page_delete"
    OWN_POST_REMOVE = "own_post_remove"
    UNTAG = "untag"
    PASTORAL_TALK = "pastoral_talk"
    BEHAVIOUR_ROUTE = "behaviour_route"
    MEETING = "meeting"
    AUTHOR_MEETING = "author_meeting"
    AUTHOR_REQUEST = "author_request"
    NEXT_STEP = "next_step"
    HOST_REPORT = "host_report"
    FIRST_PARTY_REPORT = "first_party_report"
    HOST_ESCALATION = "host_escalation"
    SECTION_5_NOTICE = "section_5_notice"
    INFRA_NOTICE = "infra_notice"
    POLICE_CONSIDERED = "police_considered"
    POLICE_REPORTED = "police_reported"
    LADO_REFERRAL = "lado_referral"
    HR_ADVICE = "hr_advice"
    STAFF_REFERRAL = "staff_referral"
    DSL_REFERRAL = "dsl_referral"
    DPO_NOTE = "dpo_note"
    HELPLINE_SIGNPOST = "helpline_signpost"
    COMPLAINT_SIGNPOST = "complaint_signpost"
    INVESTIGATION = "investigation"
    REFERENCE = "reference"
    TRAINING_PROMPT = "training_prompt"
    CHANGE_OF_MIND = "change_of_mind"
    CACHE_REQUEST = "cache_request"
    VERIFY_REMOVED = "verify_removed"

    @property
    def rung(self) -> Rung | None:
        """The rung it stands on; None for what goes on beside the ladder."""
        return _RUNGS.get(self)

    @property
    def shown_as(self) -> str:
        return _SHOWN_AS[self]


_RUNGS = {
    Step.OWN_PAGE_HIDE: Rung.REMOVE,
    Step.OWN_PAGE_DELETE: Rung.REMOVE,
    Step.OWN_POST_REMOVE: Rung.REMOVE,
    Step.UNTAG: Rung.REMOVE,
    Step.PASTORAL_TALK: Rung.REMOVE,
    Step.MEETING: Rung.REMOVE,
    Step.AUTHOR_MEETING: Rung.REMOVE,
    Step.AUTHOR_REQUEST: Rung.REMOVE,
    Step.HOST_REPORT: Rung.HOST_REPORT,
    Step.FIRST_PARTY_REPORT: Rung.HOST_REPORT,
    Step.HOST_ESCALATION: Rung.HOST_REPORT,
    Step.SECTION_5_NOTICE: Rung.HOST_REPORT,
    Step.INFRA_NOTICE: Rung.ISP,
    Step.POLICE_CONSIDERED: Rung.POLICE,
    Step.POLICE_REPORTED: Rung.POLICE,
}

_SHOWN_AS = {
    Step.TRIAGE: "Look at it and decide",
    Step.AFFECTED_INFORMED: "Tell the person it is about",
    Step.SUPPORT_OFFER: "Offer support",
    Step.OWN_PAGE_HIDE: "Hide it on our page",
    Step.OWN_PAGE_DELETE: "Delete it on our page",
    Step.OWN_POST_REMOVE: "Take down our own post",
    Step.UNTAG: "Remove the tag",
    Step.PASTORAL_TALK: "Speak with the pupil",
    Step.BEHAVIOUR_ROUTE: "Follow the behaviour policy",
    Step.MEETING: "Invite to a meeting",
    Step.AUTHOR_MEETING: "Meet the author",
    Step.AUTHOR_REQUEST: "Ask the author to remove it",
    Step.NEXT_STEP: "Decide what comes next",
    Step.HOST_REPORT: "Report it to the host",
    Step.FIRST_PARTY_REPORT: "Help the person to report it themselves",
    Step.HOST_ESCALATION: "Appeal to the host, then to a helpline",
    Step.SECTION_5_NOTICE: "Notice under section 5",
    Step.INFRA_NOTICE: "Write to the hosting provider",
    Step.POLICE_CONSIDERED: "Decide about the police",
    Step.POLICE_REPORTED: "Report it to the police",
    Step.LADO_REFERRAL: "Refer it to the LADO",
    Step.HR_ADVICE: "Take advice from HR",
    Step.STAFF_REFERRAL: "Choose who deals with a member of staff",
    Step.DSL_REFERRAL: "Hand it to the DSL",
    Step.DPO_NOTE: "Assess it as a data breach",
    Step.HELPLINE_SIGNPOST: "Point to the helpline",
    Step.COMPLAINT_SIGNPOST: "Point to the complaints procedure",
    Step.INVESTIGATION: "Look into it and note what was found",
    Step.REFERENCE: "Link the behaviour or anti-bullying record",
    Step.TRAINING_PROMPT: "Think of it at the next training",
    Step.CHANGE_OF_MIND: "Offer to tell those who were asked",
    Step.CACHE_REQUEST: "Clear it from search results",
    Step.VERIFY_REMOVED: "Check that it is gone",
}


class DecisionKind(StrEnum):
    """What a person says of a task.

    `done` without an outcome on a step that asks somebody outside means "I have sent it"; the task
    then waits for the answer. `done` with an outcome, and `refused`, are the answer.
    """

    DONE = "done"
    REFUSED = "refused"
    SKIP = "skip"
    ACKNOWLEDGE = "acknowledge"
    WITHDRAW = "withdraw"


class Gate(StrEnum):
    """What must be there before a task may be done."""

    TRIAGE = "triage"
    LADO_ADVICE = "lado_advice"
    DSL_DECISION = "dsl_decision"
    AUTHOR_KNOWN_ADULT = "author_known_adult"
    ATTRIBUTION = "attribution"
    APPROPRIATE = "appropriate"
    HEAD_APPROVAL = "head_approval"
    AFFECTED_FIRST = "affected_first"
    OUT_OF_SCHOOL_TEST = "out_of_school_test"
    HIDDEN_FIRST = "hidden_first"
    WISHES = "wishes"
    CONSENT_AUTHOR_REQUEST = "consent_author_request"
    CONSENT_HOST_REPORT = "consent_host_report"
    CONSENT_SECTION_5 = "consent_section_5"
    CONSENT_INFRA = "consent_infra"
    CONSENT_POLICE = "consent_police"

    @property
    def mend(self) -> str:
        return _MENDS[self]


_MENDS = {
    Gate.TRIAGE: "Somebody has to look at it first: decide the task “Look at it and decide”.",
    Gate.LADO_ADVICE: (
        "The LADO's or HR's advice comes first, with its number: decide the task “Refer it to the LADO” or "
        "“Take advice from HR” (Queen's Crescent and Nunney 2.7.5)."
    ),
    Gate.DSL_DECISION: "The DSL decides first: decide the task “Hand it to the DSL”.",
    Gate.AUTHOR_KNOWN_ADULT: (
        "Record who wrote it first: a letter goes only to a known adult, never to a pupil "
        "(NEU 9.2, Huntington 8.6). If nobody knows, skip this task and say so."
    ),
    Gate.ATTRIBUTION: (
        "Say who wrote it and how that is known: confirmed, or believed and then approved by a person "
        "(NEU 10.1)."
    ),
    Gate.APPROPRIATE: (
        "A person has to say that asking the author is appropriate, and why: approve the task "
        "(Huntington 8.6)."
    ),
    Gate.HEAD_APPROVAL: "The headteacher approves this first: approve the task in that role.",
    Gate.AFFECTED_FIRST: (
        "The affected person is heard first: decide the task “Invite to a meeting” (Huntington 8.6)."
    ),
    Gate.OUT_OF_SCHOOL_TEST: (
        "Say first why it is the school's business: orderly_running, threat or reputation (Market Drayton E)."
    ),
    Gate.HIDDEN_FIRST: "Hide it first; deleting is a second decision (Nunney 2.8.3).",
    Gate.WISHES: (
        "The affected person does not want this (Queen's Crescent and Nunney 2.8.5): withdraw the task, or "
        "give one of the listed overrides with a reason."
    ),
    Gate.CONSENT_AUTHOR_REQUEST: "Record that the person in the picture wants the author to be approached.",
    Gate.CONSENT_HOST_REPORT: "Record the affected person's consent to a report in their name.",
    Gate.CONSENT_SECTION_5: "Record that the person it is about wants this notice; only they can give it.",
    Gate.CONSENT_INFRA: "Record the affected person's consent to writing to the hosting provider.",
    Gate.CONSENT_POLICE: (
        "Record the affected person's consent (NEU 9.5), or give one of the listed overrides with a reason."
    ),
}


class Standing(StrEnum):
    """How surely somebody is known to have written it (NEU 10.1)."""

    UNKNOWN = "unknown"
    CLAIMED = "claimed"
    BELIEVED = "believed"
    CONFIRMED = "confirmed"


class ConsentScope(StrEnum):
    """What a person was asked. `wishes` is the question whether anything should be done at all."""

    WISHES = "wishes"
    TELL_AUTHOR = "tell_author"
    """That the author may learn who complained."""
    AUTHOR_REQUEST = "author_request"
    """That the author is approached, and the person named in it."""
    KEPT_INFORMED = "kept_informed"
    HOST_REPORT = "host_report"
    SECTION_5 = "section_5"
    INFRA = "infra"
    POLICE = "police"


class Override(StrEnum):
    """Why a gate may be passed without what it asks for; always with a reason in words as well."""

    RISK_TO_LIFE = "risk_to_life"
    CHILD_AT_RISK = "child_at_risk"
    INDECENT_IMAGE = "indecent_image"
    CRIME_AGAINST_SCHOOL = "crime_against_school"
    MANDATORY_DUTY = "mandatory_duty"
    STAFF_CONDUCT = "staff_conduct"
    HOST_UNREACHABLE = "host_unreachable"


POLICE_OVERRIDES = frozenset(Override) - {Override.HOST_UNREACHABLE}
"""They stand for the affected person's yes to the police, and weigh more than their wish for nothing."""
INFRA_OVERRIDES = frozenset({Override.HOST_UNREACHABLE})


class ReminderKind(StrEnum):
    UNACKNOWLEDGED = "unacknowledged"
    OVERDUE = "overdue"
    NO_ANSWER = "no_answer"
    STALLED = "stalled"
    """Somebody took it on, and nothing has moved since."""
    LAW_DATE = "law_date"


LEFT_UP_OR_NOTHING_TO_DO = frozenset({Outcome.NOT_APPLICABLE, Outcome.UNFOUNDED, Outcome.WITHDRAWN})
"""Outcomes that end an incident whatever became of the words: no further task is needed."""

TAKEN_AWAY = frozenset({Outcome.REMOVED, Outcome.AMENDED, Outcome.REPLACED, Outcome.HIDDEN, Outcome.UNTAGGED})
"""Outcomes of a task that say the public no longer sees it as it was."""
