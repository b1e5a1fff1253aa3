"""Who may approve a letter: a person of the settings with the right role, and nobody whom it is about."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.ladder.approving import approve
from alerts.ladder.state import LadderRefused
from alerts.letters.barred import waiting_task
from alerts.letters.kinds import RULES, LetterKind
from alerts.recipients import not_named
from config.schema import Person, Role
from monitor.pipeline.incidents.ladders import read_ladder, write_ladder
from monitor.pipeline.letters.letter_rows import LetterRefused
from monitor.pipeline.telling.people import head_is_among, named_staff
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import Incident, Letter


def check_approver(session: Session, site: Site, row: Letter, by: str, role: Role) -> None:
    """Raises LetterRefused with who may approve it."""
    kind = LetterKind(row.kind)
    incident = session.get(Incident, row.incident_id) if row.incident_id else None
    if RULES[kind].two_people and not site.settings.letters.same_person_may_authorise:
        _check_two_people(row, by)
    named = named_staff(session, incident) if incident else frozenset()
    about_head = head_is_among(session, site.school_id, named)
    allowed = _roles(kind, about_head=about_head)
    if role not in allowed:
        names = ", ".join(one.shown_as for one in allowed)
        raise LetterRefused(f"“{RULES[kind].title}” is approved by: {names}; not by the {role.shown_as}")
    people = not_named(site.settings.people, named, subject_is_head=about_head)
    if not any(_is(person, by, role) for person in people):
        raise LetterRefused(
            f"{by} does not stand in the settings as {role.shown_as}, or is named in the matter; name one of "
            f"[[people]] with --by"
        )


def approve_task(session: Session, site: Site, row: Letter, by: str, role: Role) -> None:
    """Whoever approves a letter that asks somebody outside approves the ladder's task with it.

    Raises LetterRefused when the ladder says that something else comes first.
    """
    kind = LetterKind(row.kind)
    if row.incident_id is None or not RULES[kind].marks_step:
        return
    incident = session.scalars(select(Incident).where(Incident.id == row.incident_id).with_for_update()).one()
    ladder = read_ladder(incident)
    task = waiting_task(kind, ladder)
    if task is None:
        return
    reason = f"Letter {row.id} was read and approved."
    try:
        after = approve(ladder, task.number, by=by, role=role, reason=reason, at=site.now())
    except LadderRefused as refusal:
        raise LetterRefused(str(refusal)) from refusal
    write_ladder(session, incident, after)
    custody.note(
        session, site.school_id, site.now(), "task_approved", actor=by, reference=incident.reference,
        task=task.number, step=str(task.step), role=str(role), letter=row.uid,
    )  # fmt: skip


def _roles(kind: LetterKind, *, about_head: bool) -> tuple[Role, ...]:
    """Where the head is the subject, the chair of governors stands for the head."""
    roles = RULES[kind].approvers
    if not about_head or Role.HEADTEACHER not in roles:
        return roles
    return tuple(Role.CHAIR if role is Role.HEADTEACHER else role for role in roles)


def _is(person: Person, by: str, role: Role) -> bool:
    return person.role is role and same_name(person.name, by)


def _check_two_people(row: Letter, by: str) -> None:
    if same_name(by, row.made_by) or same_name(by, str(row.fields.get("requester", ""))):
        raise LetterRefused("whoever asked for it does not decide it (Huntington 7.5); somebody else has to")


def same_name(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()
