"""Notices about mail that came back, as mail servers really write them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.mail.bounce import NotABounce, read_bounce

OURS = "<schoolwatch.0f1e2d3c-1111-2222-3333-444455556666@fernhill.example>"


def notice(action: str = "failed", status: str = "5.1.1", said: str = "550 5.1.1 no such mailbox") -> bytes:
    """As Postfix writes it."""
    return f"""\
From: MAILER-DAEMON@mx.example.sch.uk (Mail Delivery System)
To: schoolwatch@fernhill.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.sch.uk
Arrival-Date: Mon, 16 Nov 2026 12:00:00 +0000 (GMT)

Final-Recipient: rfc822; manager@fernhill.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--B
Content-Type: text/rfc822-headers

From: schoolwatch <schoolwatch@fernhill.example>
To: manager@fernhill.example
Subject: High: SW-2026-0001 on X
Message-ID: {OURS}

--B--
""".encode()


def test_a_notice_of_a_real_server_would_not_be_understood() -> None:
    found = read_bounce(notice())
    assert (found.message_id, found.recipient, found.permanent) == (OURS, "manager@fernhill.example", True)
    assert "no such mailbox" in found.words


def test_a_delay_would_be_taken_for_the_end() -> None:
    assert read_bounce(notice("delayed", "4.4.1", "connection timed out")).permanent is False
    assert read_bounce(notice("", "4.4.1")).permanent is False


def test_a_receipt_would_be_taken_for_a_failure() -> None:
    with pytest.raises(NotABounce, match="delivered"):
        read_bounce(notice("delivered", "2.0.0"))


def test_a_server_that_writes_its_own_words_would_be_refused() -> None:
    found = read_bounce(f"Hi. This is the qmail-send program.\n\nMessage-ID: {OURS}\n".encode())
    assert (found.message_id, found.permanent, found.recipient) == (OURS, True, None)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "names no mail of schoolwatch"),
        (b"Message-ID: <someone@else.example>", "names no mail of schoolwatch"),
        (notice() + b"<schoolwatch.another@fernhill.example>", "more than one"),
        (b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MiB"),
    ],
)
def test_a_file_that_is_no_notice_would_mark_some_mail_as_failed(content: bytes, why: str) -> None:
    with pytest.raises(NotABounce, match=why):
        read_bounce(content)


@given(st.binary(max_size=200), st.integers(0, 900))
def test_a_damaged_notice_would_end_in_a_traceback(noise: bytes, place: int) -> None:
    whole = notice()
    with contextlib.suppress(NotABounce):
        read_bounce(whole[:place] + noise + whole[place:])
