"""The bytes of a mail: valid, the same at each try, and with no header that somebody else wrote."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.mail.addresses import BadAddress
from alerts.mail.drafts import Draft
from alerts.mail.message import build_message, new_message_id

NOW = datetime(2026, 11, 21, 23, 10, tzinfo=UTC)
DRAFT = Draft("High: SW-2026-0042 on X", "Look – at it.\n", "<p>Look – at it.</p>")


def build(draft: Draft = DRAFT, **changes: Any) -> EmailMessage:
    values: dict[str, Any] = {
        "sender": "watch@fernhill.example",
        "sender_name": "schoolwatch",
        "to": ["manager@fernhill.example"],
        "message_id": new_message_id("fernhill.example", "row-1"),
        "date": NOW,
    }
    return build_message(draft, **(values | changes))


def parsed(message: EmailMessage) -> EmailMessage:
    again = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert isinstance(again, EmailMessage)
    return again


def test_a_phone_would_show_raw_html_or_nothing() -> None:
    again = parsed(build())
    assert again.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in again.iter_parts()] == ["text/plain", "text/html"]
    plain = again.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().splitlines() == ["Look – at it."]


def test_holiday_answers_would_come_back_from_every_alert() -> None:
    assert build()["Auto-Submitted"] == "auto-generated"
    assert build()["X-Auto-Response-Suppress"] == "All"


def test_a_server_without_8bit_would_mangle_the_mail() -> None:
    data = build(Draft("Straße – Ŵ", "Siân 😀\n" * 50, "<p>Siân 😀</p>" * 200)).as_bytes()
    assert data.isascii()
    assert max(len(line) for line in data.split(b"\r\n")) <= 998
    assert parsed(build(Draft("Straße – Ŵ", "x\n", "x")))["Subject"] == "Straße – Ŵ"


def test_each_try_of_one_row_would_be_another_mail() -> None:
    assert build().as_bytes() == build().as_bytes()


def test_a_reminder_would_not_stand_under_its_alert() -> None:
    first = new_message_id("fernhill.example", "row-1")
    reply = build(message_id=new_message_id("fernhill.example", "row-2"), in_reply_to=first)
    assert (reply["In-Reply-To"], reply["References"]) == (first, first)


HOSTILE = [
    "x\r\nBcc: spy@evil.example",
    "x\nBcc: spy@evil.example",
    "x\rBcc: spy@evil.example",
    "x\r\n\r\nbody",
    "=?utf-8?q?x=0D=0ABcc:_spy@evil.example?=",
    "nul\x00lone\ud800\udfff",
    "\u202egro.live\u2028Bcc: spy@evil.example\x85Bcc: x",
    "long " * 400,
    "\n",
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=repr)
def test_a_line_break_in_a_field_would_add_a_recipient(hostile: str) -> None:
    message = build(
        Draft(hostile, hostile, hostile), sender_name=hostile, headers={"X-Schoolwatch-Reference": hostile}
    )
    assert_no_more_headers(message)


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=80))
def test_any_text_in_a_field_would_add_a_header_or_fail(subject: str, body: str, name: str) -> None:
    assert_no_more_headers(build(Draft(subject, body, body), sender_name=name))


def assert_no_more_headers(message: EmailMessage) -> None:
    again = parsed(message)
    assert set(map(str.lower, again.keys())) <= {
        "from", "to", "subject", "date", "message-id", "auto-submitted", "x-auto-response-suppress",
        "mime-version", "content-type", "x-schoolwatch-reference",
    }  # fmt: skip
    assert "Bcc" not in again
    assert [address.addr_spec for address in again["To"].addresses] == ["manager@fernhill.example"]
    assert [address.addr_spec for address in again["From"].addresses] == ["watch@fernhill.example"]
    assert b"\x00" not in message.as_bytes()


@pytest.mark.parametrize("name", ["Bcc", "To", "from", "X:Y", "X Y", "X\r\nBcc", "", "Content-Type", "Ü"])
def test_an_extra_header_would_replace_ours(name: str) -> None:
    with pytest.raises(ValueError, match="header"):
        build(headers={name: "x"})


@pytest.mark.parametrize(
    "address", ["", "x", "a@b@c", "a b@c.example", "a@b.example\r\nBcc: x@y.example", "a@", "@b"]
)
@pytest.mark.parametrize("field", ["sender", "to"])
def test_a_mistyped_address_would_go_to_somebody_else(field: str, address: str) -> None:
    with pytest.raises(BadAddress):
        build(**{field: [address] if field == "to" else address})


@pytest.mark.parametrize("bad", ["x", "<a@b>\r\nBcc: x@y", "<a b@c>", ""])
def test_a_made_up_message_id_would_break_the_headers(bad: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        build(message_id=bad)
    with pytest.raises(ValueError, match="Message-ID"):
        build(in_reply_to=bad)


def test_the_id_of_a_row_would_not_be_found_in_a_server_log() -> None:
    assert new_message_id("fernhill.example", "0193-7c5e") == "<schoolwatch.0193-7c5e@fernhill.example>"


@pytest.mark.parametrize("domain", ["", "a b", "a..b", "x\r\ny", "ex>ample"])
def test_an_id_with_a_broken_domain_would_break_the_headers(domain: str) -> None:
    with pytest.raises(BadAddress):
        new_message_id(domain, "row-1")


@given(st.text(max_size=60))
def test_a_message_id_would_change_or_not_fit_on_a_line(unique: str) -> None:
    made = new_message_id("fernhill.example", unique)
    assert made == new_message_id("fernhill.example", unique)
    assert f"Message-ID: {made}\r\n".encode() in build(message_id=made).as_bytes()


def test_a_long_domain_would_tear_the_message_id_apart() -> None:
    made = new_message_id("fernhill-primary-and-nursery-school.somewhere-shire.sch.uk", "0193" * 9)
    data = build(message_id=made, in_reply_to=made).as_bytes()
    assert data.count(made.encode()) == 3
    assert parsed(build(message_id=made))["Message-ID"] == made


@given(st.text(max_size=60), st.text(max_size=60))
def test_two_rows_would_share_a_message_id(one: str, other: str) -> None:
    """A mail program would show only one of the two alerts."""
    same = new_message_id("fernhill.example", one) == new_message_id("fernhill.example", other)
    assert same == (one == other)
