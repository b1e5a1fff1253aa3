"""Covers for the police and the LADO, and the note of a data breach: facts, and what was not done."""

from typing import Literal

from pydantic import Field

from alerts.letters.asking import SEEN, URLS
from alerts.letters.values import Addresses, Fields, Line, Lines, Person, Text, Time, Yes, YesNo


class PolicePack(Fields):
    """T5. The first sheet that an officer reads; the evidence itself is the export of the incident."""

    force_reference: Line = Field(title="Police reference", description="or: not given yet")
    events: Lines = Field(title="What happened, in order of time", description="a line each, with its time")
    affected: Line = Field(title="Who is affected", description="role, and name if they agreed")
    author: Line = Field(
        title="Who wrote it, as far as known", description="handle; believed or confirmed by whom"
    )
    consent: Line = Field(
        title="Consent of the affected person", description="given when, or the exception and its reason"
    )
    occasions: Lines = Field(title="Separate occasions", description="dates with references, or: none known")
    consider: Lines = Field(
        title="Sections to consider", description="“Consider …”; never that one was broken"
    )
    evidence: Lines = Field(title="Evidence", description="file and SHA-256, a line each")
    captured_how: Line = Field(title="How it was recorded")
    captured_by: Line = Field(title="By whom or what")
    system_clock: Line = Field(title="The clock of the computer", description="how it is kept right")
    originals: Line = Field(title="Where the originals are")
    contact: Line = Field(title="Contact for the police", description="one person speaks for the school")
    safeguarding: Line = Field(title="Safeguarding concerns", description="or: none known")
    not_viewed: Yes = Field(
        title="Nobody at school viewed or copied an indecent picture", description="has to be yes"
    )
    disclosure: Line = Field(title="Limits on passing it on", description="or: none known")


class LadoReferral(Fields):
    """T6. Facts only. The child's initials and birthday go into the LADO's own secure form, not here."""

    facts: Text = Field(title="The facts", description="what was seen, no more; no child's name or initials")
    adult_role: Line = Field(
        title="The adult's role", description="not the name: that goes into the secure form"
    )
    source: Line = Field(title="Where it came from", description="platform, or who told us (a role)")
    urls: Addresses = URLS
    seen_at: Time = SEEN
    not_done: Line = Field(title="What has not been done", description="e.g. not looked into, nobody told")
    immediate_risk: Line = Field(
        title="Immediate risk", description="to any child, and what was done; or: none known"
    )
    head_contact: Line = Field(
        title="Contact of the head", description="the chair of governors if it is about the head"
    )
    referred_at: Time = Field(title="When it is referred")


class BreachNote(Fields):
    """T14. What UK GDPR article 33 asks for."""

    aware_at: Time = Field(title="When the school became aware", description="the 72 hours run from here")
    nature: Text = Field(title="What happened", description="no names")
    people: Line = Field(title="Whose data, and about how many people")
    records: Line = Field(title="What kind of records, and about how many")
    dpo_contact: Line = Field(title="Contact of the data protection officer")
    consequences: Text = Field(title="Likely consequences")
    measures: Text = Field(title="What was done and will be done")
    risk: Literal["none", "risk", "high_risk"] = Field(
        title="Risk to people", description="none, risk (the regulator hears) or high_risk (so do the people)"
    )
    told_regulator: Line = Field(
        title="Was the regulator told?", description="when; or why not; or why later than 72 hours"
    )
    told_people: Line = Field(title="Were the people told?", description="when, or why not")


class RemovalConfirmation(Fields):
    """T10. Gone was looked at twice; copies may stand elsewhere."""

    addressee: Person = Field(title="To whom")
    what: Line = Field(title="What it was", description="a few words of our own, no quote and no name")
    urls: Addresses = URLS
    outcome: Literal["removed", "amended", "hidden", "replaced", "untagged", "not_publicly_visible"] = Field(
        title="What came of it"
    )
    first_check: Time = Field(title="First check")
    second_check: Time = Field(title="Second check", description="at least 30 minutes after the first")
    checks_until: Time = Field(title="We look again until")
    reply_to: Line = Field(title="Contact", description="if it is seen again")
    signed_by: Person = Field(title="Signed by", description="name and role")


class DigestDetail(Fields):
    """T11. One matter in the weekly digest: counts and steps. It has no field for a quote or a name."""

    categories: Lines = Field(title="Categories")
    priority: Literal["low", "medium", "high", "critical"] = Field(title="Priority")
    state: Literal["open", "closed"] = Field(title="State")
    opened_at: Time = Field(title="Opened")
    overdue: YesNo = Field(title="Longer than 24 hours?", description="yes or no")
    reopened: YesNo = Field(title="Seen again after it had gone?", description="yes or no")
    refused_by_host: YesNo = Field(title="Refused by the host?", description="yes or no")
    steps_taken: Lines = Field(title="Steps taken", description="one a line, no names")
