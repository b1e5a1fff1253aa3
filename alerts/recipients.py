"""Who hears of an incident: by lane and role, never from one address, and never anybody named in it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from alerts.clocks import LONDON, SchoolCalendar
from config.schema import Person, Role
from config.words import Lane, Severity


class NobodyToTell(Exception):
    """There is nobody left who may hear of it. The text says what to add to the settings."""


BY_LANE: dict[Lane, tuple[Role, ...]] = {
    Lane.INDECENT_IMAGE: (Role.HEADTEACHER, Role.DSL),
    Lane.LIFE: (Role.HEADTEACHER, Role.DSL),
    Lane.CHILD: (Role.DSL, Role.HEADTEACHER),
    Lane.STAFF_ALLEGATION: (Role.HEADTEACHER,),
    Lane.OWN_BREACH: (Role.DPO, Role.SENIOR_MANAGER),
    Lane.INTIMATE_IMAGE: (Role.SENIOR_MANAGER,),
    Lane.STANDARD: (Role.SENIOR_MANAGER,),
    Lane.COMPLAINT: (Role.SENIOR_MANAGER,),
}

NEXT_TO: dict[Role, Role] = {
    Role.DSL: Role.DEPUTY_DSL,
    Role.DEPUTY_DSL: Role.DSL,
    Role.SENIOR_MANAGER: Role.DEPUTY,
    Role.DEPUTY: Role.SENIOR_MANAGER,
    Role.DPO: Role.SENIOR_MANAGER,
    Role.HEADTEACHER: Role.DEPUTY,
}
"""Who stands in when nobody with the role may hear of it, and who is added when nobody acknowledged."""

LAST_RESORT = (
    Role.HEADTEACHER, Role.CHAIR, Role.DSL, Role.DEPUTY_DSL, Role.SENIOR_MANAGER, Role.DEPUTY,
)  # fmt: skip
"""Tried in turn when a lane's own roles reach nobody. Governors, IT and the e-safety co-ordinator see
no content, so they are not among them."""


def recipients(
    lane: Lane,
    severity: Severity,
    people: Sequence[Person],
    *,
    named_staff: frozenset[str],
    subject_is_head: bool,
    at: datetime,
    unacknowledged: bool = False,
    calendar: SchoolCalendar | None = None,
) -> tuple[Person, ...]:
    """Whom to mail about an incident, each address once, never empty.

    `named_staff` holds staff ids of the register; `unacknowledged` adds the deputies; outside school
    hours of `calendar` a critical incident also reaches the out-of-hours contact, or holiday cover.

    Raises NobodyToTell when everybody fitting is named in the incident, or nobody is in the settings.
    """
    may_hear = not_named(people, named_staff, subject_is_head=subject_is_head)
    roles = _roles(lane, subject_is_head=subject_is_head)
    chosen = [person for role in roles for person in _with_role_or_next(role, lane, may_hear)]
    if not chosen:
        chosen = _last_resort(may_hear)
    if unacknowledged:
        chosen += [person for role in roles for person in _with_role(NEXT_TO.get(role), may_hear)]
    if severity is Severity.CRITICAL:
        chosen += _on_call(may_hear, at, calendar or SchoolCalendar())
    if not chosen:
        raise NobodyToTell(_mend(roles[0]))
    return _once(chosen)


def holders(
    role: Role, people: Sequence[Person], *, named_staff: frozenset[str], subject_is_head: bool
) -> tuple[Person, ...]:
    """Whom a reminder to a role reaches, with the same exclusions; raises NobodyToTell."""
    wanted = Role.CHAIR if subject_is_head and role is Role.HEADTEACHER else role
    may_hear = not_named(people, named_staff, subject_is_head=subject_is_head)
    found = _with_role(wanted, may_hear) or _with_role(NEXT_TO.get(wanted), may_hear)
    found = found or _last_resort(may_hear)
    if not found:
        raise NobodyToTell(_mend(wanted))
    return _once(found)


def operator_recipients(people: Sequence[Person]) -> tuple[Person, ...]:
    """Who hears that the watching itself has stopped: IT and the senior manager.

    Such a mail names sources and times, and nothing of any incident.
    """
    found = [person for role in (Role.IT, Role.SENIOR_MANAGER) for person in people if person.role is role]
    if not any(person.role is Role.SENIOR_MANAGER for person in found):
        found += _with_role(Role.DEPUTY, people) or _last_resort(people)
    if not found:
        raise NobodyToTell(_mend(Role.IT))
    return _once(found)


def not_named(
    people: Sequence[Person], named_staff: frozenset[str], *, subject_is_head: bool
) -> list[Person]:
    """Leave out a person under every role they hold, known by staff id or by address."""
    named = [
        person
        for person in people
        if person.staff_id in named_staff or (subject_is_head and person.role is Role.HEADTEACHER)
    ]
    ids = {person.staff_id for person in named} - {None}
    addresses = {_address(person) for person in named}
    return [person for person in people if person.staff_id not in ids and _address(person) not in addresses]


def _roles(lane: Lane, *, subject_is_head: bool) -> list[Role]:
    roles = list(BY_LANE[lane])
    if not subject_is_head or lane is Lane.COMPLAINT:
        return roles
    return [Role.CHAIR, *(role for role in roles if role is not Role.HEADTEACHER)]


def _with_role_or_next(role: Role, lane: Lane, people: Sequence[Person]) -> list[Person]:
    """A strict lane stays with its own roles: no deputy head hears what head and DSL are told."""
    found = _with_role(role, people)
    wide = lane not in _ONLY_HEAD_AND_DSL or role is Role.DSL
    return found or (_with_role(NEXT_TO.get(role), people) if wide else [])


_ONLY_HEAD_AND_DSL = frozenset({Lane.INDECENT_IMAGE, Lane.LIFE, Lane.CHILD, Lane.STAFF_ALLEGATION})


def _with_role(role: Role | None, people: Sequence[Person]) -> list[Person]:
    return [person for person in people if person.role is role]


def _last_resort(people: Sequence[Person]) -> list[Person]:
    return next((found for role in LAST_RESORT if (found := _with_role(role, people))), [])


def _on_call(people: Sequence[Person], at: datetime, calendar: SchoolCalendar) -> list[Person]:
    """The out-of-hours contacts at night and at weekends, and holiday cover on days without school."""
    if calendar.in_school_hours(at):
        return []
    no_school = not calendar.is_school_day(at.astimezone(LONDON).date())
    sees_incidents = [person for person in people if person.role in LAST_RESORT]
    return [
        person for person in sees_incidents if person.out_of_hours or (no_school and person.holiday_cover)
    ]


def _once(people: Iterable[Person]) -> tuple[Person, ...]:
    kept: dict[str, Person] = {}
    for person in people:
        kept.setdefault(_address(person), person)
    return tuple(kept.values())


def _address(person: Person) -> str:
    return person.email.strip().casefold()


def _mend(role: Role) -> str:
    return (
        "Nobody is left who may be told: everybody fitting is named in the incident or missing in the "
        "settings. "
        f'Add a [[people]] table with role = "{role.value}" (or "chair" or "deputy") to schoolwatch.toml.'
    )
