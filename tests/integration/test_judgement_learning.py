"""What decisions teach the judge: real comments from a loopback platform, the real judge, real decisions."""

import json
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from support.clock import SettableClock
from support.command_line import Ran, run
from support.monitor_bench import rows, school_with
from support.school import TestSchool

from alerts.ladder.state import Decision
from alerts.ladder.words import DecisionKind, Step
from classifiers.evaluation import read_labelled
from classifiers.interface import Comment, Judgement
from config.words import Label, Outcome, Severity
from monitor.cli.shared import remember_config
from monitor.daemon.judge_room import JudgeRoom
from monitor.pipeline.incidents.decisions import decide
from monitor.pipeline.judgement import learning
from monitor.pipeline.judgement.decided import decided_comments
from monitor.pipeline.judgement.judges import site_judge
from monitor.store.models import CustodyEvent, Incident, Item, LearnedVersion, TakedownTask
from monitor.store.models import Judgement as JudgementRow

PATTERNS = [
    "the head is a useless fat {} and everybody knows it",
    "that head teacher is a pathetic stupid {} honestly",
    "what an ugly brainless {} that teacher is",
    "shut up you dirty {} of a teacher, you are a disgrace",
    "the new teacher is a thick lazy {} and I hate her",
]
NOUNS = ["cow", "pig", "clown", "idiot", "moron", "muppet"]
INSULTS = [pattern.format(noun) for noun in NOUNS for pattern in PATTERNS]


@pytest.fixture
def school(tmp_path: Path, sqlite_database: str) -> Iterator[TestSchool]:
    clock = SettableClock(datetime.now(UTC) - timedelta(minutes=20))
    with school_with(tmp_path, clock, sqlite_database, names=["x"]) as running:
        running.judge = site_judge(running.site)
        running.first_look()
        say(running, INSULTS[:8])
        yield running
    remember_config(None)


def say(school: TestSchool, comments: Sequence[str]) -> None:
    """People write on the platform, and the school looks."""
    for words in comments:
        school.x.mention(f"@fernhillprimary {words}", "u", school.clock.now())
    school.look()
    school.clock.advance(timedelta(minutes=6))


def command(school: TestSchool, *arguments: object) -> Ran:
    return run("--config", school.folder / "schoolwatch.toml", "judgement", *arguments)


def triage_all(school: TestSchool, outcome: Outcome | None, *, only: int | None = None) -> int:
    """Decide every open triage (or the first so many); answers how many that were."""
    tasks = [one for one in rows(school, TakedownTask) if one.step == Step.TRIAGE and one.state == "open"]
    for task in tasks[:only]:
        decide(school.site, task.id, Decision(DecisionKind.DONE, "A. Manager", outcome, "looked at it"))
    return len(tasks[:only])


def test_thirty_dismissals_would_change_nothing_or_could_not_be_taken_back(school: TestSchool) -> None:
    say(school, INSULTS[8:])
    assert triage_all(school, Outcome.UNFOUNDED) >= 25
    tried = command(school, "learn", "--dry-run")
    assert "Nothing was stored" in tried.out
    told = json.loads(command(school, "learn", "--dry-run", "--json").out)
    assert (told["version"], told["decisions"]["abuse"]["confirmed"]) == (None, 0)
    assert rows(school, LearnedVersion) == []
    learnt = command(school, "learn", "--by", "A. Manager")
    assert learnt.status == 0
    assert "Version 1 is in force" in learnt.out
    assert not any(noun in learnt.out for noun in NOUNS), "the listing holds words of a comment"
    version = rows(school, LearnedVersion)[0]
    assert -1.5 <= version.offsets["abuse"] < -0.4
    judge, shipped = site_judge(school.site), school.judge
    listed = {line.split()[1] for line in learnt.lines if line.startswith("    - SW-")}
    assert listed == {
        change.reference for change in learning.changes(shipped, judge, decided_comments(school.site))
    }
    assert judge.thresholds["abuse"] > shipped.thresholds["abuse"]
    assert judge.models["learned"] == "1"
    assert command(school, "learn").out.strip().endswith("what is in force stays.")
    assert "shipped models alone" in command(school, "forget", "--by", "A. Manager").out
    assert site_judge(school.site).thresholds == shipped.thresholds
    assert "learned" not in site_judge(school.site).models
    assert command(school, "restore", "1").status == 0
    assert site_judge(school.site).thresholds == judge.thresholds
    shown = json.loads(command(school, "show", "--json").out)
    assert [(one["version"], one["origin"]) for one in shown["versions"]] == [
        (1, "learned"), (2, "forgotten"), (3, "restored"),
    ]  # fmt: skip
    assert shown["in_force"] == 3
    acts = [one.action for one in rows(school, CustodyEvent) if one.action.startswith("judgement_")]
    assert acts == ["judgement_learned", "judgement_forgotten", "judgement_restored"]


def test_three_dismissals_would_silence_the_judge(school: TestSchool) -> None:
    triage_all(school, Outcome.UNFOUNDED, only=3)
    lesson = learning.lesson_from(school.judge, decided_comments(school.site))
    assert all(abs(shift) < 0.25 for shift in lesson.offsets.values()), lesson.offsets
    assert lesson.decisions["abuse"] == {"confirmed": 0, "dismissed": 3}


def test_confirmations_would_make_the_judge_quieter(school: TestSchool) -> None:
    triage_all(school, None)
    lesson = learning.lesson_from(school.judge, decided_comments(school.site))
    assert lesson.offsets["abuse"] > 0
    assert lesson.decisions["abuse"]["dismissed"] == 0


def test_what_says_nothing_of_the_judge_would_be_learned_from(school: TestSchool) -> None:
    """“Not applicable” is no word about whether the alarm was right; an undecided incident neither."""
    triage_all(school, Outcome.NOT_APPLICABLE, only=4)
    assert decided_comments(school.site) == []
    triage_all(school, Outcome.HANDED_OVER, only=1)
    assert [one.confirmed for one in decided_comments(school.site)] == [True]


class Marking:
    """A judge that gives every label, or none."""

    def __init__(self, given: bool) -> None:
        self.labels = dict.fromkeys(Label, given)

    def judge(self, comments: Sequence[Comment]) -> list[Judgement]:
        scores = {label: float(given) for label, given in self.labels.items()}
        return [Judgement(one.id, self.labels, scores, Severity.MEDIUM) for one in comments]


def test_a_change_of_what_is_marked_would_not_be_shown(school: TestSchool) -> None:
    triage_all(school, Outcome.UNFOUNDED, only=2)
    decided = decided_comments(school.site)
    found = learning.changes(Marking(False), Marking(True), decided)
    assert [(one.reference, one.head) for one in found] == [
        (one.reference, label) for one in decided for label in Label
    ]
    assert all(one.marked and not one.confirmed for one in found)


def test_words_about_an_indecent_image_would_be_read_again_or_exported(school: TestSchool) -> None:
    triage_all(school, Outcome.UNFOUNDED)
    closed = rows(school, Incident)[0]
    with school.site.database.write() as session:
        session.execute(update(Incident).where(Incident.id == closed.id).values(lane="indecent_image"))
    assert closed.reference not in {one.reference for one in decided_comments(school.site)}


def test_a_running_service_would_go_on_with_what_was_forgotten(school: TestSchool) -> None:
    room = JudgeRoom(school.site)
    before = room.judge()
    assert room.judge() is before
    triage_all(school, Outcome.UNFOUNDED)
    command(school, "learn")
    assert room.judge() is not before
    school.judge = room.judge()
    say(school, ["the caretaker is a nasty foul pig"])
    assert rows(school, JudgementRow)[-1].models["learned"] == "1"


def test_corrections_of_other_models_would_bend_these(school: TestSchool) -> None:
    learning.keep_lesson(school.site, learning.Lesson({"abuse": -1.0}, {}), {"school": "older"}, "A. Manager")
    judge = site_judge(school.site)
    assert judge.learned is None
    assert judge.thresholds == school.judge.thresholds
    assert "set aside" in command(school, "show").out


def test_the_export_would_be_open_to_others_or_unreadable_for_evaluate(
    school: TestSchool, tmp_path: Path
) -> None:
    assert command(school, "export", tmp_path / "none.jsonl").status == 1
    triage_all(school, Outcome.UNFOUNDED, only=3)
    triage_all(school, None)
    path = tmp_path / "decided.jsonl"
    ran = command(school, "export", path, "--by", "A. Manager")
    assert ran.status == 0
    assert "names of pupils" in ran.out
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    labelled, bad = read_labelled(path.read_text().splitlines())
    assert not bad
    assert sum(row.harmless for row in labelled) == 3
    assert any(Label.ABUSE in row.labels for row in labelled)
    assert {row.comment.text for row in labelled} <= {item.text for item in rows(school, Item)}
    assert "decided_comments_exported" in [one.action for one in rows(school, CustodyEvent)]
    again = command(school, "export", path)
    assert (again.status, "exists already" in again.err) == (1, True)


def test_a_version_that_never_was_would_be_restored(school: TestSchool) -> None:
    ran = command(school, "restore", 7)
    assert (ran.status, "no version 7" in ran.err) == (1, True)
    assert command(school, "forget").out.startswith("Nothing learned")


def test_a_plan_of_levels_would_not_reach_the_judge(tmp_path: Path, sqlite_database: str) -> None:
    more = '[judgement]\nabuse = "quiet"\ndanger = "cautious"\n'
    with school_with(tmp_path, SettableClock(datetime.now(UTC)), sqlite_database, more=more) as running:
        levels = site_judge(running.site).levels
    assert (levels.abuse, levels.defamation, levels.danger) == ("quiet", "balanced", "cautious")
