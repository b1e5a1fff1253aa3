"""An item's platform answer as WARC 1.1 (ISO 28500): what courts and archives can read and replay.

Four records in one gzip file: `warcinfo`; the `request`, without secrets; `metadata` of the answer, with its
status, headers and the hash of the whole page; and as `resource` the item's own object. The page itself is
not kept, because it holds what other people wrote. The same item always gives the same bytes.
"""

import io
import json
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from monitor.evidence.canonical import canonical_json

WARC = "raw.warc.gz"
_VERSION = "WARC/1.1"
_NAMESPACE = uuid.UUID("6f1d1d2e-52a4-5c1c-9a55-5e5eaa1e0b5d")
"""Any fixed UUID: a record's id follows from the item's and the record's kind (RFC 9562 §5.5)."""
_URI = "%/:?#@!$&'()*+,;=~-._"


def warc_gz(uid: str, record: bytes, envelope: bytes, raw: bytes) -> bytes:
    """`record` and `envelope` are the item's documents as canonical JSON; the envelope may be `null`."""
    said, came = json.loads(record), json.loads(envelope)
    out = io.BytesIO()
    writer = _Writer(out, uid, _moment(came["fetched_at"] if came else said["when"]["seen_utc"]))
    writer.info(said["tool"])
    if came:
        writer.request(came)
        writer.metadata(came)
    writer.resource(said["where"]["url"], raw)
    return out.getvalue()


class _Writer:
    def __init__(self, out: io.BytesIO, uid: str, date: str) -> None:
        self._writer = WARCWriter(out, gzip=True, warc_version=_VERSION)
        self._uid = uid
        self._date = date

    def info(self, tool: Mapping[str, Any]) -> None:
        lines = {
            "software": f"{tool['software']} {tool['version']}",
            "format": "WARC File Format 1.1",
            "description": f"item {self._uid}",
        }
        block = "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode()
        self._write("warcinfo", block, "application/warc-fields", {"WARC-Filename": WARC})

    def request(self, came: Mapping[str, Any]) -> None:
        parts = urlsplit(_uri(came["url"]))
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        # The library that asked adds this line by itself, so that it is not among the headers it was given.
        headers = {"Host": parts.netloc, **came["request_headers"]}
        head = StatusAndHeaders(
            f"{came['method']} {target or '/'} HTTP/1.1",
            list(headers.items()),
            is_http_request=True,
        )
        self._write("request", b"", "application/http; msgtype=request", self._asked(came), head)

    def metadata(self, came: Mapping[str, Any]) -> None:
        told = ("status", "response_headers", "body_sha256", "body_bytes", "certificate_sha256")
        block = canonical_json({name: came.get(name) for name in told})
        headers = self._asked(came) | {"WARC-Concurrent-To": self._id("request")}
        self._write("metadata", block, "application/json", headers)

    def resource(self, url: str, raw: bytes) -> None:
        headers = {"WARC-Target-URI": _uri(url) or f"urn:uuid:{self._uid}"}
        self._write("resource", raw, "application/json", headers)

    def _asked(self, came: Mapping[str, Any]) -> dict[str, str]:
        headers = {"WARC-Target-URI": _uri(came["url"])}
        # A proxy's address would name another server than the one that answered.
        if came.get("server_address") and not came.get("through_proxy"):
            headers["WARC-IP-Address"] = came["server_address"]
        return headers

    def _write(
        self, kind: str, block: bytes, content_type: str, headers: Mapping[str, str],
        http: StatusAndHeaders | None = None,
    ) -> None:  # fmt: skip
        own = {"WARC-Record-ID": self._id(kind), "WARC-Date": self._date, **headers}
        if kind != "warcinfo":
            own["WARC-Warcinfo-ID"] = self._id("warcinfo")
        one: ArcWarcRecord = self._writer.create_warc_record(
            headers.get("WARC-Target-URI"), kind, payload=io.BytesIO(block), length=len(block),
            warc_content_type=content_type, http_headers=http, warc_headers_dict=own,
        )  # fmt: skip
        self._writer.write_record(one)

    def _id(self, kind: str) -> str:
        return f"<urn:uuid:{uuid.uuid5(_NAMESPACE, f'{self._uid} {kind}')}>"


def _moment(utc: str) -> str:
    """`2026-11-20T08:00:00.000000+00:00` as WARC 1.1 writes it."""
    return utc.replace("+00:00", "Z")


def _uri(address: str) -> str:
    """An address without what cannot stand in a header line: white space, controls, letters beyond ASCII."""
    return quote(address.encode("utf-8", "surrogatepass"), safe=_URI)
