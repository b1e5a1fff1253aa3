"""Asking an authority for a stamp, and looking up whether its certificates were revoked, over HTTP.

All goes the way that the connectors go: the school's proxy and ca_bundle, no redirect, no cookie, bounds on
bytes and time. What leaves the school is a digest and a random number (RFC 3161 §3.4).
"""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import requests
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from config.schema import Settings
from config.secrets import SecretMissing
from connectors.errors import Blocked, ConnectorError
from connectors.http import BodyTooLarge, BoundedSession
from connectors.network_errors import html_answer, translate_network_error
from monitor.clock import Now
from monitor.evidence.stamping.authority import Authority
from monitor.evidence.stamping.errors import NotStamped

LARGEST_REPLY = 64 * 1024
LARGEST_LIST = 1024 * 1024
"""A longer list of revoked certificates is not kept beside every stamp."""
SECONDS = 20.0
_WAIT = "Nothing to do unless it lasts: it is asked again by itself."
_ALLOW = "Ask whoever runs the school's filter to allow the authority's host; see docs/setup/timestamps.md."
_ADDRESS = "Check the address under url with what the authority publishes."


@dataclass(frozen=True)
class Line:
    """How this machine reaches the outside."""

    now: Now
    proxy: str | None = field(repr=False)
    ca_bundle: Path | None
    seconds: float = SECONDS
    """The bound of one exchange."""
    until: float | None = None
    """The bound of all together, in monotonic seconds."""

    def ending(self, until: float) -> "Line":
        return replace(self, until=until)

    def session(self, largest_body: int) -> BoundedSession:
        session = BoundedSession(
            self.now, proxy=self.proxy, ca_bundle=self.ca_bundle, largest_body=largest_body
        )
        session.headers["User-Agent"] = "schoolwatch"
        end = time.monotonic() + self.seconds
        session.deadline = end if self.until is None else min(end, self.until)
        return session


def outside_line(
    settings: Settings, now: Now, seconds: float = SECONDS, environment: Mapping[str, str] = os.environ
) -> Line:
    """The line of the settings. Raises NotStamped when the proxy's secret is missing."""
    try:
        proxy = settings.network.proxy_url(environment)
    except SecretMissing as error:
        raise NotStamped(
            f"network.proxy: {error}", "Put the proxy's address there, or correct the reference."
        ) from error
    return Line(now, proxy, settings.network.ca_bundle, seconds)


def new_request(note: bytes) -> bytes:
    """A request (DER) over SHA-256 of the note: with a random nonce, asking for the certificates."""
    builder = TimestampRequestBuilder().data(note).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=True).cert_request(cert_request=True).build().as_bytes()


def ask(authority: Authority, request: bytes, line: Line) -> bytes:
    """The authority's reply (DER), unread. Raises NotStamped."""
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    try:
        with line.session(LARGEST_REPLY) as session:
            response = session.post(authority.url, data=request, headers=headers)
    except BodyTooLarge as error:
        raise NotStamped(f"it answered with more than {LARGEST_REPLY} bytes", _ADDRESS) from error
    except (requests.RequestException, OSError, ValueError) as error:
        raise _unreached(translate_network_error(error)) from error
    page = html_answer(response)
    if page is not None:
        raise _unreached(page)
    if response.status_code != 200:
        passing = response.status_code >= 500 or response.status_code in (408, 429)
        raise NotStamped(
            f"it answered HTTP {response.status_code}", _WAIT if passing else _ADDRESS, passing=passing
        )
    return response.content


def _unreached(error: ConnectorError) -> NotStamped:
    words = str(error).replace("platform", "authority").rstrip(".")
    if isinstance(error, Blocked):
        return NotStamped(words, _ALLOW if error.mend == Blocked.mend else error.mend)
    mend = _WAIT if error.retryable and error.mend == type(error).mend else error.mend
    own = mend if error.mend != type(error).mend or error.retryable else _ADDRESS
    return NotStamped(words, own, passing=error.retryable)


def fetched(url: str, line: Line, *, body: bytes | None = None, kind: str = "") -> bytes:
    """What an address that a certificate names answers. Raises requests' errors, ValueError for a status."""
    headers = {"Content-Type": kind} if kind else {}
    with line.session(LARGEST_LIST) as session:
        response = session.request("GET" if body is None else "POST", url, data=body, headers=headers)
    if response.status_code != 200:
        raise ValueError(f"HTTP {response.status_code}")
    return response.content
