"""A model that ought to judge and does not: somebody hears of it, it is tried again, nothing is learned."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.clock import SettableClock
from support.command_line import Ran, run
from support.model_folder import judge_with_copy, put_back, take_away
from support.monitor_bench import mails, rows, say, school_with, triage_all
from support.school import TestSchool

from classifiers.encoder.model import Encoder
from classifiers.interface import Comment, Register
from classifiers.judge import EmbeddedJudge
from config.words import Label
from monitor.cli.shared import remember_config
from monitor.daemon.judge_room import TRIED_AGAIN_AFTER, JudgeRoom
from monitor.pipeline.judgement import learning
from monitor.pipeline.judgement.decided import decided_comments
from monitor.pipeline.judgement.judges import judge_for, site_judge
from monitor.pipeline.judgement.learning import Lesson
from monitor.store.models import LearnedVersion, OperatorAlert

UNCLEAR = "that new head is a thieving cow and she hits kids"


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return judge_with_copy(tmp_path, monkeypatch)


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, sqlite_database: str, models: Path) -> Iterator[TestSchool]:
    with school_with(tmp_path, clock, sqlite_database) as running:
        yield running
    remember_config(None)


def command(school: TestSchool, *arguments: object) -> Ran:
    return run("--config", school.folder / "schoolwatch.toml", *arguments)


def model_lines(school: TestSchool) -> dict[str, str]:
    told = map(json.loads, command(school, "check", "--json").lines)
    return {line["message"]: line["state"] for line in told if line["subject"] == "models"}


def open_alerts(school: TestSchool) -> list[str]:
    """Less those about clocks: a command lives today, and this school's platform on an invented day."""
    alerts = [alert for alert in rows(school, OperatorAlert) if alert.kind != "clock_differs"]
    return [alert.subject for alert in alerts if alert.closed_at is None]


def test_a_school_would_judge_without_its_best_model_and_the_check_would_pass(
    school: TestSchool, models: Path
) -> None:
    assert set(model_lines(school).values()) == {"ok"}
    take_away(models)
    lines = model_lines(school)
    assert [message for message, state in lines.items() if state == "failed"] == [
        message for message in lines if message.startswith("The encoder does not judge")
    ]
    assert "failed" in lines.values()
    assert command(school, "check").status == 1


def test_a_missing_encoder_would_be_known_to_the_log_alone_and_never_be_tried_again(
    school: TestSchool, models: Path
) -> None:
    take_away(models)
    room = JudgeRoom(school.site)
    first = room.judge()
    assert open_alerts(school) == ["encoder"]
    put_back(models)
    school.clock.advance(TRIED_AGAIN_AFTER - timedelta(seconds=1))
    assert room.judge() is first
    assert len(mails(school, "operator")) == 2, "told more than once: to the technician and the manager"
    school.clock.advance(timedelta(seconds=1))
    again = room.judge()
    assert "encoder" in again.judge([Comment("1", UNCLEAR)])[0].models
    assert open_alerts(school) == ["encoder"], "all clear before it lasted"
    school.clock.advance(TRIED_AGAIN_AFTER)
    assert room.judge() is again
    assert open_alerts(school) == []
    assert "without the encoder" in mails(school, "operator")[0].subject


def test_a_try_in_the_middle_of_an_update_would_end_the_judging(school: TestSchool, models: Path) -> None:
    """The encoder was gone, and when it is looked for again the others are just being written."""
    take_away(models)
    room = JudgeRoom(school.site)
    first = room.judge()
    kept = (models / "school.npz").rename(models / "school.kept")
    school.clock.advance(TRIED_AGAIN_AFTER)
    assert room.judge() is first
    assert first.judge([Comment("1", UNCLEAR)])[0].raises
    kept.rename(models / "school.npz")
    put_back(models)
    school.clock.advance(TRIED_AGAIN_AFTER)
    assert room.judge().absent == ()


def test_an_encoder_that_fails_on_comments_would_send_a_mail_for_each(
    school: TestSchool, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = JudgeRoom(school.site)
    room.judge()
    assert open_alerts(school) == []

    def out_of_memory(*_: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(Encoder, "_run", out_of_memory)
        assert "encoder" not in room.judge().judge([Comment("1", UNCLEAR)])[0].models
    for _ in range(3):
        with monkeypatch.context() as broken:
            judge = room.judge()
            broken.setattr(Encoder, "_run", out_of_memory)
            judge.judge([Comment("1", UNCLEAR)])
        school.clock.advance(TRIED_AGAIN_AFTER)
    assert [alert.closed_at for alert in rows(school, OperatorAlert)] == [None]
    room.judge()
    school.clock.advance(TRIED_AGAIN_AFTER)
    room.judge()
    assert open_alerts(school) == []


def test_a_school_that_polls_from_cron_would_never_hear_that_its_encoder_is_gone(
    school: TestSchool, models: Path
) -> None:
    take_away(models)
    command(school, "poll")
    command(school, "poll")
    assert open_alerts(school) == ["encoder"]
    put_back(models)
    command(school, "poll")
    assert open_alerts(school) == []


def keep(school: TestSchool, judge: EmbeddedJudge, shift: float) -> int:
    return learning.keep_lesson(
        school.site, Lesson({Label.ABUSE.value: shift}, {}), judge.shipped_models, "A. Manager"
    )


def test_what_was_learned_would_be_lost_to_an_hour_without_the_encoder(
    school: TestSchool, models: Path
) -> None:
    """To learn anew in that hour would put half a judge's corrections in force, and set the right ones aside."""
    keep(school, judge_for(Register(), school.site.settings), -0.5)
    assert "learned" in site_judge(school.site).models
    take_away(models)
    assert "learned" not in site_judge(school.site).models
    shown = " ".join(command(school, "judgement", "show").out.split())
    assert "set aside" in shown
    assert "encoder is missing" in shown
    assert "judgement learn`" not in shown
    for arguments in (("learn",), ("learn", "--dry-run")):
        ran = command(school, "judgement", *arguments)
        assert ran.status == 1
        assert "nothing was learned, because the encoder is missing" in ran.err
        assert "Install schoolwatch again" in ran.err
    assert len(rows(school, LearnedVersion)) == 1
    put_back(models)
    assert site_judge(school.site).models["learned"] == "1"


def test_a_version_of_an_hour_without_the_encoder_would_hide_the_one_that_fits(
    school: TestSchool, models: Path
) -> None:
    keep(school, judge_for(Register(), None), -0.5)
    take_away(models)
    keep(school, judge_for(Register(), None), 0.5)
    put_back(models)
    assert site_judge(school.site).models["learned"] == "1"
    learning.forget(school.site, "A. Manager")
    assert "learned" not in site_judge(school.site).models, "what was forgotten came back"


def test_the_warning_of_a_version_set_aside_would_never_end(school: TestSchool) -> None:
    """Nothing new to learn is a lesson as well: the models alone are right."""
    learning.keep_lesson(school.site, Lesson({"abuse": -1.0}, {}), {"school": "older"}, "A. Manager")
    assert "set aside" in command(school, "judgement", "show").out
    assert "Version 2 is in force" in command(school, "judgement", "learn", "--by", "A. Manager").out
    shown = command(school, "judgement", "show").out
    assert "set aside" not in shown
    assert "Learned version 2 is in force" in shown
    assert "what is in force stays" in command(school, "judgement", "learn", "--by", "A. Manager").out


def test_the_scores_of_half_a_judge_would_be_learned_as_those_of_the_whole(
    school: TestSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The encoder loads and then fails while it reads the decided comments."""
    say(school, f"ABUSE {UNCLEAR}")
    triage_all(school)

    def out_of_memory(self: Encoder, *_: Any) -> None:
        raise MemoryError

    judge = site_judge(school.site)
    monkeypatch.setattr(Encoder, "_run", out_of_memory)
    with pytest.raises(learning.NotAllModels):
        learning.lesson_from(judge, decided_comments(school.site))


def test_a_manager_would_take_the_threshold_beside_a_label_for_the_one_that_a_lone_threat_must_reach(
    school: TestSchool,
) -> None:
    told = {
        one["head"]: one for one in json.loads(command(school, "judgement", "show", "--json").out)["heads"]
    }
    judge = site_judge(school.site)
    for head, alone in judge.thresholds_alone.items():
        assert told[head]["alone"] == round(alone, 3)
        assert told[head]["alone"] >= told[head]["threshold"]
    assert told["abuse"]["alone"] is None
    assert "alone" in command(school, "judgement", "show").out
