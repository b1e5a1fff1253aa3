"""The schools' own forms: inappropriate content, blocked content, and the risk assessment of a service."""

from pydantic import Field

from alerts.letters.values import Addresses, Day, Fields, Line, Person, Text, YesNo

OFFICERS_PART = frozenset({"action_taken", "approved", "approvers_reasons"})
"""What whoever decides fills in; the rest has to be there when the form is handed in."""


class InappropriateContent(Fields):
    """Huntington 5.5, 6.7 and 7.3. The content itself is never pasted or attached."""

    indecent_image: YesNo = Field(
        title="May it be a sexual picture of somebody under 18?",
        description="no; with yes this form stops: DSL, head, LADO and police at once",
    )
    staff_name: Person = Field(title="Submitted by", description="member of staff")
    accessed_by: Person = Field(title="Who came upon it", description="a role or a name, or: not known")
    seen_by_pupils_or_parents: YesNo = Field(
        title="Did pupils or parents see it at school?", description="yes tells the head as well"
    )
    seen_on: Day = Field(title="Date", description="e.g. 2026-11-20")
    urls: Addresses = Field(title="Full addresses", description="one a line")
    nature: Line = Field(
        title="Nature of the content", description="in a few words; do not paste or attach it"
    )
    action_taken: Line = Field(title="Action taken", description="by the E-Safety Co-ordinator")


class BlockedContent(Fields):
    """Huntington 7.5. Asked for by one person, decided by another."""

    requester: Person = Field(title="Asked for by", description="member of staff")
    asked_on: Day = Field(title="Date", description="e.g. 2026-11-20")
    url: Line = Field(title="Full address")
    site_content: Line = Field(title="What is on the site")
    reasons: Line = Field(title="Reasons for access")
    risks_and_controls: Text = Field(title="Risks, and how they are controlled")
    approved: YesNo = Field(title="Allowed?", description="yes or no")
    approvers_reasons: Line = Field(title="Reasons of whoever decides")


class Weighed(Fields):
    """What one question brings to light."""

    risk: Line = Field(title="risk")
    pupils_at_risk: Line = Field(title="pupils at risk")
    methods: Line = Field(title="how the risk is made small")
    existing: Line = Field(title="what is in place already")


class RiskAssessment(Fields):
    """Market Drayton A and C: before a service is used, and before a source of it is switched on."""

    service: Line = Field(title="Name of the social media", description="e.g. facebook")
    purpose: Line = Field(title="Purpose of its use")
    year_groups: Line = Field(title="Year groups allowed", description="or: none, staff only")
    age_restriction: Weighed = Field(title="Is there an age restriction?")
    sign_up: Weighed = Field(title="Do people have to sign up?")
    privacy_settings: Weighed = Field(title="Are there privacy settings?")
    school_moderates: Weighed = Field(title="Can the school moderate it?")
    owner_moderates: Weighed = Field(title="Does the owner moderate it?")
    file_upload: Weighed = Field(title="Can files be uploaded?")
    advertisements: Weighed = Field(title="Are the advertisements appropriate?")
    direct_contact: Weighed = Field(title="Can people contact one another directly?")
