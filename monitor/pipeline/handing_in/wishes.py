"""What the affected person wishes, answered by themselves on a page of the school's own.

Each question is answered by yes or no; what is not answered stays open, for silence is no consent. Answers
are the ladder's consents, the newest counts, and every earlier one stays (Queen's Crescent and Nunney 2.8.5).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.ladder import machine, wishes
from alerts.ladder.state import Consent, Ladder
from alerts.ladder.words import ConsentScope
from alerts.mail.invitation import invitation_draft
from config.schema import Nation
from config.words import Lane
from monitor.pipeline.handing_in.links import (
    Invitation,
    Invited,
    LinkPurpose,
    LinkRefused,
    invite_link,
    mark_used,
)
from monitor.pipeline.incidents.ladders import read_ladder, write_ladder
from monitor.pipeline.telling import outbox
from monitor.site import Site
from monitor.store import custody
from monitor.store.incidents import incident_called
from monitor.store.models import Incident, SinglePurposeLink

INVITATION = "invitation"
"""The kind of its mails in the outbox."""
INVITED_HOURS = 14 * 24
METHOD = "written, by the person on the school's own page"


class InvitationRefused(Exception):
    """Nobody is invited; the text says why, and who speaks with the person instead."""


@dataclass(frozen=True)
class Question:
    """One wish, what it is about in plain words, and what follows from a yes."""

    scope: ConsentScope
    words: str
    follows: str


QUESTIONS = (
    Question(
        ConsentScope.WISHES,
        "Shall the school try to have it removed?",
        "If not, the school asks nobody for anything, and keeps the evidence in case you change your mind. "
        "Only where somebody may be in danger must it act all the same; then you are told.",
    ),
    Question(
        ConsentScope.AUTHOR_REQUEST,
        "May the school speak or write to the person who wrote it?",
        "They are asked to take it down. They may guess that you complained.",
    ),
    Question(
        ConsentScope.TELL_AUTHOR,
        "May they be told that it was you who complained?",
        "Without your yes, the school does not say so.",
    ),
    Question(
        ConsentScope.HOST_REPORT,
        "May it be reported to the website in your name?",
        "Some websites listen only to the person it is about; then the school helps you with their form.",
    ),
    Question(
        ConsentScope.SECTION_5,
        "Do you want a formal notice sent to the website, for words that you say are untrue about you?",
        "Only you can give this notice. It holds your name and how to reach you, and "
        "the website may pass it to whoever wrote the words unless you say that it must not.",
    ),
    Question(
        ConsentScope.INFRA,
        "If the website refuses, may the school write to the company that runs its computers?",
        "The letter says where the words stand and, if it has to, whom they are about.",
    ),
    Question(
        ConsentScope.POLICE,
        "Shall it be reported to the police?",
        "You may also ring 101 yourself, whatever you answer here (999 in an emergency).",
    ),
    Question(
        ConsentScope.KEPT_INFORMED,
        "Do you want to be told of each step?",
        "By the person at school who invited you.",
    ),
)


@dataclass(frozen=True)
class Asked:
    question: Question
    answer: bool | None
    """What counts today; None where nothing was answered."""


def invite(
    site: Site, reference: str, *, person: str, email: str, by: str, purpose: LinkPurpose = LinkPurpose.WISHES
) -> Invitation:  # fmt: skip
    """Queue a mail with the link; the code is answered, to be given in person.

    `person` is a register id or a role, no name. Raises InvitationRefused or NoSuchTask.
    """
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        incident = incident_called(session, site.school_id, reference, lock=True)
        _check(read_ladder(incident))
        invited = Invited(purpose, incident.id, person, INVITED_HOURS, by)
        made = invite_link(session, site, invited)
        if made is None:
            raise InvitationRefused(
                "The settings name no console.public_url, so there is no page to invite to. Ask the person, "
                f"and record the answers: schoolwatch tasks consent {reference} …"
            )
        draft = invitation_draft(
            site.school_name, reference, by=by, address=made.address, hours=INVITED_HOURS
        )
        letter = outbox.Letter(INVITATION, f"{INVITATION}:{made.link_id}", email, 2, draft, incident.id)
        outbox.queue(session, site.school_id, site.settings.mail, letter, site.now())
        custody.note(
            session, site.school_id, site.now(), "invited", actor=by, reference=reference,
            person=person, link=made.link_id, link_purpose=str(purpose),
        )  # fmt: skip
    return made


def _check(ladder: Ladder) -> None:
    """A child is heard by the DSL, not by a form; and where wishes do not decide, none are asked for."""
    if ladder.matter.is_about_pupil:
        raise InvitationRefused("It is about a pupil: the DSL speaks with the child, and with the parents.")
    if ladder.lane not in wishes.COUNT_IN:
        raise InvitationRefused(
            f"In the lane {Lane(ladder.lane).replace('_', ' ')} nobody is asked by a page: the head or the "
            "DSL decides whom to speak with, and when."
        )


def asked_of(ladder: Ladder, link: SinglePurposeLink, site: Site) -> tuple[Asked, ...]:
    """Every question with the answer that counts today. Raises LinkRefused where none is asked any more."""
    check_asked(ladder)
    return tuple(Asked(one, _answer(ladder, one.scope, link.person, site)) for one in questions(site))


def check_asked(ladder: Ladder) -> None:
    """Raises LinkRefused since the matter has become one in which nobody is asked by a page."""
    try:
        _check(ladder)
    except InvitationRefused as refusal:
        raise LinkRefused("This page is not open now. Speak with whoever at school invited you.") from refusal


def questions(site: Site) -> tuple[Question, ...]:
    """Those that mean something here: the notice is of the law of England and Wales."""
    has_notice = site.settings.school.nation in (Nation.ENGLAND, Nation.WALES)
    return tuple(one for one in QUESTIONS if has_notice or one.scope is not ConsentScope.SECTION_5)


def _answer(ladder: Ladder, scope: ConsentScope, person: str, site: Site) -> bool | None:
    said = [one for one in ladder.consents if one.scope is scope and one.person == person]
    if not said:
        return None
    return said[-1].holds(site.now())


def record_wishes(site: Site, link: SinglePurposeLink, answers: Mapping[ConsentScope, bool]) -> int:
    """Keep the answers that are new or have changed; answers how many. Raises LinkRefused when it is over."""
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        row = session.get_one(SinglePurposeLink, link.id)
        incident = session.get_one(Incident, link.incident_id, with_for_update=True)
        ladder = read_ladder(incident)
        check_asked(ladder)
        if ladder.closing is not None:
            raise LinkRefused("The school has closed this matter. Speak with whoever invited you.")
        changed = {
            one: said for one, said in answers.items() if _answer(ladder, one, row.person, site) != said
        }
        for scope, said in changed.items():
            consent = Consent(row.person, row.made_by, site.now(), said, scope, METHOD)
            ladder = machine.record_consent(ladder, consent, site.now())
            custody.note(
                session, site.school_id, site.now(), "consent_recorded", actor=row.person,
                reference=incident.reference, scope=str(scope), answer=said,
            )  # fmt: skip
        write_ladder(session, incident, ladder)
        mark_used(session, site, row)
    return len(changed)
