"""What people find out, and what the law's calendar says: a wrong fact here sends a school to the wrong door."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from support.ladder_play import RUMOUR, T0, TEACHER, Play
from support.school import write_settings

from alerts.ladder import machine
from alerts.ladder.dates import law_dates
from alerts.ladder.machine import ladder_from_json, ladder_to_json
from alerts.ladder.matter import joined
from alerts.ladder.policy import default_policy
from alerts.ladder.state import Consent, Findings, LadderRefused
from alerts.ladder.steps import what_to_do
from alerts.ladder.words import ConsentScope, Gate, Override, ReminderKind, Standing, Step
from alerts.seriousness import Course, seriousness
from config.concerns import Concern
from config.schema import Nation, Role
from config.words import CommunityRole, Flag, Label, Lane, Outcome, Severity, Situation, TaskState, Visibility
from monitor.pipeline.at_rest.clear_words import LOCKED, _note_places
from monitor.pipeline.incidents.ladders import policy_in_force

ALLEGED = replace(
    RUMOUR, flags=frozenset({Flag.ALLEGATION_CRIME, Flag.STAFF_TARGET}), about_harm_to_child=False
)


def test_a_correction_would_slip_out_of_the_lane_where_nobody_looks() -> None:
    play = Play(replace(TEACHER, flags=frozenset({Flag.SEXUAL, Flag.STAFF_TARGET}), has_media=True))
    assert play.ladder.lane is Lane.INTIMATE_IMAGE
    with pytest.raises(LadderRefused, match="indecent-image lane"):
        play.correct(affected_role=CommunityRole.PUPIL)
    image = Play(replace(TEACHER, flags=frozenset({Flag.SEXUAL}), has_media=True, affected_role="pupil"))
    assert image.ladder.lane is Lane.INDECENT_IMAGE
    with pytest.raises(LadderRefused, match="indecent-image lane"):
        image.correct(affected_role=CommunityRole.STAFF)


def test_a_correction_that_says_nothing_would_stand_in_the_record() -> None:
    with pytest.raises(LadderRefused, match="Nothing to correct"):
        Play().correct()


def test_a_situation_named_by_mistake_would_stay_for_ever() -> None:
    play = Play()
    play.correct(situations=frozenset({Situation.IMPERSONATION}))
    assert Step.AUTHOR_REQUEST not in play.steps()
    play.correct(no_longer=frozenset({Situation.IMPERSONATION}))
    assert Step.AUTHOR_REQUEST in play.steps()


def test_an_adults_picture_would_be_asked_back_although_they_want_silence() -> None:
    play = Play(replace(TEACHER, flags=frozenset({Flag.SEXUAL, Flag.STAFF_TARGET}), has_media=True))
    assert Gate.CONSENT_AUTHOR_REQUEST in play.the(Step.AUTHOR_REQUEST).needs
    play.answers(ConsentScope.AUTHOR_REQUEST, yes=True)
    assert Gate.CONSENT_AUTHOR_REQUEST not in play.the(Step.AUTHOR_REQUEST).needs


def test_an_answer_could_not_be_recorded_because_the_person_changed_their_mind() -> None:
    play = Play(replace(TEACHER, flags=frozenset({Flag.SEXUAL, Flag.STAFF_TARGET}), has_media=True))
    play.answers(ConsentScope.HOST_REPORT, yes=True)
    play.triage()
    play.done(Step.HOST_REPORT)
    play.answers(ConsentScope.HOST_REPORT, yes=False)
    assert Step.CHANGE_OF_MIND in play.steps()
    play.done(Step.HOST_REPORT, Outcome.REMOVED)
    assert play.the(Step.HOST_REPORT).state is TaskState.DONE


def test_a_no_to_a_report_in_ones_own_name_would_stop_the_schools_own() -> None:
    play = Play()
    play.triage()
    play.answers(ConsentScope.HOST_REPORT, yes=False)
    play.done(Step.HOST_REPORT)
    assert play.the(Step.HOST_REPORT).state is TaskState.WAITING


def test_the_school_would_report_in_the_name_of_somebody_who_said_no() -> None:
    play = Play(replace(RUMOUR, platform="youtube"))
    play.triage()
    play.answers(ConsentScope.HOST_REPORT, yes=False)
    with pytest.raises(LadderRefused, match="does not want this"):
        play.done(Step.FIRST_PARTY_REPORT, override=Override.MANDATORY_DUTY, reason="the rules say so")


def test_a_year_would_pass_while_a_teacher_waits_for_the_school() -> None:
    published = datetime(2026, 9, 1, 12, tzinfo=UTC)
    play = Play(replace(RUMOUR, published_at=published))
    (year,) = law_dates(play.ladder)
    assert year.at == datetime(2027, 9, 1, 23, tzinfo=UTC)  # midnight in London, British Summer Time
    play.wait(days=(year.remind_at - T0).days + 1)
    play.ladder, said = machine.tick(play.ladder, play.now)
    assert [word.text for word in said if word.kind is ReminderKind.LAW_DATE] == [
        f"A date to keep in mind: 02 September 2027, {year.words}."
    ]
    play.wait(days=1)
    _, again = machine.tick(play.ladder, play.now)
    assert ReminderKind.LAW_DATE not in {word.kind for word in again}


@pytest.mark.parametrize(("nation", "shown"), [(Nation.ENGLAND, True), (Nation.SCOTLAND, False)])
def test_a_scottish_school_would_count_the_days_of_a_law_that_it_does_not_have(
    nation: Nation, shown: bool
) -> None:
    play = Play(ALLEGED, policy=default_policy(nation))
    assert ("false_message" in {one.name for one in law_dates(play.ladder)}) is shown


@pytest.mark.parametrize("nation", [Nation.SCOTLAND, Nation.WALES, Nation.NORTHERN_IRELAND])
def test_a_school_outside_england_would_look_for_an_officer_that_it_has_not(nation: Nation) -> None:
    for step in Step:
        for lane in Lane:
            assert "LADO" not in what_to_do(step, lane, nation)


def test_a_second_item_would_move_the_day_of_first_publication() -> None:
    early, late = T0 - timedelta(days=9), T0 - timedelta(days=2)
    both = joined(replace(RUMOUR, published_at=late), replace(RUMOUR, published_at=early))
    assert both.published_at == early


def test_a_score_would_let_a_loud_post_overtake_a_child_in_danger() -> None:
    child = replace(TEACHER, flags=frozenset({Flag.SAFEGUARDING}), affected_role="pupil")
    danger = seriousness(child, Lane.CHILD, Severity.CRITICAL, Course(timedelta(minutes=5)))
    loud = seriousness(TEACHER, Lane.STANDARD, Severity.MEDIUM, Course(timedelta(days=30), 9, 4))
    assert danger.total > loud.total
    assert all(0 <= part.points <= part.most for part in (*danger.parts, *loud.parts))


def test_a_note_would_stay_readable_after_the_evidence_was_locked() -> None:
    play = Play(ALLEGED)
    play.correct(
        attribution=Standing.CLAIMED,
        basis="the words of the post",
        concerns=frozenset({Concern.DEFAMATORY}),
        affected_group="Year 6 mums",
        findings=Findings("NEU 5.2", "rule 4b on pile-ons", "Defamation Act"),
    )
    play.note(Role.DSL)
    play.triage()
    play.approve(Step.HOST_REPORT)
    form = ladder_to_json(play.ladder)
    places = list(_note_places(form))
    for _, holder, key in places:
        holder[key] = LOCKED
    assert len({place for place, _, _ in places}) == len(places)
    written = str(ladder_to_json(ladder_from_json(form)))
    for words in (
        "the words of the post",
        "Year 6 mums",
        "rule 4b on pile-ons",
        "it is fitting",
        "goes on elsewhere",
    ):
        assert words not in written


def test_the_holidays_in_the_settings_would_reach_no_incident(tmp_path: Path) -> None:
    more = '\n[support]\nunion = "J. Rep"\n[ladder]\nmeeting_with = "author"\n'
    settings = write_settings(tmp_path, "sqlite:///x.db", {}, 25, more)
    closed = settings.school.model_copy(update={"closed": ((date(2026, 11, 23), date(2026, 11, 27)),)})
    policy = policy_in_force(settings.model_copy(update={"school": closed}))
    play = Play(replace(TEACHER, author_role="parent"), policy=policy)
    assert play.the(Step.TRIAGE).due_at == datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
    assert "Union: J. Rep." in play.the(Step.SUPPORT_OFFER).what_to_do
    assert Step.MEETING not in play.steps()


def test_search_results_would_show_a_pupils_name_for_weeks_after_the_page_is_gone() -> None:
    play = Play(replace(TEACHER, labels=frozenset({Label.PUPIL_INFORMATION}), affected_role="unknown"))
    play.triage()
    play.done(Step.HOST_REPORT)
    for _ in range(2):
        play.wait(hours=1)
        play.sees(Visibility.GONE)
    assert Step.CACHE_REQUEST in play.steps()


def test_one_persons_yes_would_stand_for_another_who_said_no() -> None:
    """Two teachers are named in one post: the police hear of neither against the word of one (NEU 9.5)."""
    play = Play(TEACHER)
    for person, answer in (("S1", False), ("S2", True)):
        play.ladder = machine.record_consent(
            play.ladder, Consent(person, "A. Head", play.now, answer, ConsentScope.POLICE, "written")
        )
    assert not play.ladder.consent_holds(ConsentScope.POLICE, play.now)
    changed = Consent("s1 ", "A. Head", play.now, True, ConsentScope.POLICE, "written")
    assert machine.record_consent(play.ladder, changed).consent_holds(ConsentScope.POLICE, play.now)
