"""Sending an approved letter because a person asked for it: a row in the outbox, and what follows from it.

The ladder's task is marked as sent in the transaction that marks the mail, when the mail server has accepted
it. A stop between the two sends the mail again under its Message-ID, and marks both then.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.ladder import machine
from alerts.ladder.gates import needs
from alerts.ladder.state import Decision, Ladder, LadderRefused
from alerts.ladder.words import DecisionKind, Override, Step
from alerts.letters.barred import is_theirs, waiting_task, why_barred
from alerts.letters.blocks import from_json
from alerts.letters.kinds import RULES, LetterKind
from alerts.letters.mails import as_mail
from alerts.letters.rendering import Rendered
from alerts.mail.addresses import BadAddress, on_the_wire
from alerts.mail.drafts import Draft
from monitor.pipeline.incidents.ladders import read_ladder, write_ladder
from monitor.pipeline.letters.letter_rows import LetterRefused, locked, note
from monitor.pipeline.letters.letters import digest, ladder_of, letterhead
from monitor.pipeline.telling import outbox
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import Incident, Letter, LetterState, MailState, OutgoingMail

LETTER = "letter"
"""The kind of its mails in the outbox."""
LETTER_PRIORITY = 3
"""After what is critical and high inside the school, before the rest: a person waits for it."""


def send(site: Site, letter_id: int, to: Sequence[str], by: str, *, override: Override | None = None) -> None:
    """Queue an approved letter to one or more addresses. Raises LetterRefused; nothing is queued then.

    `override` is a listed exception for the police, with the letter's own consent line as its reason.
    """
    with site.database.write() as session:
        row = locked(session, site, letter_id)
        kind = LetterKind(row.kind)
        _check_may_leave(row, to)
        ladder = ladder_of(session, row)
        if ladder is not None:
            _check_ladder(site, kind, ladder, by, override)
        row.state, row.note = LetterState.QUEUED, None
        row.sent_by, row.sent_to, row.sendings = by, list(to), row.sendings + 1
        draft = _draft(session, site, row)
        for address in to:
            letter = outbox.Letter(
                LETTER, _event(row), address, LETTER_PRIORITY, draft, incident_id=row.incident_id
            )
            outbox.queue(session, site.school_id, site.settings.mail, letter, site.now())
        note(session, site, row, "letter_queued", by, sha256=row.sha256, addresses=len(to))


def _check_may_leave(row: Letter, to: Sequence[str]) -> None:
    rule = RULES[LetterKind(row.kind)]
    if not rule.by_mail:
        raise LetterRefused(
            f"“{rule.title}” does not leave by the school's mail; print it: letters print {row.id}"
        )
    if row.state not in (LetterState.APPROVED, LetterState.HELD) or row.body is None or row.title is None:
        raise LetterRefused(f"letter {row.id} stands as “{row.state}”; only an approved letter is sent")
    if row.sha256 != digest(row.title, row.body):
        raise LetterRefused(f"letter {row.id} is not as it was approved; write a new one")
    if not to:
        raise LetterRefused("say to whom with --to ADDRESS")
    for address in to:
        try:
            on_the_wire(address)
        except BadAddress as bad:
            raise LetterRefused(str(bad)) from bad


def _check_ladder(site: Site, kind: LetterKind, ladder: Ladder, by: str, override: Override | None) -> None:
    """The ladder would take the step now: lane, consent, approval and order are its own rules."""
    why = why_barred(kind, ladder)
    if why is not None:
        raise LetterRefused(f"“{RULES[kind].title}” is disabled here. {why}")
    step = RULES[kind].step
    if step is None or not (RULES[kind].marks_step or kind is LetterKind.POLICE_PACK):
        return
    task = waiting_task(kind, ladder)
    if task is None:
        raise LetterRefused(_NOT_YOURS if is_theirs(kind, ladder) else _not_open(step))
    try:
        machine.decide(ladder, task.number, _decision(by, "the letter is sent", override), site.now())
    except LadderRefused as refusal:
        raise LetterRefused(str(refusal)) from refusal


_NOT_YOURS = (
    "The host takes this report only from the person concerned (NEU 9.3): print it for them with `letters "
    "print`, and help them to send it."
)


def _not_open(step: Step) -> str:
    return (
        f"“{step.shown_as}” is not open on this incident, so nothing would show that it was sent; see "
        "`schoolwatch tasks`"
    )


def _decision(by: str, reason: str, override: Override | None = None) -> Decision:
    return Decision(DecisionKind.DONE, by, None, reason, override)


def _draft(session: Session, site: Site, row: Letter) -> Draft:
    """The mail says exactly what was approved."""
    return as_mail(Rendered(row.title or "", from_json(row.body or "[]")), letterhead(session, site, row))


def _event(row: Letter) -> str:
    return f"{LETTER}:{row.uid}:{row.sendings}"


def letter_of(session: Session, mail: OutgoingMail) -> Letter | None:
    """The letter that a mail of the outbox carries; None for every other mail."""
    if mail.kind != LETTER:
        return None
    uid = mail.dedupe_key.split(":")[1]
    query = select(Letter).filter_by(school_id=mail.school_id, uid=uid).with_for_update()
    return session.scalars(query).one_or_none()


def held_back(site: Site, mail: OutgoingMail) -> bool:
    """Whether a letter that waited may no longer leave; then it is marked so. Ask right before it is sent.

    A mail server can be down for a day, and in that day the matter can turn out to be another.
    """
    if mail.kind != LETTER:
        return False
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        row = letter_of(session, mail)
        why = _why_not_now(session, site, row, mail)
        if why is None:
            return False
        waiting = session.get_one(OutgoingMail, mail.id)
        waiting.state, waiting.claimed_until, waiting.last_error = MailState.FAILED, None, f"held back: {why}"
        if row is not None and row.state == LetterState.QUEUED and _is_of_this_try(row, mail):
            row.state, row.note = LetterState.HELD, why
            note(session, site, row, "letter_held", custody.DAEMON)
        return True


def _is_of_this_try(row: Letter, mail: OutgoingMail) -> bool:
    return mail.dedupe_key.startswith(f"{_event(row)}>")


def _why_not_now(session: Session, site: Site, row: Letter | None, mail: OutgoingMail) -> str | None:
    if row is None or row.state not in _ON_ITS_WAY or not _is_of_this_try(row, mail):
        return "the letter was made void, changed, or sent anew"
    ladder = ladder_of(session, row)
    if ladder is None:
        return None
    kind = LetterKind(row.kind)
    return why_barred(kind, ladder) or (None if row.sent_at else _why_not_asked(site, kind, ladder))


def _why_not_asked(site: Site, kind: LetterKind, ladder: Ladder) -> str | None:
    """Since somebody pressed send the affected person may have said no, or the matter have been settled."""
    step = RULES[kind].step
    if step is None or not RULES[kind].marks_step:
        return None
    task = waiting_task(kind, ladder)
    if task is None:
        return _not_open(step)
    return " ".join(gate.mend for gate in needs(ladder, task, site.now())) or None


_ON_ITS_WAY = (LetterState.QUEUED, LetterState.HELD, LetterState.SENT)
"""Of several addresses one may be refused or served before the next is tried."""


def accepted(session: Session, site: Site, mail: OutgoingMail) -> None:
    """The mail server took it: the letter is sent, and the ladder's task waits for the answer."""
    row = letter_of(session, mail)
    if row is not None and row.state == LetterState.VOID:
        row.note = f"{row.note} It had left already: the mail server took it."
        note(session, site, row, "letter_sent", row.sent_by or custody.DAEMON, message_id=mail.message_id)
    if row is None or row.state not in (LetterState.QUEUED, LetterState.HELD):
        return
    row.state, row.sent_at = LetterState.SENT, row.sent_at or site.now()
    note(session, site, row, "letter_sent", row.sent_by or custody.DAEMON, message_id=mail.message_id)
    if row.incident_id is not None and RULES[LetterKind(row.kind)].marks_step:
        _mark_task(session, site, row)


def _mark_task(session: Session, site: Site, row: Letter) -> None:
    """What the ladder says no to by now is written on the letter: the mail has left all the same."""
    incident = session.scalars(select(Incident).where(Incident.id == row.incident_id).with_for_update()).one()
    ladder = read_ladder(incident)
    task = waiting_task(LetterKind(row.kind), ladder)
    if task is None:
        row.note = "Sent; no open task on the ladder was waiting for it."
        return
    decision = _decision(row.sent_by or "", f"Letter {row.id} was accepted by the mail server.")
    try:
        write_ladder(session, incident, machine.decide(ladder, task.number, decision, site.now()))
    except LadderRefused as refusal:
        row.note = f"Sent; the ladder did not take it: {refusal}"
        return
    custody.note(
        session, site.school_id, site.now(), "task_decided", actor=row.sent_by,
        reference=incident.reference, task=task.number, step=str(task.step), decision=str(decision.kind),
        letter=row.uid,
    )  # fmt: skip


def refused_for_good(session: Session, site: Site, mail: OutgoingMail, words: str) -> None:
    """An address took it not: written on the letter. Where nobody took it, it is held until it is mended."""
    row = letter_of(session, mail)
    if row is None or row.state not in (LetterState.QUEUED, LetterState.HELD, LetterState.SENT):
        return
    row.note = f"{mail.recipient} was refused: {words}"
    if row.state == LetterState.QUEUED:
        row.state = LetterState.HELD
        note(session, site, row, "letter_held", custody.DAEMON)


def came_back(session: Session, site: Site, mail: OutgoingMail, words: str, by: str) -> None:
    """A mail server had taken it, and it was not delivered: written on the letter, for whoever waits."""
    row = letter_of(session, mail)
    if row is not None:
        row.note = f"It came back from {mail.recipient}: {words}"
        note(session, site, row, "letter_came_back", by)
