"""raw.warc.gz, as warcio (the library of the web archives) reads it back."""

import io
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from monitor.evidence.canonical import canonical_json
from monitor.evidence.warc import warc_gz

UID = "01a1f8d3-ea00-73ed-bdb1-d00db206e270"
RAW = b'{"id":"1","text":"the caf\\u00e9"}'


def record(url: str = "https://x.com/a/status/1") -> bytes:
    return canonical_json(
        {
            "tool": {"software": "schoolwatch", "version": "1.2"},
            "where": {"url": url},
            "when": {"seen_utc": "2026-11-20T08:00:00.000001+00:00"},
        }
    )


def envelope(**changed: Any) -> bytes:
    return canonical_json(
        {
            "method": "GET",
            "url": "https://api.x.com/2/tweets?q=a b&access_token=[hidden]",
            "request_headers": {"Authorization": "[hidden]", "Accept": "*/*"},
            "status": 200,
            "response_headers": {"Date": "Fri, 20 Nov 2026 08:00:00 GMT"},
            "fetched_at": "2026-11-20T08:00:00.123456+00:00",
            "body_sha256": "ab" * 32,
            "body_bytes": 5,
            "server_address": "192.0.2.7",
            "certificate_sha256": "cd" * 32,
            "through_proxy": False,
            **changed,
        }
    )


def read(content: bytes) -> list[tuple[str, Any, bytes]]:
    """Type, headers and block of every record, each block checked against its digest."""
    found = []
    for one in ArchiveIterator(io.BytesIO(content), check_digests="raise"):
        block = one.content_stream().read()
        assert one.digest_checker.passed
        found.append((one.rec_type, one, block))
    return found


def test_a_court_s_archive_could_not_open_what_we_kept() -> None:
    kinds = {kind: (one, block) for kind, one, block in read(warc_gz(UID, record(), envelope(), RAW))}
    assert list(kinds) == ["warcinfo", "request", "metadata", "resource"]
    one, block = kinds["resource"]
    assert (block, one.rec_headers["WARC-Target-URI"]) == (RAW, "https://x.com/a/status/1")
    request = kinds["request"][0]
    assert request.http_headers.statusline.endswith(" HTTP/1.1")
    assert request.http_headers.get_header("Host") == "api.x.com"
    assert request.rec_headers["WARC-IP-Address"] == "192.0.2.7"
    told = json.loads(kinds["metadata"][1])
    assert (told["status"], told["body_sha256"]) == (200, "ab" * 32)
    assert {one.rec_headers["WARC-Date"] for one, _ in kinds.values()} == {"2026-11-20T08:00:00.123456Z"}
    assert {one.rec_headers.protocol for one, _ in kinds.values()} == {"WARC/1.1"}


def test_two_passes_over_one_item_would_write_two_truths() -> None:
    assert warc_gz(UID, record(), envelope(), RAW) == warc_gz(UID, record(), envelope(), RAW)


def test_a_proxy_s_address_would_pass_for_the_platform_s() -> None:
    content = warc_gz(UID, record(), envelope(through_proxy=True), RAW)
    assert all("WARC-IP-Address" not in str(one.rec_headers) for _, one, _ in read(content))


def test_an_item_that_came_on_no_page_would_have_no_archive() -> None:
    kinds = [kind for kind, _, _ in read(warc_gz(UID, record(), b"null", RAW))]
    assert kinds == ["warcinfo", "resource"]


@given(st.text(max_size=40), st.binary(max_size=60))
def test_an_odd_address_would_break_the_archive_or_add_a_header(address: str, raw: bytes) -> None:
    """A permalink is a stranger's text: a line break in it must not become a header of its own."""
    content = warc_gz(UID, record(f"https://x.com/{address}"), envelope(), raw)
    kind, one, block = read(content)[-1]
    assert (kind, block) == ("resource", raw)
    assert len(one.rec_headers.headers) == len(
        read(warc_gz(UID, record(), envelope(), raw))[-1][1].rec_headers.headers
    )
