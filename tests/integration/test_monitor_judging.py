"""Judging and storing what strangers write: whatever it is made of, exactly, on both databases."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from support.clock import SettableClock
from support.monitor_bench import all_sent, mails, rows, school_with, send_all
from support.school import PlainJudge, TestSchool

from alerts.export.verify import verify_export
from alerts.export.week import IsoWeek
from classifiers.interface import Comment, Register
from classifiers.judge import load_judge
from config.schema import Watch
from config.words import Surface
from connectors.interface import Author, Page, Stream
from connectors.interface import Item as FetchedItem
from monitor.evidence.bundle import faults_within
from monitor.evidence.canonical import canonical_json
from monitor.evidence.folder import read_item
from monitor.evidence.verify import verify_store
from monitor.pipeline.judgement.judging import JudgementFails, judge_waiting
from monitor.pipeline.reading.intake import PageIntake
from monitor.pipeline.telling.weekly import export_week
from monitor.store.models import Incident, Item, ItemState, Judgement, OperatorAlert, Source, StreamCursor

HOSTILE = {
    "nul": "you stupid i\0diot of a teacher ABUSE",
    "lone surrogate": "ABUSE \ud83d half a face and \udc00 the other",
    "long": "ABUSE " + "lorem ipsum " * 8400,
    "right to left": "ABUSE \u202egnol\u202c \u05d0\u05d1\u05d2 \u0627\u0644\u0645\u062f\u0631\u0633\u0629",
    "zero width": "A\u200bBUSE or ABUSE \u200d\u2060\ufeff",
    "emoji": "\U0001f620\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "empty": "",
    "blank": " \t\n\u00a0",
    "html": "<script>alert(1)</script> ABUSE </html> {{ 7*7 }} [bold]x[/bold]",
    "newlines": "ABUSE\r\nBcc: everybody@example.org\r\n\r\nSubject: x",
    "formula": '=HYPERLINK("http://example.org") ABUSE',
}
AUTHOR = '\ud83d=1+1\0"; \u202eDROP'


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with school_with(tmp_path, clock, database_url) as running:
        running.first_look()
        yield running


def take_in(school: TestSchool, texts: dict[str, str]) -> None:
    """As if a page held them: no platform's JSON can carry half a surrogate pair past its own client."""
    now, stream = school.clock.now(), Stream(Watch.MENTIONS, "1")
    items = tuple(
        FetchedItem(
            platform="x",
            external_id=name,
            version="1",
            stream=stream,
            surface=Surface.MENTION,
            text=text,
            url=f"https://x.com/i/web/status/{number}",
            posted_at=now,
            posted_at_raw=now.isoformat(),
            raw=canonical_json({"id": name, "text": text}),
            author=Author("1", AUTHOR, AUTHOR),
            context="what they \udc00 answer to",
            parent_id=None,
        )
        for number, (name, text) in enumerate(texts.items())
    )
    with school.site.database.write() as session:
        source = session.query(Source).one()
        cursor = session.query(StreamCursor).filter_by(watch="mentions").one()
        PageIntake(session, school.site, source, cursor).store(Page(items, {}, more=False))


def test_whatever_a_comment_is_made_of_is_kept_exactly_judged_mailed_and_exported(
    school: TestSchool,
) -> None:
    """One comment with a NUL would stop the watch, or be mended into something nobody wrote."""
    take_in(school, HOSTILE)
    while judge_waiting(school.site, school.judge):
        pass
    send_all(school)
    kept = {item.external_id: item for item in rows(school, Item)}
    assert {name: item.text for name, item in kept.items()} == HOSTILE
    assert {item.author_handle for item in kept.values()} == {AUTHOR}
    states = {name: item.state for name, item in kept.items()}
    assert {name for name, state in states.items() if state == ItemState.NOT_JUDGED} == {"empty", "blank"}
    assert states["emoji"] == ItemState.HARMLESS
    for name, item in kept.items():
        if item.state == ItemState.SEALED:
            files = read_item(school.site.evidence, item.uid)
            assert json.loads(files["record.json"])["what"]["text"] == HOSTILE[name]
            assert json.loads(files["raw.json"])["text"] == HOSTILE[name]
    assert all_sent(school)
    said = b"".join(one.content for one in school.mail.accepted)
    assert b"everybody@example.org" not in said
    assert b"lorem" not in said
    assert not verify_store(school.site.database, school.site.evidence, school.site.school_id).faults
    made = export_week(school.site, IsoWeek.of(school.clock.now()), school.folder / "out")
    assert verify_export(made.path, check_items=faults_within) == []
    with ZipFile(made.path) as packed:
        table = list(csv.DictReader(io.StringIO(packed.read("data/INDEX.csv").decode("utf-8-sig"))))
    assert len(table) == sum(state == ItemState.SEALED for state in states.values())
    assert all(row["handle as shown"].isprintable() for row in table)


def test_the_real_judge_takes_whatever_a_comment_is_made_of(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    """A classifier that stumbles over a character would leave the threat beside it unjudged."""
    with school_with(tmp_path, clock, sqlite_database, judge=load_judge(Register())) as school:
        school.first_look()
        take_in(school, HOSTILE)
        while judge_waiting(school.site, school.judge):
            pass
        judgements = rows(school, Judgement)
        assert len(judgements) == len(HOSTILE)
        assert [one.failure for one in judgements if one.failure] == []
        states = {item.external_id: item.state for item in rows(school, Item)}
        assert states["empty"] == states["blank"] == ItemState.NOT_JUDGED
        assert not verify_store(school.site.database, school.site.evidence, school.site.school_id).faults


def test_a_comment_that_breaks_the_judge_is_told_of_once_a_day(school: TestSchool) -> None:
    """It would vanish among thousands; or whoever posts such comments could flood the technician."""
    for day in range(2):
        for number in range(3):
            take_in(school, {f"bad{day}{number}": "BREAKS it", f"good{day}{number}": "hello"})
            judge_waiting(school.site, school.judge)
            school.clock.advance(timedelta(hours=1))
        school.clock.advance(timedelta(days=1))
    states = {item.external_id: item.state for item in rows(school, Item)}
    assert {state for name, state in states.items() if name.startswith("bad")} == {ItemState.NOT_JUDGED}
    assert {state for name, state in states.items() if name.startswith("good")} == {ItemState.HARMLESS}
    assert [one.kind for one in rows(school, OperatorAlert)] == ["not_judged"] * 2
    assert len(mails(school, "operator")) == 4
    assert "BREAKS" not in "".join(mail.text for mail in mails(school, "operator"))


class BrokenJudge(PlainJudge):
    broken = True

    def judge(self, comments):  # type: ignore[no-untyped-def]  # as in PlainJudge
        if self.broken:
            raise MemoryError
        return super().judge(comments)


def test_a_judge_that_is_broken_leaves_everything_waiting(
    tmp_path: Path, clock: SettableClock, database_url: str
) -> None:
    """An hour without memory would mark a hundred comments as never to be judged, a threat among them."""
    judge = BrokenJudge()
    with school_with(tmp_path, clock, database_url, judge=judge) as school:
        school.x.mention("@fernhillprimary CRITICAL words", "stranger", clock.now())
        with pytest.raises(JudgementFails, match="MemoryError"):
            school.look()
        assert [item.state for item in rows(school, Item)] == [ItemState.WAITING]
        judge.broken = False
        school.look()
        assert len(rows(school, Incident)) == 1
        assert mails(school, "alert")


def test_a_comment_in_two_streams_is_judged_and_told_once(school: TestSchool) -> None:
    """A mention under the school's own post comes twice; two incidents would be two of everything."""
    take_in(school, {"one": "ABUSE words that stand in two lists"})
    take_in(school, {"one": "ABUSE words that stand in two lists"})
    judge_waiting(school.site, school.judge)
    judge_waiting(school.site, school.judge)
    assert len(rows(school, Item)) == len(rows(school, Incident)) == len(mails(school, "alert")) == 1


def test_what_the_judge_is_told_of_a_comment(school: TestSchool) -> None:
    """Without the post it answers to, "me too" says nothing."""
    heard: list[Comment] = []

    class Listening(PlainJudge):
        def _one(self, comment: Comment):  # type: ignore[no-untyped-def]  # as in PlainJudge
            heard.append(comment)
            return super()._one(comment)

    take_in(school, {"one": "me too"})
    judge_waiting(school.site, Listening())
    (comment,) = heard
    assert (comment.context, comment.platform, comment.surface) == (
        "what they \udc00 answer to",
        "x",
        "mention",
    )
