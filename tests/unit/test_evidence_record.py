"""What a record says of an item, of the machine that saw it and of its clock."""

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.schema import Watch
from config.words import Surface
from connectors.interface import Author, Envelope, Item, Media, Stream
from monitor.evidence import machine
from monitor.evidence.identity import new_uid
from monitor.evidence.machine_clock import UNKNOWN, MachineClock, machine_clock, offset_to_host
from monitor.evidence.record import PageRecorder, api_of

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ITEM = Item(
    platform="x", external_id="17", version="18", stream=Stream(Watch.MENTIONS, "1"), surface=Surface.MENTION,
    text="as written \ud83d", url="https://x.com/somebody/status/18", posted_at=NOON,
    posted_at_raw="2026-11-20T12:00:00.000Z", raw=b"{}", author=Author("9", "somebody", "Some Body"),
    edited_at=NOON, media=(Media("photo", "https://pbs.example/1.jpg", "a gate"),), language="en",
    counts={"likes": 3},
)  # fmt: skip
ENVELOPE = Envelope(
    method="GET", url="https://api.x.com/2/tweets/search/recent?query=a", request_headers={"Authorization": "[hidden]"},
    status=200, response_headers={"date": "Fri, 20 Nov 2026 11:59:58 GMT"}, fetched_at=NOON, body_sha256="ab" * 32,
    body_bytes=7, server_address="192.0.2.7", certificate_sha256="cd" * 32,
)  # fmt: skip
SYNCED = MachineClock("adjtimex", synced=True, offset_ms=1, max_error_ms=20)


def record(item: Item = ITEM, clock: MachineClock = SYNCED, envelope: Envelope | None = ENVELOPE) -> Any:
    recorder = PageRecorder(
        school="Fernhill Primary", source="x-mentions", account="fernhillprimary", seen_at=NOON,
        envelope=envelope, tool={"software": "schoolwatch", "version": "1"}, clock=clock,
    )  # fmt: skip
    return json.loads(recorder.record(item, uid="u" * 36, raw_commit="ef" * 32))


def test_an_exhibit_would_lack_what_an_officer_asks_for() -> None:
    """Who, where, when and how are what hosts and police ask first."""
    made = record()
    assert made["schema"] == "schoolwatch-record-2"
    assert made["what"]["text"] == ITEM.text, "to the last code point"
    assert (made["what"]["language"], made["what"]["counts"], made["what"]["edited"]) == (
        "en",
        {"likes": 3},
        True,
    )
    assert made["what"]["media_not_fetched"][0]["fetched"] is False
    assert made["who"] == {"native_id": "9", "handle": "somebody", "display_name": "Some Body"}
    assert (made["where"]["host"], made["where"]["external_id"]) == ("x.com", "17")
    assert made["when"]["posted_raw"] == ITEM.posted_at_raw
    assert made["when"]["fetched_utc"] == made["when"]["seen_utc"] == "2026-11-20T12:00:00.000000+00:00"
    how = made["how"]
    assert how["api"] == {"name": "api.x.com", "version": "2"}
    assert (how["status"], how["redirects"], how["server_address"]) == (200, [], "192.0.2.7")
    assert len(how["envelope_sha256"]) == 64
    clock = made["when"]["clock"]
    assert (clock["synced"], clock["ahead_of_http_date_s"], clock["in_doubt"]) == (True, 2, False)


def test_an_address_of_a_picture_would_stand_in_what_outlives_the_suspicion() -> None:
    assert "pbs.example" not in json.dumps(record())


def test_what_is_not_known_would_be_guessed() -> None:
    made = record(replace(ITEM, language=None, counts={}, edited_at=None, author=None), UNKNOWN, None)
    assert (made["what"]["language"], made["what"]["counts"], made["what"]["edited"]) == (None, None, None)
    assert (made["who"], made["when"]["clock"]["synced"], made["when"]["clock"]["http_date"]) == (
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("clock", "behind", "in_doubt"),
    [
        (SYNCED, 0, False),
        (SYNCED, 5, False),
        (SYNCED, 6, True),
        (SYNCED, -6, True),
        (replace(SYNCED, synced=False), 0, True),
        (UNKNOWN, 0, False),
    ],
)
def test_a_doubtful_clock_would_not_be_owned_up_to(clock: MachineClock, behind: int, in_doubt: bool) -> None:
    envelope = replace(
        ENVELOPE, fetched_at=datetime(2026, 11, 20, 11, 59, 58, tzinfo=UTC) + timedelta(seconds=behind)
    )
    assert record(clock=clock, envelope=envelope)["when"]["clock"]["in_doubt"] is in_doubt


@given(st.text(max_size=60))
def test_a_strange_address_would_stop_the_intake(address: str) -> None:
    record(replace(ITEM, url=f"https://{address}"))
    api_of(f"https://{address}")


@given(st.none() | st.text(max_size=40))
def test_a_strange_date_header_would_stop_the_intake(date: str | None) -> None:
    assert offset_to_host(NOON, date) is None or date


def test_the_kernel_is_asked_without_any_privilege() -> None:
    said = machine_clock()
    assert said.source in ("adjtimex", "unknown")
    if said.source == "adjtimex":
        assert said.synced in (True, False)
        assert said.max_error_ms is not None


def test_ids_would_not_sort_by_time() -> None:
    uids = [new_uid(NOON + timedelta(milliseconds=number)) for number in range(50)]
    assert uids == sorted(uids)
    assert len({new_uid(NOON) for _ in range(1000)}) == 1000
    assert {(uuid.UUID(uid).version, uuid.UUID(uid).variant) for uid in uids} == {(7, uuid.RFC_4122)}


def test_which_software_made_a_record_would_stay_unknown(tmp_path: Path) -> None:
    assert machine.commit(tmp_path) is None
    git = tmp_path / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    assert machine.commit(tmp_path) is None
    (git / "packed-refs").write_text("# pack-refs\n" + "1" * 40 + " refs/heads/main\n")
    assert machine.commit(tmp_path) == "1" * 40
    (git / "refs" / "heads" / "main").write_text("2" * 40 + "\n")
    assert machine.commit(tmp_path) == "2" * 40
    (git / "HEAD").write_text("3" * 40 + "\n")
    assert machine.commit(tmp_path) == "3" * 40
