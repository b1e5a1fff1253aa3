"""NEU Appendix, Huntington 4.9, 4.14, 4.15, 5.17: own posts that still stand, and what is not ours."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from support.command_line import run
from support.consents import EVERYBODY, SOURCE, Desk, desk_at
from support.policy import serves, switch

from alerts.ladder.lanes import first_steps
from alerts.ladder.matter import Matter, lane_of
from alerts.ladder.policy import default_policy
from alerts.ladder.state import Decision
from alerts.ladder.words import DecisionKind, Step
from classifiers.interface import Comment, Register
from classifiers.judge import EmbeddedJudge, load_judge
from config.words import Label, Lane, Severity, Surface
from monitor.cli.shared import remember_config
from monitor.pipeline.incidents.decisions import decide
from monitor.pipeline.own_pages.withdrawals import Withdrawal, search, withdraw
from monitor.pipeline.reading.sweep import sweep


@pytest.fixture
def timeline(tmp_path: Path) -> Iterator[Desk]:
    with desk_at(tmp_path / "school", timeline=True) as opened:
        yield opened
    remember_config(None)


@cache
def real_judge() -> EmbeddedJudge:
    return load_judge(Register(school_name="Fernhill Primary", pupils=EVERYBODY))


@serves("NEU App./1", without=switch("monitor.pipeline.reading.sweep.Sieve.matches", lambda self, items: []))
def test_a_name_from_years_ago_would_stand_for_ever(timeline: Desk) -> None:
    """Polling saw it long ago, when the child was not on the register; the sweep reads everything again."""
    timeline.pupils()
    timeline.posts("Congratulations to Khan and the chess team", date(2019, 6, 3), image=False)
    timeline.posts("The tombola is back", date(2026, 10, 1))
    before = sweep(timeline.site, SOURCE)
    assert (before.posts, before.found) == (2, ())
    timeline.pupils(*EVERYBODY)
    (found,) = sweep(timeline.site, SOURCE).found
    assert (found.kinds, found.became) == (("surname",), "raised")
    timeline.judge(real_judge())
    (incident,) = timeline.incidents
    assert incident.lane == "own_breach"
    (again,) = sweep(timeline.site, SOURCE).found
    assert again.became == f"known: {incident.reference}"


@serves("NEU App./3", without=switch("classifiers.judge.must_be_pupil_information", lambda *_: False))
def test_our_own_post_would_name_a_child_and_nobody_would_look(timeline: Desk) -> None:
    """The same rules judge what is polled: any of our posts, and our answers under our pictures."""
    own = Comment("1", "Well done Aisha!", surface="own_post", author="school", has_image=True)
    answer = Comment("2", "Thank you, Aisha", surface="comment_on_own_post", author="school", has_image=True)
    harmless = Comment("3", "Well done everybody!", surface="own_post", author="school", has_image=True)
    judged = real_judge().judge([own, answer, harmless])
    assert [one.labels[Label.PUPIL_INFORMATION] for one in judged] == [True, True, False]


@serves("Huntington 4.9", without=switch("monitor.cli.consent._what_was_done", lambda how: ""))
def test_the_record_would_not_say_whether_a_face_was_blurred(timeline: Desk) -> None:
    timeline.posts("PUPIL Aisha Khan with the cup", date(2026, 11, 2))
    sweep(timeline.site, SOURCE)
    timeline.judge()
    (triage,), (task,) = timeline.tasks(Step.TRIAGE), timeline.tasks(Step.OWN_POST_REMOVE)
    decide(timeline.site, triage.id, Decision(DecisionKind.DONE, "A. Manager", None, "looked at it"))
    config = ("--config", timeline.settings_file)
    assert run(*config, "consent", "replaced", task.id, "--how", "painted").status == 2
    done = run(*config, "consent", "replaced", task.id, "--how", "blurred", "--by", "A. Manager")
    assert done.status == 0, done.err
    (task,) = timeline.tasks(Step.OWN_POST_REMOVE)
    assert (task.outcome, task.reason) == ("replaced", "blurred and posted again")


@serves("Huntington 4.14", without=switch("alerts.clocks.BREACH_CLOCK", timedelta(days=30)))
def test_our_own_breach_would_not_be_assessed_in_time(timeline: Desk) -> None:
    """A pupil was shown without any consent: the data protection officer has 72 hours from our knowing."""
    timeline.check("Here we are at the harbour with everybody", pupils=["P2"], publishing=True)
    timeline.posts("Here we are at the harbour with everybody", date(2026, 11, 9))
    (found,) = sweep(timeline.site, SOURCE).found
    timeline.judge()
    assert found.kinds == ("no_consent",)
    (note,) = timeline.tasks(Step.DPO_NOTE)
    assert (note.owner_role, note.due_at) == ("dpo", timeline.clock.now() + timedelta(hours=72))


@serves(
    "Huntington 4.15",
    without=switch("alerts.ladder.matter._SIGNS", lambda matter: bool(matter.labels), key=Lane.OWN_BREACH),
)
def test_a_mothers_picture_of_her_own_child_would_count_as_our_breach(timeline: Desk) -> None:
    """Our consents speak of our accounts only: no breach, nothing of ours to take down, no 72 hours."""
    withdraw_all = Withdrawal("P1", "letter", "office")
    assert timeline.x is not None
    timeline.x.mention(
        "@fernhillprimary my Aisha Khan at your fair", "mum_of_three", timeline.clock.now(), image=True
    )
    (read,) = search(timeline.site, withdraw(timeline.site, withdraw_all).search_id)
    assert (read.posts, read.raised) == (0, [])
    hers = Matter(
        frozenset({Label.PUPIL_INFORMATION}),
        frozenset(),
        Severity.MEDIUM,
        Surface.MENTION,
        "x",
        has_media=True,
    )
    assert lane_of(hers) is Lane.STANDARD
    steps = first_steps(hers, lane_of(hers), default_policy())
    assert not {Step.DPO_NOTE, Step.OWN_POST_REMOVE} & set(steps)


@serves("Huntington 5.17", without=switch("classifiers.judge.is_only_staff_conduct", lambda *_: False))
def test_a_teachers_post_about_her_class_would_be_filed_under_the_pupils(timeline: Desk) -> None:
    told = Comment("1", "My 4B lot are the loveliest this year", surface="mention", author="staff")
    parents = Comment("2", "My 4B lot are the loveliest this year", surface="mention", author="parent")
    of_staff, of_parent = real_judge().judge([told, parents])
    assert not of_staff.labels[Label.PUPIL_INFORMATION]
    assert (of_staff.severity, of_staff.reasons[0].category) == (Severity.LOW, "staff_conduct")
    assert of_parent.severity is Severity.NONE
    named = Comment("3", "Aisha Khan in 4B cried again", surface="mention", author="staff")
    assert real_judge().judge([named])[0].labels[Label.PUPIL_INFORMATION]
