"""Where words of a sealed item, and notes that may quote them, stand in clear in the database.

`*_words` gathers them as plain JSON for a box, `blank_*` takes them out of the rows, `put_back_*` restores
them. What stays readable is what a list is made from: platform, address, ids, times, lane, severity,
categories, references, the register ids of who is spoken of, and who decided what.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from monitor.pipeline.incidents.marks import forget_links
from monitor.pipeline.letters.letter_at_rest import blank_letters, letter_words, put_back_letters
from monitor.store.models import Hold, ImageRuling, Incident, Item, MailState, OutgoingMail

LOCKED = "(locked with the evidence)"
"""Stands where a note stood that is in a box now."""
ERASED = "(erased)"
_OF_ITEM = ("text", "context", "author_id", "author_handle", "author_name", "posted_at_raw")

Form = dict[str, Any]


def item_words(item: Item) -> Form:
    """What an item's own rows say beyond the index: its words, its author, why it was raised."""
    words: Form = {name: getattr(item, name) for name in _OF_ITEM}
    return words | {"media": item.media, "reasons": item.judgement.reasons if item.judgement else []}


def blank_item(item: Item) -> None:
    for name in _OF_ITEM:
        setattr(item, name, None)
    item.media = [{**one, "alt_text": None} for one in item.media]
    if item.judgement is not None:
        item.judgement.reasons = [{**one, "why": LOCKED} for one in item.judgement.reasons]


def put_back_item(item: Item, words: Form) -> None:
    for name in _OF_ITEM:
        setattr(item, name, words[name])
    item.media = words["media"]
    if item.judgement is not None:
        item.judgement.reasons = words["reasons"]


def incident_words(session: Session, incident: Incident) -> Form:
    """The notes on its ladder, the words of its mails that left and of its letters, and its fingerprint."""
    return {
        "fingerprint": incident.fingerprint,
        "notes": dict(_notes(incident.ladder)),
        "mails": {mail.message_id: [mail.text, mail.html] for mail in _mails(session, incident)},
        "letters": letter_words(session, incident.id),
    }


def blank_incident(session: Session, incident: Incident, words: Form, instead: str = LOCKED) -> None:
    """Take out what `incident_words` gave, and no mail that has left since: no box would hold it."""
    _write_notes(incident, lambda _place, _note: instead)
    incident.fingerprint = ""
    forget_links(session, incident)
    for mail in _mails(session, incident):
        if mail.message_id in words["mails"]:
            mail.text = mail.html = ""
    blank_letters(session, incident.id, words["letters"])


def put_back_incident(session: Session, incident: Incident, words: Form) -> None:
    """Only where nothing was written since: a note made after the locking stays."""
    notes = words["notes"]
    _write_notes(incident, lambda place, note: notes.get(place, note) if note == LOCKED else note)
    incident.fingerprint = incident.fingerprint or words["fingerprint"]
    for mail in _mails(session, incident):
        if not mail.text and mail.message_id in words["mails"]:
            mail.text, mail.html = words["mails"][mail.message_id]
    put_back_letters(session, incident.id, words["letters"])


def is_blank(words: Form) -> bool:
    """Whether nothing is left to lock in what `incident_words` gave."""
    notes = (note for note in words["notes"].values() if note not in (LOCKED, ERASED))
    texts = (text for mail in words["mails"].values() for text in mail)
    return not words["fingerprint"] and not any(notes) and not any(texts) and not words["letters"]


def _mails(session: Session, incident: Incident) -> list[OutgoingMail]:
    """Those that have left, or never will; what still waits is sent whole first."""
    query = select(OutgoingMail).where(
        OutgoingMail.incident_id == incident.id, OutgoingMail.state != MailState.QUEUED
    )
    return list(session.scalars(query.order_by(OutgoingMail.id)))


def _notes(ladder: Form) -> Iterator[tuple[str, str]]:
    """Every note that somebody wrote, by its place on the ladder."""
    for place, holder, key in _note_places(ladder):
        yield place, holder[key]


def _note_places(ladder: Form) -> Iterator[tuple[str, Form, str]]:
    for task in ladder.get("tasks", []):
        for key in ("reason", "opened_because"):
            if task.get(key):
                yield f"task {task['number']} {key}", task, key
        for number, approval in enumerate(task.get("approvals", [])):
            yield f"task {task['number']} approval {number} reason", approval, "reason"
    closings = [*ladder.get("earlier_closings", []), ladder.get("closing")]
    for number, closing in enumerate(closings):
        if closing and closing.get("reason"):
            yield f"closing {number} reason", closing, "reason"
    for name, key in _WRITTEN_BY_PEOPLE:
        for number, written in enumerate(ladder.get(name, [])):
            yield f"{name.removesuffix('s')} {number} {key}", written, key
    yield from _found(ladder)


_WRITTEN_BY_PEOPLE = (
    ("consents", "method"), ("changes", "reason"), ("attributions", "basis"), ("notes", "text"),
)  # fmt: skip


def _found(ladder: Form) -> Iterator[tuple[str, Form, str]]:
    """What a person says that it breaks, and what a group is called."""
    for name, holder in (("findings", ladder.get("findings")), ("matter", ladder.get("matter"))):
        for key in ("policy_breach", "host_rule_breach", "law_to_consider", "affected_group"):
            if holder and holder.get(key):
                yield f"{name} {key}", holder, key


def _write_notes(incident: Incident, written: Callable[[str, str], str]) -> None:
    """Change every note on the ladder, and on the task rows that show it."""
    ladder = _copy(incident.ladder)
    for place, holder, key in list(_note_places(ladder)):
        holder[key] = written(place, holder[key])
    incident.ladder = ladder
    by_number = {task["number"]: task for task in ladder.get("tasks", [])}
    for row in incident.tasks:
        row.reason = by_number[row.number]["reason"] if row.number in by_number else row.reason


def _copy(form: Any) -> Any:
    """Anew down to the leaves, so that the change is seen as one."""
    if isinstance(form, dict):
        return {key: _copy(value) for key, value in form.items()}
    return [_copy(one) for one in form] if isinstance(form, list) else form


def erase_notes(session: Session, incident: Incident) -> None:
    """What is left of a ladder whose evidence was erased: steps, states and times, no note and no name."""
    blank_incident(session, incident, incident_words(session, incident), ERASED)
    ladder = _copy(incident.ladder)
    ladder["consents"] = []
    for task in ladder.get("tasks", []):
        for key in ("decided_by", "acknowledged_by", "opened_by"):
            task[key] = ERASED if task.get(key) else None
        _nameless(task.get("approvals", []))
    for name in ("changes", "attributions", "notes"):
        _nameless(ladder.get(name, []))
    for closing in filter(None, [*ladder.get("earlier_closings", []), ladder.get("closing")]):
        closing["by"] = ERASED
    incident.ladder = ladder
    for row in incident.tasks:
        row.decided_by = ERASED if row.decided_by else None
    _erase_reasons(session, incident)


def _nameless(written: list[Form]) -> None:
    for one in written:
        one["by"] = ERASED


def _erase_reasons(session: Session, incident: Incident) -> None:
    """What people gave as their reasons for rulings and holds may quote what was erased, or name somebody.

    The custody record keeps the same for as long as the audit record lasts (docs/retention.md).
    """
    rulings = update(ImageRuling).where(ImageRuling.incident_id == incident.id)
    session.execute(rulings.values(reason=ERASED, decided_by=ERASED))
    for hold in session.scalars(select(Hold).where(Hold.incident_id == incident.id)):
        hold.reason = hold.approved_by = hold.set_by = ERASED
        if hold.released_at is not None:
            hold.released_by = hold.release_reason = ERASED
