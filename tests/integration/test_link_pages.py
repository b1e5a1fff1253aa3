"""The pages behind links: what a mail scanner, a stranger, a forger or a crash could do with them."""

import logging
import socket
import threading
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text
from support.clock import SettableClock
from support.monitor_bench import rows, school_with, send_all
from support.pages import CONSOLE, PUBLIC, Visitor, alert_link, own_link
from support.school import TestSchool

from monitor.console.serving import served_beside
from monitor.pipeline.handing_in.handed_in import hand_in, hand_in_suspected
from monitor.pipeline.handing_in.handing import Channel, Handing, Kind
from monitor.pipeline.handing_in.links import LinkPurpose, link_for
from monitor.pipeline.handing_in.wishes import invite
from monitor.pipeline.sealing_up.pictures import rule_on_pictures
from monitor.store.models import (
    CustodyEvent,
    Incident,
    OperatorAlert,
    OutgoingMail,
    Ruling,
    SinglePurposeLink,
    TakedownTask,
)


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    with school_with(tmp_path, clock, sqlite_database, more=CONSOLE) as opened:
        yield opened


def handed(school: TestSchool, text: str = "ABUSE of a teacher", *, suspected: bool = False) -> Incident:
    handing = Handing(
        kind=Kind.INFLAMMATORY,
        by="T. Teacher",
        channel=Channel.WHATSAPP,
        captured_at=school.clock.now(),
        place="a class group",
        text=text,
    )
    if suspected:
        hand_in_suspected(school.site, handing)
    else:
        hand_in(school.site, school.judge, handing)
    return rows(school, Incident)[-1]


def states(school: TestSchool) -> list[str]:
    return [task.state for task in rows(school, TakedownTask)]


def test_a_mail_scanner_that_opens_the_link_acknowledges_nothing(school: TestSchool) -> None:
    """The deputy would never be told, because a filter had “acknowledged” the alert."""
    link = alert_link(school.site, handed(school).id)
    before, noted = states(school), len(rows(school, CustodyEvent))
    visitor = Visitor(school.site).open(link)
    assert visitor.status == 200
    assert "Noted" not in visitor.page
    assert states(school) == before
    assert len(rows(school, CustodyEvent)) == noted
    assert rows(school, SinglePurposeLink)[-1].used_at is None


def test_the_button_takes_on_what_waits_for_this_person(school: TestSchool) -> None:
    """An alert that was pressed away but is still open would be nagged about all night."""
    link = alert_link(school.site, handed(school).id)
    visitor = Visitor(school.site).open(link).press(link)
    assert "A. Manager has seen it" in visitor.page
    assert "acknowledged" in states(school)
    again = Visitor(school.site).open(link).press(link)
    assert again.status == 200
    assert {task.decided_by for task in rows(school, TakedownTask)} == {None}


def test_nothing_of_the_post_or_of_any_name_stands_on_the_page(school: TestSchool) -> None:
    """Whoever looks over a shoulder, or finds the phone, would read it."""
    link = alert_link(school.site, handed(school, "ABUSE about Miss Larkspur").id)
    page = Visitor(school.site).open(link).page
    assert "Larkspur" not in page
    assert "class group" not in page


@pytest.mark.parametrize("fault", ["token", "purpose", "expired", "without_csrf"])
def test_what_is_forged_or_over_opens_nothing(school: TestSchool, fault: str) -> None:
    """A guessed, old or forged address would act in somebody's name."""
    link = alert_link(school.site, handed(school).id, hours=1)
    visitor = Visitor(school.site).open(link)
    if fault == "token":
        visitor.press(link[:-1] + ("A" if link[-1] != "A" else "B"))
    elif fault == "purpose":
        visitor.open(link.replace("/acknowledge/", "/wishes/"))
    elif fault == "expired":
        school.clock.advance(timedelta(hours=1))
        visitor.press(link)
    else:
        visitor.page = ""
        visitor.press(link)
    assert visitor.status in (400, 410)
    assert "acknowledged" not in states(school)


def test_the_database_holds_no_token_and_no_code(school: TestSchool) -> None:
    """A copy of the database would open every page."""
    address, code = own_link(school.site, handed(school).id)
    token = address.rpartition("/")[2]
    link = rows(school, SinglePurposeLink)[-1]
    with school.site.database.read() as session:
        stored = str(session.execute(text("SELECT * FROM single_purpose_links")).all())
    assert token not in stored
    assert code not in stored
    assert link.token_hash == sha256(token.encode()).hexdigest()
    assert len(token) * 6 >= 160


def test_five_wrong_codes_end_the_link_and_the_right_one_comes_too_late(school: TestSchool) -> None:
    """Whoever was forwarded the mail would try codes until one fits."""
    address, code = own_link(school.site, handed(school).id)
    visitor = Visitor(school.site).open(address)
    for _ in range(4):
        visitor.press(f"{address}/code", code="WRONGONE")
        assert visitor.status == 403
    assert visitor.press(f"{address}/code", code="WRONGONE").status == 410
    assert Visitor(school.site).open(address).status == 410
    assert rows(school, SinglePurposeLink)[-1].ended_at is not None
    assert code


def test_one_place_that_tries_many_links_is_shut_out_for_a_while(school: TestSchool) -> None:
    """Ten links with four tries each are forty tries."""
    incident = handed(school)
    pairs = [own_link(school.site, incident.id, person) for person in ("S1", "S2", "S3", "S4")]
    visitor = Visitor(school.site)
    for address, _ in pairs[:3]:
        visitor.open(address)
        for _ in range(4):
            visitor.press(f"{address}/code", code="nope")
    address, code = pairs[3]
    assert visitor.open(address).press(f"{address}/code", code=code).status == 429
    school.clock.advance(timedelta(minutes=16))
    assert visitor.open(address).press(f"{address}/code", code=code).status == 200


def test_the_code_is_forgotten_after_two_hours(school: TestSchool) -> None:
    """A tablet of the school would open the page for the next person who takes it."""
    address, code = own_link(school.site, handed(school).id)
    visitor = Visitor(school.site).open(address).press(f"{address}/code", code=code.lower())
    assert "Your page about" in visitor.page
    school.clock.advance(timedelta(hours=2))
    assert "Your code" in visitor.open(address).page
    assert visitor.press(address, police="yes").status == 403


def test_a_new_invitation_ends_the_earlier_one(school: TestSchool) -> None:
    """The mail that went to the wrong address would still open the page."""
    incident = handed(school)
    first, _ = own_link(school.site, incident.id)
    own_link(school.site, incident.id)
    assert Visitor(school.site).open(first).status == 410


def test_the_headers_let_nothing_in_from_elsewhere(school: TestSchool) -> None:
    """A page that loads from elsewhere tells elsewhere who opened it; one in a frame can be pressed unseen."""
    link = alert_link(school.site, handed(school).id)
    headers = Visitor(school.site).open(link).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    cookies = headers.getlist("Set-Cookie")
    assert len(cookies) == 1
    assert all(word in cookies[0] for word in ("__Host-", "HttpOnly", "Secure", "SameSite=Strict"))
    page = Visitor(school.site).open(link).page
    assert "<script" not in page
    assert "http" not in page.replace(PUBLIC, "")


def test_a_suspected_picture_shows_its_numbers_at_once_and_its_call_sheet_on_the_button(
    school: TestSchool,
) -> None:
    """Head and DSL would search for numbers while minutes count."""
    link = alert_link(school.site, handed(school, suspected=True).id, "B. Head")
    visitor = Visitor(school.site).open(link)
    assert "999" in visitor.page
    assert "CALL SHEET" not in visitor.page
    assert "CALL SHEET" in visitor.press(link).page


def test_a_link_from_before_the_suspicion_shows_the_manager_nothing_any_more(school: TestSchool) -> None:
    """Only the head and the DSL may know of it, whoever was mailed about the comment that it was before."""
    incident = handed(school)
    link = alert_link(school.site, incident.id)
    assert Visitor(school.site).open(link).status == 200
    reason = {"by": "B. Head", "reason": "told by a pupil"}
    rule_on_pictures(school.site, incident.reference, Ruling.SUSPECTED, **reason)
    visitor = Visitor(school.site).open(link)
    assert visitor.status == 410
    assert "indecent" not in visitor.page
    assert Visitor(school.site).open(alert_link(school.site, incident.id, "C. Lead")).status == 200


def test_without_a_public_address_there_is_no_link(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    """A mail with an address that leads nowhere is worse than one that names the command."""
    with school_with(tmp_path, clock, sqlite_database) as school:
        incident = handed(school)
        with school.site.database.write() as session:
            made = link_for(
                session, school.site, LinkPurpose.ACKNOWLEDGE, incident_id=incident.id, person="A. Manager"
            )
        assert made is None
        assert rows(school, SinglePurposeLink) == []


@pytest.fixture
def served(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    """A school whose pages really listen, on a port that is free at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    more = f'\n[console]\npublic_url = "http://127.0.0.1:{port}"\nlisten = "127.0.0.1:{port}"\n'
    with school_with(tmp_path, clock, sqlite_database, more=more) as opened:
        yield opened


def test_the_pages_are_served_beside_the_daemon_and_end_with_it(served: TestSchool) -> None:
    """A port that stays taken keeps the next start from serving."""
    link = alert_link(served.site, handed(served).id)
    with served_beside(served.site), urllib.request.urlopen(link, timeout=5) as answer:
        assert answer.status == 200
        assert b"SW-2026-0001" in answer.read()
        assert "Server" not in answer.headers
    assert not [one for one in threading.enumerate() if one.name == "pages"]
    with served_beside(served.site):
        pass
    assert rows(served, OperatorAlert) == []


def test_a_taken_port_is_told_and_stops_no_watching(served: TestSchool) -> None:
    """The daemon would die of a page, and nobody would watch."""
    host, _, port = served.site.settings.console.listen.rpartition(":")
    with socket.create_server((host, int(port))), served_beside(served.site):
        served.look()
    assert [alert.closed_at for alert in rows(served, OperatorAlert)] == [None]
    with served_beside(served.site):
        pass
    assert all(alert.closed_at for alert in rows(served, OperatorAlert))


def test_a_proxy_is_believed_only_where_the_settings_say_so(served: TestSchool) -> None:
    """Whoever sends a header could try codes from a thousand places."""
    link = alert_link(served.site, handed(served).id)
    asked = urllib.request.Request(link, headers={"X-Forwarded-Host": "elsewhere.example"})
    with served_beside(served.site), urllib.request.urlopen(asked, timeout=5) as answer:
        assert answer.status == 200


def test_a_fault_would_write_a_link_that_still_opens_into_the_log(
    school: TestSchool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever reads the journal could press it."""
    link = alert_link(school.site, handed(school).id)

    def broken(*_: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("monitor.console.link_pages.matter_of_link", broken)
    assert Visitor(school.site).open(link).status == 500
    assert "a fault" in caplog.text
    assert link.rpartition("/")[2] not in caplog.text


def test_a_visitor_who_leaves_early_would_leave_a_link_that_still_opens_in_the_log(
    served: TestSchool, caplog: pytest.LogCaptureFixture
) -> None:
    """The daemon writes what its web server says into the journal."""
    link = alert_link(served.site, handed(served).id)
    with caplog.at_level("INFO"), served_beside(served.site):
        # The words of waitress, which has the path by then and no way to say less.
        logging.getLogger("waitress").info("Client disconnected while serving %s", urlsplit(link).path)
    assert "disconnected while serving /acknowledge/" in caplog.text
    assert link.rpartition("/")[2] not in caplog.text


def test_the_address_of_an_invitation_would_stay_readable_in_the_outbox(school: TestSchool) -> None:
    """Beside the code that is given in person, it opens what a person wishes."""
    reference = handed(school).reference
    made = invite(school.site, reference, person="S1", email="teacher@fernhill.example", by="B. Head")
    send_all(school)
    told = next(one for one in school.mail.accepted if "teacher@fernhill.example" in one.recipients)
    token = made.address.rpartition("/")[2]
    assert token in told.message.get_body(("plain",)).get_content().replace("\n", "")
    assert all(token not in mail.text + mail.html for mail in rows(school, OutgoingMail))
