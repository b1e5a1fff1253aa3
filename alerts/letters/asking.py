"""Letters that ask somebody to take it away: the author, the host, the website's operator, the provider."""

from typing import Literal

from pydantic import Field

from alerts.letters.values import Address, Addresses, Fields, Line, Person, Quoted, Text, Time, Yes, YesNo

REPLY = Field(
    title="How to answer us", description="an official address or number, e.g. office@example.sch.uk"
)
COMPLAINTS = Field(
    title="Complaints procedure", description="where it can be read, e.g. a page of the school"
)
URLS = Field(title="Where it stands", description="the exact address of each post, one a line")
POSTED = Field(title="When it was posted", description="UK time and UTC, or: not shown by the platform")
SEEN = Field(title="When the school first saw it", description="UK time unless it says otherwise")


class AuthorRequest(Fields):
    """T1. Polite, to a known adult; no threat, no pupil and no third person in it (Huntington 8.6)."""

    addressee: Person = Field(title="To whom", description="the author's name or handle")
    author_confirmed_by: Person = Field(
        title="Who confirmed who wrote it", description="a person at school, by name; stays inside the school"
    )
    appropriate: Yes = Field(title="Is a request appropriate here?", description="yes, after thought")
    urls: Addresses = URLS
    words: Quoted = Field(title="The words in question", description="exactly as they stand there")
    policy_clause: Line = Field(title="Why we ask", description="the place in the school's own policy")
    asked: Literal["remove", "change"] = Field(title="What is asked", description="remove or change")
    answer_by: Time = Field(title="Answer by", description="e.g. 2026-11-21 16:00")
    meeting: Line = Field(title="Invitation to meet", description="with whom, and how to arrange it")
    complaints_procedure: Line = COMPLAINTS
    reply_to: Line = REPLY
    next_steps: Text = Field(title="What happens next", description="neutral: a fact, no threat")
    data_protection: Line = Field(title="Data protection line", description="where the privacy notice stands")
    signed_by: Person = Field(title="Signed by", description="name and role")


class HostReport(Fields):
    """T2. The host's own rule, the exact place, and who reports; no media are ever attached."""

    host: Line = Field(title="Host", description="the platform or website")
    host_rule: Line = Field(
        title="Rule of the host", description="the rule of theirs that it breaks (Huntington 8.7)"
    )
    urls: Addresses = URLS
    post_id: Line = Field(title="Permanent id", description="of the post or comment on the platform")
    handle: Line = Field(title="The author's handle", description="as shown there, or: not shown")
    posted_at: Line = POSTED
    seen_at: Time = SEEN
    words: Quoted = Field(title="The words in question", description="exactly as they stand there")
    affected_role: Line = Field(
        title="Who is affected", description="a role, never a name: a teacher, a pupil"
    )
    child_affected: YesNo = Field(title="Is a child affected?", description="yes or no")
    capacity: Literal["self", "on_behalf", "affected_person"] = Field(
        title="In what capacity we report", description="self, on_behalf or affected_person"
    )
    prior_references: Line = Field(title="Earlier report numbers", description="or: none")
    asked: Literal["remove", "restrict", "age_gate"] = Field(
        title="What is asked", description="remove, restrict or age_gate"
    )
    reply_to: Line = REPLY
    signed_by: Person = Field(title="Signed by", description="name and role")


class SectionFiveNotice(Fields):
    """T3. The nine things that a notice must hold (Defamation Act 2013 s.5(6), SI 2013/3028 reg. 2), and
    what else an operator needs. It is the person's own notice, in their own words.
    """

    complainant: Person = Field(
        title="1. Name of the person complaining", description="a person, never a school"
    )
    statement: Quoted = Field(title="2. The statement complained of", description="the exact words")
    why_defamatory: Quoted = Field(
        title="3. Why it is said to be defamatory of them", description="their words"
    )
    urls: Addresses = Field(title="4. Where on the website it stands", description="each exact address")
    complainant_email: Line = Field(title="5. E-mail address of the person complaining")
    meaning: Quoted = Field(
        title="6. The meaning that they give it", description="what a reader takes it to say"
    )
    inaccurate: Quoted = Field(
        title="7. What is factually inaccurate, or opinion that no fact supports",
        description="point by point",
    )
    cannot_identify: Yes = Field(
        title="8. They do not know enough about the poster to bring proceedings", description="has to be yes"
    )
    details_may_be_given: YesNo = Field(
        title="9. May their name and e-mail be given to the poster?",
        description="yes or no; with no, the poster sees the notice without them",
    )
    earlier_removals: Line = Field(
        title="Earlier removals", description="how often the same was removed from this site before, or: none"
    )
    operator: Line = Field(title="Operator of the website")
    service_email: Line = Field(
        title="Where it is served", description="the operator's address for such notices"
    )
    signed_by: Person = Field(title="Signed by", description="the person complaining, nobody for them")


class InfraNotice(Fields):
    """T4. To whoever hosts the site: one page, never a whole site, and no more data than it takes."""

    provider: Line = Field(title="Provider", description="hosting company, network or registrar")
    ip: Line = Field(title="IP address", description="that answered for the site")
    domain: Line = Field(title="Domain")
    url: Address = Field(title="The page", description="one exact address")
    seen_at: Time = SEEN
    looked_up_at: Time = Field(
        title="When DNS and RDAP were asked", description="UK time unless it says otherwise"
    )
    acceptable_use: Line = Field(title="Their rule", description="the clause of their acceptable use policy")
    summary: Text = Field(title="What stands there", description="two sentences, no names")
    host_asked_at: Time = Field(
        title="When the host was asked", description="the site's operator or platform"
    )
    host_answer: Line = Field(title="What the host answered", description="or: no answer")
    asked: Literal["forward", "remove_page"] = Field(
        title="What is asked", description="forward (to their customer) or remove_page; never the whole site"
    )
    reply_to: Line = REPLY
    signed_by: Person = Field(title="Signed by", description="name and role")
