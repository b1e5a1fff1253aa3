"""Letters to people whom it concerns: parents, staff, the affected person, somebody with a complaint."""

from typing import Literal

from pydantic import Field

from alerts.letters.asking import COMPLAINTS, REPLY
from alerts.letters.values import Fields, Line, Person, Text, Time, Yes, YesNo

_TO = Field(title="To whom", description="the parent or carer, by name")
_SEEN = Field(title="What was seen", description="as little as it takes; “your child”, no child's name")
_SUPPORT = Field(title="What support there is")
_DONE = Field(title="What the school did")
_SIGNED = Field(title="Signed by", description="name and role")
_REMOVE = Field(
    title="Mention Report Remove and CEOP?",
    description="yes where a picture or an adult stranger is concerned, else no",
)


class ParentChildAffected(Fields):
    """T7, the child affected. Speaks of “your child”; no other child can be named. The DSL approves it."""

    addressee: Person = _TO
    seen: Text = _SEEN
    support: Line = _SUPPORT
    school_did: Line = _DONE
    report_remove: YesNo = _REMOVE
    reply_to: Line = REPLY
    signed_by: Person = _SIGNED


class ParentChildsPost(Fields):
    """T7, the child wrote it. The school speaks with the pupil; the parent gets the letter (NEU 9.2)."""

    addressee: Person = _TO
    seen: Text = _SEEN
    asked: Line = Field(
        title="What is asked of the family", description="e.g. to take it down together, and by when"
    )
    support: Line = _SUPPORT
    school_did: Line = _DONE
    report_remove: YesNo = _REMOVE
    reply_to: Line = REPLY
    signed_by: Person = _SIGNED


class CriticalIncidentMessage(Fields):
    """T8. A stored message; it names nobody and gives no details (Nunney 2.9.2)."""

    event: Line = Field(title="The event", description="e.g. “a serious incident”; no names, no details")
    updates: Line = Field(
        title="How news will come", description="the usual way, e.g. by staff e-mail at 08:00"
    )
    contact: Line = Field(title="Whom to ask")
    signed_by: Person = _SIGNED


class WishesRequest(Fields):
    """T9. Every choice is the person's; for a child the DSL asks instead (2.8.5)."""

    addressee: Person = Field(title="To whom", description="the person it is about")
    adult: Yes = Field(
        title="Is the person an adult who can decide?", description="has to be yes; else the DSL"
    )
    found: Text = Field(
        title="What was found", description="where, when and what sort; no quote unless they ask"
    )
    support: Line = Field(
        title="Support", description="a named colleague, and the assistance programme if there is one"
    )
    union: Line = Field(title="Union or association", description="whom to ask, or: your own representative")
    who_sees: Line = Field(title="Who will see the answer", description="roles")
    reply_by: Time = Field(title="Answer by", description="e.g. 2026-11-21 16:00")
    reply_to: Line = REPLY
    signed_by: Person = _SIGNED


class ComplaintsSignpost(Fields):
    """T13. Thanks, the way to complain, and no argument (Market Drayton D)."""

    addressee: Person = Field(title="To whom")
    complaints_procedure: Line = COMPLAINTS
    reply_to: Line = REPLY
    signed_by: Person = _SIGNED
    holding_line: Literal["yes", "no"] = Field(
        title="With a line for the page?", description="yes adds one line that may be shown in public, once"
    )
