"""The way to one platform: what stands between this machine and it, if anything.

A school filter can answer in a platform's place with a page of its own, open TLS with a certificate of
its own, refuse at the proxy, or let nothing through; each needs another mend, and none of them is a
fault of the platform.
"""

import http.client
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests
from urllib3.exceptions import NameResolutionError
from urllib3.util import make_headers

from config.addresses import is_loopback
from connectors.http import BoundedSession
from monitor.checks.certificates import issuer, looking
from monitor.checks.lines import CheckLine, failed, ok, warning
from monitor.checks.surroundings import Surroundings

ALLOW = (
    "Ask whoever runs the school's filter to allow this host without opening its TLS; "
    "see docs/setup/network.md."
)
_OPENED = (
    "The school's filter opens the connection. Ask for this host to be left unopened, or set "
    "network.ca_bundle to a file with the filter's own authority and the public ones; "
    "see docs/setup/network.md."
)
_PROXY_LOGIN = (
    'Give the whole address with name and password as a secret: proxy = { credential = "proxy-address" }.'
)
_START_IT = "This address is on this machine: see whether the program behind base_url runs."
_ANSWERS_OF_A_FILTER = frozenset({200, 403, 451, 511})
_PASSAGES: tuple[tuple[tuple[type[BaseException], ...], str, str], ...] = (
    (
        (NameResolutionError,),
        "its name cannot be looked up",
        "Check this machine's DNS, or set network.proxy.",
    ),
    ((requests.Timeout, TimeoutError), "no answer in time", f"A firewall may swallow it. {ALLOW}"),
    (
        (ssl.SSLError,),
        "the connection is cut while TLS begins",
        f"Filters do so to what they refuse. {ALLOW}",
    ),
    ((OSError,), "the connection is refused or cut", f"A firewall may do that. {ALLOW}"),
)
"""What broke on the way, the most telling first; requests' own errors are OSErrors too."""


@dataclass(frozen=True)
class Way:
    """One look at an address through the school's network, without a token."""

    subject: str
    address: str
    """Scheme, host and perhaps port; no path."""
    proxy: str | None = field(repr=False)
    bundle: Path | None
    around: Surroundings

    @property
    def host(self) -> str:
        return urlsplit(self.address).hostname or self.address

    def look(self) -> CheckLine:
        try:
            response = self._ask(self.bundle)
        except (requests.RequestException, OSError) as error:
            return self._unreached(error)
        if not response.headers.get("Age"):  # a stored answer tells the time of its storing
            self.around.note_time(self.host, response.headers.get("Date"))
        return self._answered(response)

    def _ask(self, bundle: Path | None) -> requests.Response:
        with BoundedSession(self.around.now, proxy=self.proxy, ca_bundle=bundle) as session:
            session.deadline = time.monotonic() + self.around.seconds * 0.4  # there may be a second look
            return session.get(self.address + "/")

    def _answered(self, response: requests.Response) -> CheckLine:
        status = response.status_code
        if status == 407:
            return self._failed("the proxy asks for a login", _PROXY_LOGIN)
        told = self._filter_page(response)
        if told is not None:
            return self._failed(f"a filter's page answers instead{told}", ALLOW)
        if status >= 500:
            mend = "Nothing to do here: try again later."
            return self._failed(f"the platform itself fails (HTTP {status})", mend)
        if status == 403 and _is_page(response):
            told = f"the platform refuses this machine with a page (HTTP 403{_title(response)})"
            return warning(self.subject, told, "If sources fail too, ask the platform's support.")
        return ok(self.subject, f"answers (HTTP {status})")

    def _filter_page(self, response: requests.Response) -> str | None:
        """What shows that something else answered in the host's place, or None."""
        status = response.status_code
        sent_to = urlsplit(response.headers.get("Location", "")).hostname
        if response.is_redirect and sent_to and not _same_site(sent_to, self.host):
            return None if self._is_genuine() else f": sent on to {sent_to}"
        if "X-Squid-Error" in response.headers:
            return f" (HTTP {status}{_title(response)})"
        if _is_page(response) and status in _ANSWERS_OF_A_FILTER and not self._is_genuine():
            return f" (HTTP {status}{_title(response)})"
        return None

    def _unreached(self, error: BaseException) -> CheckLine:
        causes = list(_causes(error))
        for cause in causes:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return self._untrusted(cause)
        if any(isinstance(cause, requests.exceptions.ProxyError) for cause in causes):
            return self._proxy_refused(" ".join(str(cause) for cause in causes))
        for kinds, told, mend in _PASSAGES:
            if any(isinstance(cause, kinds) for cause in causes):
                return self._failed(told, _START_IT if is_loopback(self.host) else mend)
        mend = "Check [network] and this source's base_url."
        return self._failed(f"cannot be tried ({type(error).__name__})", mend)

    def _proxy_refused(self, told: str) -> CheckLine:
        status = re.search(r"Tunnel connection failed: (\d{3})", told)
        if status is None:
            return self._failed(
                "the proxy cannot be reached", "Correct network.proxy, or see whether the proxy runs."
            )
        if status[1] == "407":
            return self._failed("the proxy asks for a login", _PROXY_LOGIN)
        if status[1].startswith("5"):
            return self._failed(
                f"the proxy cannot reach it (HTTP {status[1]})", "Ask whoever runs the proxy why."
            )
        return self._failed(f"the proxy refuses it (HTTP {status[1]})", ALLOW)

    def _untrusted(self, cause: ssl.SSLCertVerificationError) -> CheckLine:
        if self.bundle is not None and self._is_genuine():
            return self._failed(
                "its certificate is genuine, but network.ca_bundle does not hold the public authorities",
                "Put the public authorities (/etc/ssl/certs/ca-certificates.crt) into that file too.",
            )
        signed = self._signed_by()
        who = f", signed by {signed}" if signed else ""
        told = f"a foreign certificate answers{who} ({cause.verify_message})"
        if "expired" in cause.verify_message or "not yet valid" in cause.verify_message:
            return self._failed(told, f"See first that this machine's clock is right. {_OPENED}")
        return self._failed(told, _OPENED)

    def _is_genuine(self) -> bool:
        """Whether a public authority vouches for whoever answers: no filter can have that."""
        if urlsplit(self.address).scheme != "https":
            return False
        try:
            self._ask(None)
        except (requests.RequestException, OSError):
            return False
        return True

    def _signed_by(self) -> str:
        """Connects once more, only to look at the certificate."""
        with suppress(OSError, http.client.HTTPException):
            connection = self._looking_connection()
            try:
                connection.connect()
                if isinstance(connection.sock, ssl.SSLSocket):
                    return issuer(connection.sock.getpeercert(binary_form=True) or b"")
            finally:
                connection.close()
        return ""

    def _looking_connection(self) -> http.client.HTTPSConnection:
        target = urlsplit(self.address)
        proxy = urlsplit(self.proxy or "")
        first = proxy if proxy.hostname else target
        port = first.port or (80 if first.scheme == "http" else 443)
        seconds = self.around.seconds * 0.2
        connection = http.client.HTTPSConnection(
            first.hostname or "", port, timeout=seconds, context=looking()
        )
        if proxy.hostname:
            name, password = unquote(proxy.username or ""), unquote(proxy.password or "")
            login = f"{name}:{password}" if proxy.username else None
            connection.set_tunnel(self.host, target.port or 443, make_headers(proxy_basic_auth=login))
        return connection

    def _failed(self, message: str, mend: str) -> CheckLine:
        return failed(self.subject, message, mend)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it wraps, outermost first; urllib3 hides causes in `args` and `reason`."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            inner = (getattr(cause, "reason", None), *cause.args, cause.__cause__, cause.__context__)
            waiting += [found for found in inner if isinstance(found, BaseException)]


def _same_site(one: str, other: str) -> bool:
    """Whether two hosts share their last two names: close enough to tell a platform from a filter."""
    return one.lower().split(".")[-2:] == other.lower().split(".")[-2:]


def _is_page(response: requests.Response) -> bool:
    start = response.content[:200].lstrip().lower()
    return "html" in response.headers.get("Content-Type", "").lower() or start.startswith(
        (b"<!doctype", b"<html")
    )


def _title(response: requests.Response) -> str:
    match = re.search(r"<title[^>]*>([^<]{1,300})", response.text[:20_000], re.IGNORECASE)
    title = " ".join(match[1].split())[:80] if match else ""
    return f', "{title}"' if title.isprintable() and title else ""
