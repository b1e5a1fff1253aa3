"""The schools' forms: handed in by staff, decided by whoever has the role; and the web filter's list."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.letters.blocks import Block, Sort
from alerts.letters.filling import faults, slots
from alerts.letters.kinds import LetterKind
from alerts.letters.mails import as_mail
from alerts.letters.paper_forms import OFFICERS_PART
from alerts.letters.rendering import Rendered
from alerts.recipients import NobodyToTell, holders
from config.schema import Person, Role
from monitor.pipeline.letters.letter_rows import LetterRefused, locked, note
from monitor.pipeline.letters.letters import letterhead
from monitor.pipeline.telling import outbox
from monitor.site import Site
from monitor.store.models import Letter, LetterState

FORM_KIND = "form"
FORMS = {
    LetterKind.INAPPROPRIATE_CONTENT: Role.E_SAFETY,
    LetterKind.BLOCKED_CONTENT: Role.E_SAFETY,
    LetterKind.RISK_ASSESSMENT: Role.HEADTEACHER,
}
"""Who gets each form when it is handed in (Huntington 5.5 and 7.5, Market Drayton A)."""


def hand_in(site: Site, form_id: int, by: str) -> tuple[str, ...]:
    """Tell whoever decides that a form waits; answers their roles. Raises LetterRefused.

    The mail names the form by its number only: who came upon what stays in the form.
    """
    with site.database.write() as session:
        row = locked(session, site, form_id)
        kind = LetterKind(row.kind)
        if kind not in FORMS:
            raise LetterRefused(f"“{kind.shown_as}” is a letter: send it to somebody with --to ADDRESS")
        if row.state != LetterState.DRAFT:
            raise LetterRefused(f"form {form_id} stands as “{row.state}” already")
        lacking = [str(one) for one in faults(kind, row.fields) if one.slot.name not in OFFICERS_PART]
        if lacking:
            raise LetterRefused(f"form {form_id} cannot be handed in:\n  " + "\n  ".join(lacking))
        told = _readers(site, row)
        row.sendings += 1
        _tell(session, site, row, told)
        note(session, site, row, "form_handed_in", by, roles=[str(one.role) for one in told])
        return tuple(one.role.shown_as for one in told)


def _readers(site: Site, row: Letter) -> tuple[Person, ...]:
    """The role's holder or next in line, and the head where pupils or parents saw it (Huntington 6.7)."""
    roles = [FORMS[LetterKind(row.kind)], *([Role.HEADTEACHER] if _seen_at_school(row) else [])]
    people = site.settings.people
    try:
        found = [holders(role, people, named_staff=frozenset(), subject_is_head=False) for role in roles]
    except NobodyToTell as nobody:
        raise LetterRefused(str(nobody)) from nobody
    return tuple({person.email.casefold(): person for persons in found for person in persons}.values())


def _seen_at_school(row: Letter) -> bool:
    return str(row.fields.get("seen_by_pupils_or_parents", "")).strip().casefold() in ("yes", "y", "true")


def _tell(session: Session, site: Site, row: Letter, readers: tuple[Person, ...]) -> None:
    kind = LetterKind(row.kind)
    missing = [slot.title for slot in slots(kind) if slot.name in OFFICERS_PART]
    words = [
        f"The form “{kind.shown_as}”, number {row.id}, was handed in and waits for a decision.",
        f"Read it with: schoolwatch letters show {row.id}. Do not open the addresses in it to find out more.",
    ]
    asked = (Block(Sort.ENTRIES, tuple(missing)),) if missing else ()
    paragraphs = tuple(Block(Sort.PARAGRAPH, (line,)) for line in words)
    letter = Rendered(f"{kind.shown_as}: number {row.id} waits for you", (*paragraphs, *asked))
    draft = as_mail(letter, letterhead(session, site, row))
    event = f"{FORM_KIND}:{row.uid}:{row.sendings}"
    for person in readers:
        mail = outbox.Letter(FORM_KIND, event, person.email, outbox.WEEKLY_PRIORITY, draft)
        outbox.queue(session, site.school_id, site.settings.mail, mail, site.now())


def block_list(site: Site) -> tuple[str, ...]:
    """The addresses of every approved inappropriate-content report, each once, and nothing else of it.

    For the administrator of the web filter (Huntington 7.3).
    """
    query = (
        select(Letter.fields)
        .filter_by(school_id=site.school_id, kind=LetterKind.INAPPROPRIATE_CONTENT)
        .where(Letter.state == LetterState.APPROVED)
        .order_by(Letter.id)
    )
    with site.database.read() as session:
        forms = list(session.scalars(query))
    lines = (line.strip() for form in forms for line in str(form.get("urls", "")).splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def approved_assessment(session: Session, school_id: int, service: str) -> int | None:
    """The number of the newest approved risk assessment of a service; None when there is none."""
    query = (
        select(Letter)
        .filter_by(school_id=school_id, kind=LetterKind.RISK_ASSESSMENT, state=LetterState.APPROVED)
        .order_by(Letter.id.desc())
    )
    wanted = service.casefold().strip()
    rows = (
        row
        for row in session.scalars(query)
        if str(row.fields.get("service", "")).casefold().strip() == wanted
    )
    row = next(rows, None)
    return row.id if row else None
