"""Recipients: a mail to the wrong person tells a secret, a mail to nobody tells nothing."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.clocks import SchoolCalendar
from alerts.recipients import BY_LANE, LAST_RESORT, NobodyToTell, holders, operator_recipients, recipients
from config.schema import Person, Role
from config.words import Lane, Severity

IN_HOURS = datetime(2026, 11, 23, 10, tzinfo=UTC)
SUNDAY_NIGHT = datetime(2026, 11, 22, 23, 10, tzinfo=UTC)


def person(role: Role, *, staff_id: str | None = None, email: str | None = None, **more: bool) -> Person:
    return Person(
        role=role, name=role.value, email=email or f"{role.value}@school.example", staff_id=staff_id, **more
    )


EVERYBODY = tuple(person(role, staff_id=f"S-{role.value}") for role in Role)


def told(
    lane: Lane,
    people: tuple[Person, ...] = EVERYBODY,
    *,
    severity: Severity = Severity.HIGH,
    named: tuple[str, ...] = (),
    head: bool = False,
    at: datetime = IN_HOURS,
    unacknowledged: bool = False,
    calendar: SchoolCalendar | None = None,
) -> list[Role]:
    found = recipients(
        lane,
        severity,
        people,
        named_staff=frozenset(named),
        subject_is_head=head,
        at=at,
        unacknowledged=unacknowledged,
        calendar=calendar,
    )
    return [each.role for each in found]


BY_RULE = [
    (Lane.INDECENT_IMAGE, [Role.HEADTEACHER, Role.DSL]),
    (Lane.LIFE, [Role.HEADTEACHER, Role.DSL]),
    (Lane.CHILD, [Role.DSL, Role.HEADTEACHER]),
    (Lane.STAFF_ALLEGATION, [Role.HEADTEACHER]),
    (Lane.OWN_BREACH, [Role.DPO, Role.SENIOR_MANAGER]),
    (Lane.INTIMATE_IMAGE, [Role.SENIOR_MANAGER]),
    (Lane.STANDARD, [Role.SENIOR_MANAGER]),
]


@pytest.mark.parametrize(("lane", "roles"), BY_RULE)
def test_a_lane_would_be_told_to_people_whom_it_is_not_for(lane: Lane, roles: list[Role]) -> None:
    assert told(lane) == roles


@pytest.mark.parametrize("lane", [lane for lane in Lane if lane is not Lane.COMPLAINT])
def test_the_head_would_read_a_mail_about_themselves(lane: Lane) -> None:
    roles = told(lane, head=True)
    assert Role.HEADTEACHER not in roles
    assert Role.CHAIR in roles


def test_a_named_manager_would_hear_first_of_what_is_said_about_them() -> None:
    assert told(Lane.STANDARD, named=("S-senior_manager",)) == [Role.DEPUTY]
    assert told(Lane.CHILD, named=("S-dsl",)) == [Role.DEPUTY_DSL, Role.HEADTEACHER]


def test_a_named_person_would_be_mailed_under_a_second_role_or_a_capital_letter() -> None:
    people = (
        person(Role.DSL, staff_id="S-1", email="Jo@school.example"),
        person(Role.DEPUTY_DSL, email="jo@school.example"),
        person(Role.HEADTEACHER),
    )
    assert told(Lane.CHILD, people, named=("S-1",)) == [Role.HEADTEACHER]


def test_a_head_who_is_also_the_manager_would_still_be_mailed_about_themselves() -> None:
    people = (
        person(Role.HEADTEACHER, email="head@school.example"),
        person(Role.SENIOR_MANAGER, email="head@school.example"),
        person(Role.CHAIR),
    )
    assert told(Lane.STANDARD, people, head=True) == [Role.CHAIR]


def test_a_school_with_one_name_in_its_settings_would_miss_a_childs_disclosure() -> None:
    only = (person(Role.SENIOR_MANAGER),)
    for lane in Lane:
        assert told(lane, only) == [Role.SENIOR_MANAGER]


def test_an_alert_to_nobody_would_look_like_an_alert_sent() -> None:
    with pytest.raises(NobodyToTell, match=r'role = "senior_manager"'):
        told(Lane.STANDARD, (person(Role.SENIOR_MANAGER, staff_id="S-1"),), named=("S-1",))
    with pytest.raises(NobodyToTell):
        told(Lane.CHILD, (person(Role.IT), person(Role.GOVERNOR), person(Role.E_SAFETY)))


def test_a_threat_on_sunday_night_would_wait_for_monday() -> None:
    people = (*EVERYBODY, person(Role.DEPUTY, email="on-call@school.example", out_of_hours=True))
    assert told(Lane.LIFE, people, severity=Severity.CRITICAL, at=SUNDAY_NIGHT)[-1] is Role.DEPUTY
    assert Role.DEPUTY not in told(Lane.LIFE, people, severity=Severity.CRITICAL, at=IN_HOURS)
    assert Role.DEPUTY not in told(Lane.CHILD, people, severity=Severity.HIGH, at=SUNDAY_NIGHT)


def test_holiday_cover_would_sleep_through_the_holidays() -> None:
    calendar = SchoolCalendar(closed=((date(2026, 11, 23), date(2026, 11, 27)),))
    people = (person(Role.HEADTEACHER), person(Role.DEPUTY, holiday_cover=True))
    critical = Severity.CRITICAL
    assert told(Lane.LIFE, people, severity=critical, calendar=calendar) == [Role.HEADTEACHER, Role.DEPUTY]
    assert told(Lane.LIFE, people, severity=critical, at=datetime(2026, 11, 23, 22, tzinfo=UTC)) == [
        Role.HEADTEACHER
    ]


def test_an_out_of_hours_technician_would_read_about_a_child() -> None:
    people = (*EVERYBODY, person(Role.IT, email="night@school.example", out_of_hours=True))
    assert Role.IT not in told(Lane.CHILD, people, severity=Severity.CRITICAL, at=SUNDAY_NIGHT)


def test_an_unread_alert_would_stay_with_the_one_who_does_not_read_it() -> None:
    assert told(Lane.STANDARD, unacknowledged=True) == [Role.SENIOR_MANAGER, Role.DEPUTY]
    assert told(Lane.CHILD, unacknowledged=True) == [Role.DSL, Role.HEADTEACHER, Role.DEPUTY_DSL, Role.DEPUTY]


def test_a_reminder_for_the_head_would_reach_the_head_who_is_its_subject() -> None:
    found = holders(Role.HEADTEACHER, EVERYBODY, named_staff=frozenset(), subject_is_head=True)
    assert [each.role for each in found] == [Role.CHAIR]
    with pytest.raises(NobodyToTell):
        holders(Role.DSL, (person(Role.IT),), named_staff=frozenset(), subject_is_head=False)


def test_a_dead_source_would_be_told_to_nobody() -> None:
    assert [each.role for each in operator_recipients(EVERYBODY)] == [Role.IT, Role.SENIOR_MANAGER]
    assert [each.role for each in operator_recipients((person(Role.DSL),))] == [Role.DSL]
    with pytest.raises(NobodyToTell):
        operator_recipients((person(Role.GOVERNOR),))


PEOPLE = st.lists(
    st.builds(
        Person,
        role=st.sampled_from(Role),
        name=st.just("N"),
        email=st.sampled_from([f"{letter}@school.example" for letter in "abcdef"]),
        staff_id=st.sampled_from([None, "S-1", "S-2", "S-3"]),
        out_of_hours=st.booleans(),
        holiday_cover=st.booleans(),
    ),
    max_size=8,
)


@given(
    st.sampled_from(Lane),
    st.sampled_from(Severity),
    PEOPLE,
    st.frozensets(st.sampled_from(["S-1", "S-2", "S-3"])),
    st.booleans(),
    st.booleans(),
)
def test_somebody_named_or_without_need_to_know_would_be_mailed(  # noqa: PLR0917  Hypothesis gives them by place
    lane: Lane, severity: Severity, people: list[Person], named: frozenset[str], head: bool, late: bool
) -> None:
    excluded = {p.email for p in people if p.staff_id in named or (head and p.role is Role.HEADTEACHER)}
    try:
        found = recipients(
            lane,
            severity,
            people,
            named_staff=named,
            subject_is_head=head,
            at=SUNDAY_NIGHT,
            unacknowledged=late,
        )
    except NobodyToTell:
        fit = [p for p in people if p.role in {*LAST_RESORT, *BY_LANE[lane]}]
        barred_ids = {p.staff_id for p in people if p.email in excluded} - {None}
        assert all(p.email in excluded or p.staff_id in barred_ids for p in fit)
        return
    assert found
    assert not {p.email for p in found} & excluded
    assert len({p.email for p in found}) == len(found)
    assert not {p.role for p in found} & {Role.IT, Role.GOVERNOR, Role.E_SAFETY}
