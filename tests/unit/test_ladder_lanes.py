"""Lanes: a matter in the wrong lane is told to the wrong person and asked of the wrong one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.ladder.lanes import ASKS_OUTSIDE, CIRCUMSTANCES, ROWS, first_steps, prohibitions
from alerts.ladder.matter import Matter, lane_of, opens_incident, priority
from alerts.ladder.policy import default_policy
from alerts.ladder.steps import RULES, skip_reasons, what_to_do
from alerts.ladder.words import Gate, Step
from config.schema import Nation, Role
from config.words import Flag, Label, Lane, Rung, Severity, Surface

ROLES = ["unknown", "staff", "pupil", "parent", "governor", "stranger", "school", "adult"]
MATTERS = st.builds(
    Matter,
    labels=st.frozensets(st.sampled_from(Label)),
    flags=st.frozensets(st.sampled_from(Flag), max_size=4),
    severity=st.sampled_from(Severity),
    surface=st.sampled_from(Surface),
    platform=st.sampled_from(["x", "facebook", "village-forum.example"]),
    on_own_account=st.booleans(),
    school_is_author=st.booleans(),
    has_text=st.booleans(),
    has_media=st.booleans(),
    author_role=st.sampled_from(ROLES),
    affected_role=st.sampled_from(ROLES),
    about_harm_to_child=st.sampled_from([None, True, False]),
)


def matter(
    *words: Label | Flag,
    severity: Severity = Severity.MEDIUM,
    platform: str = "village-forum.example",
    **facts: object,
) -> Matter:
    return Matter(
        labels=frozenset(word for word in words if isinstance(word, Label)),
        flags=frozenset(word for word in words if isinstance(word, Flag)),
        severity=severity,
        surface=Surface.MENTION,
        platform=platform,
        **facts,  # type: ignore[arg-type]  # each test gives the facts it is about
    )


LANES = [
    (matter(Flag.INDECENT_IMAGE), Lane.INDECENT_IMAGE),
    (matter(Label.ABUSE, Flag.SEXUAL, Flag.PUPIL_TARGET, has_media=True), Lane.INDECENT_IMAGE),
    (matter(Label.ABUSE, Flag.THREAT, Flag.STAFF_TARGET, severity=Severity.CRITICAL), Lane.LIFE),
    (matter(Flag.SAFEGUARDING, severity=Severity.CRITICAL), Lane.CHILD),
    (matter(Label.ABUSE, Flag.SELF_HARM_ENCOURAGEMENT, severity=Severity.CRITICAL), Lane.CHILD),
    (matter(Label.ABUSE, Flag.INSULT, Flag.PUPIL_TARGET), Lane.CHILD),
    (matter(Label.PUPIL_INFORMATION, severity=Severity.HIGH), Lane.CHILD),
    (matter(Label.DEFAMATION, Flag.ALLEGATION_CRIME, Flag.STAFF_TARGET), Lane.STAFF_ALLEGATION),
    (matter(Label.ABUSE, author_role="staff"), Lane.STAFF_ALLEGATION),
    (matter(Label.PUPIL_INFORMATION, school_is_author=True), Lane.OWN_BREACH),
    (matter(Label.ABUSE, Flag.SEXUAL, Flag.STAFF_TARGET, has_media=True), Lane.INTIMATE_IMAGE),
    (matter(Label.ABUSE, Flag.INSULT, Flag.STAFF_TARGET), Lane.STANDARD),
    (matter(Label.PUPIL_INFORMATION), Lane.STANDARD),
    (
        matter(Label.DEFAMATION, Flag.ALLEGATION_CRIME, Flag.STAFF_TARGET, about_harm_to_child=False),
        Lane.STANDARD,
    ),
    (matter(severity=Severity.NONE), Lane.COMPLAINT),
    (matter(Flag.INSULT, Flag.STAFF_TARGET, severity=Severity.NONE), Lane.COMPLAINT),
]


@pytest.mark.parametrize(("what", "lane"), LANES)
def test_a_matter_in_the_wrong_lane_would_be_told_to_the_wrong_person(what: Matter, lane: Lane) -> None:
    assert lane_of(what) is lane


def test_criticism_would_open_an_incident_and_chill_a_parents_complaint() -> None:
    assert not opens_incident(matter(severity=Severity.NONE))
    assert not opens_incident(matter(severity=Severity.NONE, has_text=False, has_media=True))
    assert opens_incident(matter(Flag.SAFEGUARDING, severity=Severity.NONE))


@given(MATTERS, st.sampled_from([Flag.INDECENT_IMAGE, Flag.SAFEGUARDING]))
def test_a_further_sign_of_danger_would_be_drowned_by_a_milder_one(what: Matter, sign: Flag) -> None:
    from dataclasses import replace

    order = list(Lane)
    with_sign = replace(what, flags=what.flags | {sign})
    assert order.index(lane_of(with_sign)) <= order.index(lane_of(what))
    assert priority(with_sign) is Severity.CRITICAL


@given(MATTERS)
def test_priority_would_be_lowered_by_a_lane(what: Matter) -> None:
    assert priority(what).rank >= what.severity.rank


@given(MATTERS)
def test_a_lane_would_open_what_it_forbids(what: Matter) -> None:
    policy = default_policy()
    lane = lane_of(what)
    steps = first_steps(what, lane, policy)
    assert steps
    assert not set(steps) & set(prohibitions(what, lane, policy))
    assert len(set(steps)) == len(steps)


@given(MATTERS)
def test_a_letter_would_go_to_a_child(what: Matter) -> None:
    if what.author_role == "pupil" or (what.is_about_pupil and lane_of(what) is Lane.CHILD):
        assert Step.AUTHOR_REQUEST in prohibitions(what, lane_of(what), default_policy())


def test_an_indecent_image_would_be_reported_to_the_host_or_shown_to_anybody() -> None:
    what = matter(Flag.INDECENT_IMAGE, on_own_account=True)
    forbidden = prohibitions(what, Lane.INDECENT_IMAGE, default_policy())
    assert {
        *ASKS_OUTSIDE,
        Step.TRIAGE,
        Step.OWN_PAGE_HIDE,
        Step.VERIFY_REMOVED,
        Step.AFFECTED_INFORMED,
    } <= set(forbidden)
    opened = set(first_steps(what, Lane.INDECENT_IMAGE, default_policy()))
    assert opened == {Step.DSL_REFERRAL, Step.POLICE_REPORTED, Step.LADO_REFERRAL}
    for step in opened:
        assert (
            "looks" in what_to_do(step, Lane.INDECENT_IMAGE, Nation.ENGLAND)
            or "no picture" in what_to_do(step, Lane.INDECENT_IMAGE, Nation.ENGLAND)
            or "Do not look" in what_to_do(step, Lane.INDECENT_IMAGE, Nation.ENGLAND)
        )


def test_a_complaint_would_be_taken_down() -> None:
    what = matter(severity=Severity.NONE)
    assert first_steps(what, Lane.COMPLAINT, default_policy()) == (Step.COMPLAINT_SIGNPOST,)
    assert set(prohibitions(what, Lane.COMPLAINT, default_policy())) == set(Step) - {Step.COMPLAINT_SIGNPOST}


def test_our_own_post_would_be_reported_to_the_host_instead_of_taken_down() -> None:
    what = matter(Label.PUPIL_INFORMATION, school_is_author=True, on_own_account=True)
    steps = first_steps(what, Lane.OWN_BREACH, default_policy())
    assert steps == (Step.TRIAGE, Step.OWN_POST_REMOVE, Step.DPO_NOTE)


def test_a_comment_on_our_page_would_be_reported_to_the_host_before_we_hide_it() -> None:
    steps = first_steps(matter(Label.ABUSE, on_own_account=True), Lane.STANDARD, default_policy())
    assert Step.OWN_PAGE_HIDE in steps
    assert Step.HOST_REPORT not in steps


def test_a_post_elsewhere_would_wait_for_a_meeting_before_the_host_hears() -> None:
    what = matter(Label.ABUSE, Flag.STAFF_TARGET, author_role="parent")
    steps = first_steps(what, Lane.STANDARD, default_policy())
    assert {Step.MEETING, Step.AUTHOR_REQUEST, Step.HOST_REPORT, Step.SUPPORT_OFFER} <= set(steps)


def test_a_hateful_comment_would_never_be_weighed_for_the_police() -> None:
    for flag in (Flag.THREAT, Flag.SEXUAL, Flag.HATE, Flag.HARASSMENT):
        steps = first_steps(matter(Label.ABUSE, flag), Lane.STANDARD, default_policy())
        assert Step.POLICE_CONSIDERED in steps
    mild = first_steps(matter(Label.ABUSE, Flag.INSULT), Lane.STANDARD, default_policy())
    assert Step.POLICE_CONSIDERED not in mild


def test_a_school_would_send_a_section_5_notice_in_its_own_name() -> None:
    def forbidden(nation: Nation = Nation.ENGLAND, **facts: object) -> bool:
        what = matter(Label.DEFAMATION, **facts)  # type: ignore[arg-type]  # facts by name
        return Step.SECTION_5_NOTICE in prohibitions(what, Lane.STANDARD, default_policy(nation))

    assert forbidden(affected_role="school")
    assert forbidden(affected_role="staff", author_role="parent")
    assert forbidden(Nation.SCOTLAND, affected_role="staff")
    assert not forbidden(Nation.WALES, affected_role="staff")


def test_a_hosting_provider_would_be_asked_about_a_platform_that_is_its_own_host() -> None:
    assert Step.INFRA_NOTICE in prohibitions(
        matter(Label.ABUSE, platform="x"), Lane.STANDARD, default_policy()
    )
    assert Step.INFRA_NOTICE not in prohibitions(matter(Label.ABUSE), Lane.STANDARD, default_policy())


@pytest.mark.parametrize("step", Step)
def test_a_task_would_say_nothing_of_what_to_do(step: Step) -> None:
    for lane in Lane:
        text = what_to_do(step, lane, Nation.ENGLAND)
        assert text.endswith(".")
        assert len(text) > 60
        assert step.shown_as
        for banned in (
            "offence",
            "criminal",
            "illegal",
            "libel",
            "guilty",
            "victim",
            "perpetrator",
            "troll",
            "ISP",
        ):
            assert banned not in text


def test_no_step_would_stand_on_a_rung_that_the_ladder_does_not_have() -> None:
    assert {step.rung for step in Step} == {*Rung, None}
    assert set(RULES) == set(Step)
    assert set(ROWS) == set(Lane)
    assert all(gate.mend.endswith(".") for gate in Gate)
    assert len({circumstance.name for circumstance in CIRCUMSTANCES}) == len(CIRCUMSTANCES)


def test_a_scottish_school_would_be_sent_to_an_officer_that_it_does_not_have() -> None:
    text = what_to_do(Step.LADO_REFERRAL, Lane.STAFF_ALLEGATION, Nation.SCOTLAND)
    assert "LADO" not in text
    assert "child protection lead" in text


def test_the_police_could_be_skipped_where_an_indecent_image_is_suspected() -> None:
    assert skip_reasons(Step.POLICE_REPORTED, Lane.INDECENT_IMAGE) == ()
    assert skip_reasons(Step.POLICE_REPORTED, Lane.LIFE) == ()
    assert skip_reasons(Step.POLICE_REPORTED, Lane.STANDARD)


def test_the_leads_of_the_strict_lanes_would_be_the_wrong_people() -> None:
    assert ROWS[Lane.CHILD].lead is Role.DSL
    assert ROWS[Lane.STAFF_ALLEGATION].lead is Role.HEADTEACHER
    assert ROWS[Lane.STANDARD].lead is Role.SENIOR_MANAGER
