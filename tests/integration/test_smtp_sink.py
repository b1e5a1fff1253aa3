"""The demo's mail server: what it takes it keeps, byte for byte and in order."""

import smtplib
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.mail.drafts import Draft
from alerts.mail.message import build_message, new_message_id
from alerts.mail.sink import MailSink
from alerts.mail.smtp import MailRefused, send
from config.schema import MailServer, Security

NOW = datetime(2026, 11, 21, 23, 10, tzinfo=UTC)


def deliver(sink: MailSink, subject: str, row: str = "1") -> bytes:
    message = build_message(
        Draft(subject, ".dot\nŴ – text\n", "<p>text</p>"),
        sender="watch@fernhill.example",
        sender_name="schoolwatch",
        to=["siân@fernhill.example"],
        message_id=new_message_id("fernhill.example", row),
        date=NOW,
    )
    server = MailServer(host=sink.host, port=sink.port, security=Security.NONE)
    send(server, message, ["siân@fernhill.example"], password=None, timeout=5, deadline=10)
    return message.as_bytes(policy=message.policy.clone(utf8=True))


def test_a_kept_mail_would_differ_from_the_sent_one(tmp_path: Path) -> None:
    with MailSink(tmp_path / "mail") as sink:
        sent = deliver(sink, "High: SW-2026-0042 on X")
    (kept,) = sink.messages()
    assert kept.name == "0001-high-sw-2026-0042-on-x.eml"
    assert kept.read_bytes() == sent


def test_mails_would_lie_in_no_order(tmp_path: Path) -> None:
    with MailSink(tmp_path) as sink:
        for number in range(12):
            deliver(sink, f"number {number}")
    assert [path.name for path in sorted(tmp_path.iterdir())] == [
        f"{number + 1:04}-number-{number}.eml" for number in range(12)
    ]


def test_a_second_demo_would_write_over_the_first(tmp_path: Path) -> None:
    for subject in ("first", "second"):
        with MailSink(tmp_path) as sink:
            deliver(sink, subject)
    assert [path.name for path in sink.messages()] == ["0001-first.eml", "0002-second.eml"]


@pytest.mark.parametrize(
    "subject", ["../../etc/passwd", "\x00/\\:*?", "Ŵŷ", "x" * 900, "=?utf-8?q?=2E=2E=2F?=", ""]
)
def test_a_subject_would_write_a_file_elsewhere(subject: str, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    with MailSink(folder) as sink:
        deliver(sink, subject)
    (kept,) = sink.messages()
    assert kept.parent == folder
    assert len(kept.name) < 80
    assert [path.name for path in tmp_path.iterdir()] == ["mail"]


def test_a_mail_with_a_broken_header_would_be_lost(tmp_path: Path) -> None:
    raw = b"Subject: =?utf-8?b?/////?= \xff\xfe\r\n bad\r\n\r\nbody\r\n"
    with MailSink(tmp_path) as sink, smtplib.SMTP(sink.host, sink.port, local_hostname="localhost") as client:
        client.sendmail("a@fernhill.example", ["b@fernhill.example"], raw)
    (kept,) = sink.messages()
    assert kept.read_bytes() == raw


def test_a_folder_that_went_away_would_swallow_the_mail(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    with MailSink(folder) as sink:
        folder.rmdir()
        folder.write_text("now a file")
        with pytest.raises(MailRefused) as caught:
            deliver(sink, "lost?")
    assert (caught.value.code, caught.value.permanent) == (451, False)


def test_a_stopped_sink_would_keep_its_port_or_a_connection(tmp_path: Path) -> None:
    with MailSink(tmp_path) as sink:
        held = socket.create_connection((sink.host, sink.port), timeout=5)
        held.recv(100)
    with held:
        assert held.recv(100) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((sink.host, sink.port), timeout=5)


def test_a_taken_port_would_hang_the_demo(tmp_path: Path) -> None:
    with MailSink(tmp_path) as sink, pytest.raises(OSError, match="in use"):
        MailSink(tmp_path, port=sink.port).start()
