"""Huntington 4.7–4.13 and Market Drayton C: what the check before publishing says, and what it keeps quiet."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.command_line import run
from support.consents import EVERYBODY, Desk, consent, desk_at
from support.policy import serves, switch

from classifiers.interface import Register
from classifiers.judge import EmbeddedJudge, load_judge
from config.schema import Role
from monitor.cli.shared import remember_config
from monitor.pipeline.own_pages.checklists import Ticks, remind_of_devices, tick
from monitor.store.models import CustodyEvent, OutgoingMail, PostCheck

PUPIL_NUMBER = "P987214625001"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_at(tmp_path / "school") as opened:
        yield opened
    remember_config(None)


@cache
def real_judge() -> EmbeddedJudge:
    return load_judge(Register(school_name="Fernhill Primary", pupils=EVERYBODY))


def kinds(desk: Desk, text: str, *, picture: bool = False, **more: tuple[str, ...]) -> list[str]:
    medium = "image" if picture else "text"
    return [spot.kind for spot in desk.check(text, medium=medium, **more).problems]


@serves(
    "Huntington 4.2/2",
    without=switch("monitor.pipeline.own_pages.post_checks.MAY_SEE_IDS", frozenset({None})),
)
def test_a_class_teacher_would_be_told_which_child_may_not_be_shown(desk: Desk) -> None:
    """A number for everybody, ids for three roles, a name for nobody; nothing of it in the record."""
    desk.consents(consent("P1", "x"))
    answer = desk.check(pupils=["P1", "P2", "P3"])
    assert (answer.ok, answer.without_consent, answer.ids_without) == (False, 2, ())
    assert desk.check(pupils=["P1", "P2"], role=Role.DSL).ids_without == ("P2",)
    kept = [str(vars(row)) for row in (*desk.rows(PostCheck), *desk.rows(CustodyEvent))]
    assert not any(word in one for one in kept for word in ("'P2'", "Zofia", "Quillfeather"))


@serves(
    "Huntington 4.7",
    "Market Drayton C/7",
    without=switch("monitor.pipeline.own_pages.post_checks._without_consent", lambda *_: []),
)
def test_one_child_without_consent_in_a_group_picture_would_go_out(desk: Desk) -> None:
    desk.consents(consent("P1", "x"), consent("P2", "x"))
    assert desk.check(pupils=["P1", "P2"]).ok
    answer = desk.check(pupils=["P1", "P2", "P3"])
    assert (answer.ok, answer.shown, answer.without_consent) == (False, 3, 1)


@serves(
    "Huntington 4.8",
    without=switch("monitor.pipeline.own_pages.checklists.devices_due", lambda session, site: []),
)
def test_pictures_of_pupils_would_stay_on_a_teachers_phone(desk: Desk) -> None:
    """Asked once, a day later; a tick ends it."""
    number = desk.check("The pond at last has newts", publishing=True).number
    desk.check("Only asked, never published")
    desk.wait(hours=23)
    remind_of_devices(desk.site)
    assert desk.rows(OutgoingMail) == []
    desk.wait(hours=1)
    remind_of_devices(desk.site)
    remind_of_devices(desk.site)
    (mail,) = desk.rows(OutgoingMail)
    assert mail.recipient == "manager@fernhill.example"
    assert f"consent tick {number} --device-cleared" in " ".join(mail.text.split())
    tick(desk.site, number, Ticks(device_cleared=True), "T. Eacher")
    desk.wait(days=1)
    remind_of_devices(desk.site)
    assert len(desk.rows(OutgoingMail)) == 1


@serves(
    "Huntington 4.10",
    without=switch("classifiers.pupil_information.own_posts._of_places", lambda *_, **__: ()),
)
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"Congratulations to {PUPIL_NUMBER}!", "pupil_number"),
        ("Aisha, born 17/03/2017, reads best", "date_of_birth"),
        ("Ring Aisha's mum on 01632 960123", "phone"),
        ("Cards for Zofia to 14 Linden Road please", "address"),
        ("Write to Aisha at aisha@example.org", "email"),
        ("Follow Zofia, insta zofia_reads_2017", "username"),
    ],
)
def test_a_pupils_details_would_be_published(desk: Desk, text: str, kind: str) -> None:
    assert kind in kinds(desk, text)


def test_the_offices_own_number_and_the_day_of_the_fair_would_stop_every_post(desk: Desk) -> None:
    """Only what stands beside a pupil is refused; the rest is looked at, and our own address is ours."""
    fair = "Well done Aisha! Ring 01632 960001 or write to office@fernhill.example. The fair is on 12/06/26."
    answer = desk.check(fair, medium="text")
    assert answer.ok
    assert [spot.kind for spot in answer.look_at] == ["phone"]


@serves(
    "Huntington 4.11", without=switch("classifiers.pupil_information.own_posts._of_name", lambda *_, **__: ())
)
def test_a_name_would_stand_with_a_picture(desk: Desk) -> None:
    """First or full, in words, alternative text or file name; without a picture a first name is none."""
    assert kinds(desk, "Well done Aisha", picture=True) == ["name_with_picture"]
    assert kinds(desk, "Well done Aisha") == []
    assert kinds(desk, "", picture=True, alternative_texts=("Zofia with the cup",)) == ["name_with_picture"]
    assert "name_with_picture" in kinds(desk, "", picture=True, file_names=("sports/aisha-khan_02.jpg",))
    look = desk.check("The Rose garden is open").look_at
    assert [spot.kind for spot in look] == ["name_with_picture"], "an ordinary word is looked at, not refused"


@serves(
    "Huntington 4.12",
    "Huntington 4.13/2",
    without=switch("monitor.pipeline.own_pages.checklists.open_points", lambda row: ()),
)
def test_nobody_would_have_looked_at_the_pictures_themselves(desk: Desk) -> None:
    """What a picture shows, and what can be read in it, a person says; the program opens no file."""
    number = desk.check("", file_names=("/nowhere/certificates.jpg",), publishing=True).number
    assert {"appropriate", "no_names"} <= set(tick(desk.site, number, Ticks(), "T. Eacher"))
    left = tick(desk.site, number, Ticks(appropriate=True, no_names=True), "T. Eacher")
    (row,) = desk.rows(PostCheck)
    assert (row.appropriate_by, row.no_names_by, len(left)) == ("T. Eacher", "T. Eacher", 1)


@serves(
    "Huntington 4.13/1",
    without=switch(
        "monitor.pipeline.own_pages.post_checks._log", lambda *_: SimpleNamespace(number=1, ok=True)
    ),
)
def test_nobody_could_say_afterwards_what_was_checked(desk: Desk) -> None:
    """Each question and its answer: who, when, for which channel."""
    desk.check("Lovely weather for sports day", channel="website")
    desk.check("Aisha Khan wins", channel="x", publishing=True)
    told = [(row.number, row.at, row.by, row.channel, row.ok) for row in desk.rows(PostCheck)]
    now = desk.clock.now()
    assert told == [(1, now, "T. Eacher", "website", True), (2, now, "T. Eacher", "x", False)]
    assert "Aisha" not in str([vars(row) for row in desk.rows(PostCheck)])
    assert [event.actor for event in desk.rows(CustodyEvent) if event.action == "post_checked"] == [
        "T. Eacher"
    ] * 2


@serves(
    "Market Drayton C/5", without=switch("monitor.pipeline.own_pages.post_checks._hard_words", lambda *_: ())
)
def test_the_school_would_speak_ill_of_a_parent_in_public(desk: Desk) -> None:
    hard = desk.check(
        "Mr Grubb is a disgusting liar and a thief, ignore that idiot", medium="text", judge=real_judge()
    )
    assert [spot.kind for spot in hard.problems] == ["speaks_ill"]
    kind = desk.check("Thank you to Mr Grubb for mending the gate", medium="text", judge=real_judge())
    assert kind.ok


@serves(
    "Market Drayton C/8",
    without=switch("classifiers.pupil_information.own_posts._of_name", lambda *_, **__: ()),
)
@pytest.mark.parametrize("picture", [True, False])
def test_surnames_of_the_team_would_be_published(desk: Desk, picture: bool) -> None:
    assert "surname" in kinds(desk, "Team: Khan, Quillfeather", picture=picture)
    assert kinds(desk, "Team: the whole of 4B, and how they ran", picture=picture) == []


def test_a_draft_that_was_dropped_would_be_asked_about(desk: Desk) -> None:
    number = desk.check("The pond at last has newts", pupils=["P1"], publishing=True).number
    assert tick(desk.site, number, Ticks(not_published=True), "T. Eacher") == ()
    assert [row.pupils for row in desk.rows(PostCheck)] == [[]]
    desk.wait(days=2)
    remind_of_devices(desk.site)
    assert desk.rows(OutgoingMail) == []


def test_the_command_answers_with_its_exit_status_and_gives_no_ids_away(desk: Desk) -> None:
    """A teacher runs it; a script of the website's editor goes by the status."""
    desk.consents(consent("P1", "website", start="2020-01-01"))
    config = ("--config", desk.settings_file)
    ok = run(*config, "check-post", "--channel", "website", "--pupil", "P1", "--by", "T. Eacher")
    assert ok.status == 0
    assert "there for all 1 shown" in ok.out
    not_ok = run(*config, "check-post", "-", "--channel", "x", "--pupil", "P1", "--pupil", "P2", "--record",
                 stdin=b"Well done Aisha")  # fmt: skip
    assert not_ok.status == 1
    assert "missing for 2 of 2 shown" in not_ok.out
    assert "P2" not in not_ok.out
    assert run(*config, "check-post", "--channel", "x", "--pupil", "P9").status == 1
    listed = run(*config, "consent", "checklist", "--json")
    assert '"open"' in listed.out
    ticked = run(*config, "consent", "tick", "2", "--appropriate", "--no-names", "--device-cleared")
    assert "nothing is open" in ticked.out
