"""Writing letters: made, filled in, approved by somebody with the role, printed, made void.

Nothing here leaves the school; `letter_sending` does that, when a person asks for it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.ladder.state import Ladder
from alerts.letters.barred import ALWAYS_OPEN, NOBODY_IS_TOLD, why_barred
from alerts.letters.blocks import from_json, to_json
from alerts.letters.case import prefilled
from alerts.letters.filling import Fault, Form, NoSuchField, faults, filled, put
from alerts.letters.kinds import RULES, LetterKind
from alerts.letters.papers import as_pdf
from alerts.letters.rendering import Letterhead, Rendered, rendered
from alerts.letters.section_5 import why_not_possible, why_not_theirs
from alerts.letters.wording import banned_words
from config.policy import host_for
from config.schema import Role
from config.words import Lane
from monitor.evidence.identity import new_uid
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.pipeline.letters.letter_approving import approve_task, check_approver
from monitor.pipeline.letters.letter_case import case_of, standing
from monitor.pipeline.letters.letter_names import PupilNames, naming_fields
from monitor.pipeline.letters.letter_rows import LetterRefused, found, locked, note
from monitor.site import Site
from monitor.store.incidents import incident_called
from monitor.store.models import Incident, Letter, LetterState

STOP = (
    "Stop: do not fill in this form, look at nothing, and copy nothing. Tell the DSL and the head now; the "
    "LADO and the police hear at once (Queen's Crescent and Nunney 2.7.4). Nothing was stored."
)
CHANGEABLE = frozenset({LetterState.DRAFT, LetterState.APPROVED, LetterState.HELD})


@dataclass(frozen=True)
class Shown:
    """A letter as it stands. `lacking` is empty when it could be approved."""

    id: int
    kind: LetterKind
    state: LetterState
    reference: str
    form: Form
    lacking: tuple[Fault, ...]
    letter: Rendered | None
    """None while something is lacking."""
    head: Letterhead
    note: str | None


def new_letter(site: Site, kind: LetterKind, reference: str | None, by: str) -> int:
    """Make a draft with what is known filled in; answers its number. Raises LetterRefused, NoSuchLetter."""
    incident_id = None
    if reference is not None:
        incident_id, ladder = _incident(site, reference)
        _check_not_barred(kind, ladder)
    elif RULES[kind].needs_incident:
        raise LetterRefused(f"“{RULES[kind].title}” is about an incident; give its reference")
    known = case_of(site, incident_id, kind, by) if incident_id is not None else None
    form = prefilled(kind, known, standing(site))
    with site.database.write() as session:
        row = Letter(
            school_id=site.school_id, uid=new_uid(site.now()), kind=kind, incident_id=incident_id,
            state=LetterState.DRAFT, fields=form, made_by=by, made_at=site.now(),
            sent_to=[], sendings=0, locked=False,
        )  # fmt: skip
        session.add(row)
        session.flush()
        note(session, site, row, "letter_made", by)
        return row.id


def edit(site: Site, letter_id: int, changes: Mapping[str, Sequence[str]], by: str) -> Shown:
    """Set fields, each to its lines; what was approved is a draft again. Raises LetterRefused."""
    with site.database.write() as session:
        row = locked(session, site, letter_id)
        if row.state not in CHANGEABLE:
            raise LetterRefused(f"letter {letter_id} stands as “{row.state}”; write a new one")
        _check_not_barred(LetterKind(row.kind), ladder_of(session, row))
        form: Form = row.fields
        for name, values in changes.items():
            try:
                form = put(LetterKind(row.kind), form, name, values)
            except NoSuchField as unknown:
                raise LetterRefused(str(unknown)) from unknown
        _check_no_indecent_image(form)
        row.fields, row.state, row.note = form, LetterState.DRAFT, None
        row.title = row.body = row.sha256 = row.approved_by = row.approved_role = row.approved_at = None
        note(session, site, row, "letter_edited", by, fields=sorted(changes))
    return show(site, letter_id)


def _check_no_indecent_image(form: Form) -> None:
    """The one answer that is never written down here (Huntington form, note)."""
    if str(form.get("indecent_image", "")).strip().casefold() in ("yes", "y", "true"):
        raise LetterRefused(STOP)


def show(site: Site, letter_id: int) -> Shown:
    """The letter as approved, or as it would be if it were approved now. Raises NoSuchLetter."""
    with site.database.read() as session:
        row = found(session, site, letter_id)
        kind, head, why_closed = (
            LetterKind(row.kind),
            letterhead(session, site, row),
            _why_closed(session, row),
        )
        lacking = faults(kind, row.fields) if row.body is None and why_closed is None else ()
        readable = why_closed is None and not lacking
        return Shown(
            row.id, kind, LetterState(row.state), head.reference, {} if why_closed else dict(row.fields),
            lacking, _letter(row, head) if readable else None, head, why_closed or row.note,
        )  # fmt: skip


def _why_closed(session: Session, row: Letter) -> str | None:
    """Why nobody reads it now. What was written before a suspicion is closed with the rest (QC 2.7.4)."""
    if row.erased_at is not None:
        return "What it said was erased."
    if row.locked:
        return "What it says is locked with its evidence; `schoolwatch evidence unlock` opens it."
    incident = session.get(Incident, row.incident_id) if row.incident_id else None
    if incident is not None and incident.lane == Lane.INDECENT_IMAGE and row.kind not in ALWAYS_OPEN:
        return NOBODY_IS_TOLD
    return None


def approve(site: Site, letter_id: int, by: str, role: Role) -> Shown:
    """A person with the role has read it whole. Raises LetterRefused with everything that is in the way."""
    with site.database.read() as session:
        row = found(session, site, letter_id)
        incident_id, kind, form = row.incident_id, LetterKind(row.kind), dict(row.fields)
    names = PupilNames(site, incident_id) if RULES[kind].names_no_pupil else None
    naming = tuple(naming_fields(kind, form, names)) if names else ()
    with site.database.write() as session:
        row = locked(session, site, letter_id)
        if row.state != LetterState.DRAFT:
            raise LetterRefused(f"letter {letter_id} stands as “{row.state}”, not a draft")
        if row.fields != form:
            raise LetterRefused(f"letter {letter_id} was changed meanwhile; read it again")
        ladder = ladder_of(session, row)
        _check_not_barred(kind, ladder)
        check_approver(session, site, row, by, role)
        _check_whole(site, row, naming, ladder)
        row.approved_by, row.approved_role, row.approved_at = by, role, site.now()
        letter = rendered(kind, filled(kind, form), letterhead(session, site, row))
        _check_words(letter)
        row.title, row.body = letter.title, to_json(letter.blocks)
        row.sha256, row.state = digest(row.title, row.body), LetterState.APPROVED
        approve_task(session, site, row, by, role)
        note(session, site, row, "letter_approved", by, role=role, sha256=row.sha256)
    return show(site, letter_id)


def void(site: Site, letter_id: int, by: str, reason: str) -> None:
    """It is not to be sent. What the mail server has already cannot be called back."""
    with site.database.write() as session:
        row = locked(session, site, letter_id)
        if row.state not in CHANGEABLE | {LetterState.QUEUED}:
            raise LetterRefused(f"letter {letter_id} stands as “{row.state}”; it cannot be made void")
        if not reason.strip():
            raise LetterRefused("The reason is missing; give it with --reason.")
        row.state, row.note = LetterState.VOID, reason.strip()
        note(session, site, row, "letter_void", by, purpose=reason.strip())


def read(site: Site, letter_id: int, by: str) -> Shown:
    """A letter as it is shown to a person: it quotes evidence, so that they saw it is on record."""
    shown = show(site, letter_id)
    with site.database.write() as session:
        note(session, site, locked(session, site, letter_id), "letter_viewed", by)
    return shown


def printed(site: Site, letter_id: int, by: str) -> bytes:
    """The PDF of an approved letter. Raises LetterRefused while it is a draft."""
    with site.database.write() as session:
        row = locked(session, site, letter_id)
        if row.body is None or row.state == LetterState.VOID:
            raise LetterRefused(
                f"letter {letter_id} stands as “{row.state}”; approve it before it is printed"
            )
        _check_not_barred(LetterKind(row.kind), ladder_of(session, row))
        row.printed_at = site.now()
        note(session, site, row, "letter_printed", by, sha256=row.sha256)
        head = letterhead(session, site, row)
        return as_pdf(_letter(row, head), head, LetterKind(row.kind))


def notes_for_us(site: Site, shown: Shown) -> tuple[str, ...]:
    """What whoever sends it should know, and the reader should not: the host's route and its warnings."""
    if shown.kind is not LetterKind.HOST_REPORT:
        return ()
    with site.database.read() as session:
        query = select(Incident.platform).filter_by(school_id=site.school_id, reference=shown.reference)
        host = host_for(session.scalar(query) or "")
    lines = (
        f"Route: {host.shown_route()}",
        f"Who may report: {host.shown_who_may_report()}",
        f"Rules they take reports under: {', '.join(host.rules)}",
        host.warning or "",
    )
    return tuple(filter(None, lines))


def digest(title: str, body: str) -> str:
    """SHA-256 of what was approved."""
    return hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()


def ladder_of(session: Session, row: Letter) -> Ladder | None:
    return read_ladder(session.get_one(Incident, row.incident_id)) if row.incident_id else None


def _incident(site: Site, reference: str) -> tuple[int, Ladder]:
    with site.database.read() as session:
        incident = incident_called(session, site.school_id, reference)
        return incident.id, read_ladder(incident)


def _check_not_barred(kind: LetterKind, ladder: Ladder | None) -> None:
    why = why_barred(kind, ladder) if ladder is not None else None
    if why is not None:
        raise LetterRefused(f"“{RULES[kind].title}” is disabled here. {why}")


def _check_whole(site: Site, row: Letter, naming: Sequence[str], ladder: Ladder | None) -> None:
    kind = LetterKind(row.kind)
    wrong = [str(fault) for fault in faults(kind, row.fields)]
    wrong += [f"{name}: names a pupil; write “a pupil” or “[name of a child]”" for name in naming]
    if kind is LetterKind.SECTION_5_NOTICE and ladder is not None:
        wrong += why_not_possible(ladder.matter, site.settings.school.nation)
        not_theirs = why_not_theirs(row.fields, site.school_name)
        wrong += [not_theirs] if not_theirs else []
    if wrong:
        raise LetterRefused(f"letter {row.id} cannot be approved:\n  " + "\n  ".join(wrong))


def _check_words(letter: Rendered) -> None:
    banned = list(banned_words(letter.own_words))
    if banned:
        raise LetterRefused(
            f"it says “{'”, “'.join(banned)}”: a letter finds nothing and promises nothing; say what was "
            "seen, and what is asked"
        )


def _letter(row: Letter, head: Letterhead) -> Rendered:
    if row.body is not None and row.title is not None:
        return Rendered(row.title, from_json(row.body))
    kind = LetterKind(row.kind)
    return rendered(kind, filled(kind, row.fields), head)


def letterhead(session: Session, site: Site, row: Letter) -> Letterhead:
    """What stands on top of it; dated when it was approved."""
    incident = session.get(Incident, row.incident_id) if row.incident_id else None
    approver = (
        f"{row.approved_by}, {Role(row.approved_role).shown_as}" if row.approved_role else "not approved"
    )
    return Letterhead(
        school=site.school_name,
        sender=site.settings.letters.sender or site.settings.mail.sender,
        reference=incident.reference if incident else f"letter {row.id}",
        dated=row.approved_at or site.now(),
        approved_by=approver,
        nation=site.settings.school.nation,
    )
