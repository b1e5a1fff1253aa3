"""What the network's failures mean, in the words of `connectors.errors`; the same for every platform."""

import json
import re
import ssl
from collections.abc import Iterator

import requests
import urllib3.exceptions as urllib3_errors

from connectors.errors import Blocked, ConnectorError, ProtocolDrift, Transient
from connectors.http import BodyTooLarge, NotSent

_FILTER_WORDS = re.compile(
    r"web ?filter|content ?filter|filtering|blocked|not allowed|access (?:is )?(?:denied|restricted)|"
    r"category|policy|smoothwall|securly|lightspeed|netsweeper|fortinet|fortiguard|sophos|zscaler|"
    r"barracuda|untangle|censornet|senso|squid|captive portal",
    re.IGNORECASE,
)
_FOREIGN_CERTIFICATE = (
    "The certificate of the answer was not signed by an authority that this machine trusts."
)


def translate_network_error(error: BaseException) -> ConnectorError:
    """A requests, urllib3, TLS or operating system error as ours; the text never holds an address."""
    if isinstance(error, ConnectorError):
        return error
    causes = list(_causes(error))
    for meaning in (_certificate, _proxy, _body, _passing, _settings):
        translated = meaning(causes)
        if translated is not None:
            return translated
    return ProtocolDrift(f"The answer could not be understood ({type(error).__name__}).")


def request_may_have_left(error: BaseException) -> bool:
    """False when it is certain that no request reached the platform, so that it may be sent again."""
    never_connected = (
        requests.exceptions.ConnectTimeout,
        requests.exceptions.ProxyError,
        ssl.SSLCertVerificationError,
        NotSent,
        urllib3_errors.NewConnectionError,
        urllib3_errors.ConnectTimeoutError,
    )
    return not any(isinstance(cause, never_connected) for cause in _causes(error))


def html_answer(response: requests.Response) -> ConnectorError | None:
    """What a web page in place of JSON means, or None when the answer is not a web page.

    Above 499 a platform's own edge answers in HTML and the fault passes. Below, a school filter's block
    page says so in its words or leads elsewhere; any other page is a change of the platform.
    """
    if response.is_redirect or response.is_permanent_redirect:
        return Blocked(f"The answer leads to another address (HTTP {response.status_code}).")
    if not _is_html(response):
        return None
    if response.status_code >= 500:
        return Transient(f"The platform's front answered HTTP {response.status_code} with a web page.")
    if _FILTER_WORDS.search(response.text[:20_000]):
        return Blocked(
            f"A web page that speaks of blocking came instead of data (HTTP {response.status_code})."
        )
    return ProtocolDrift(f"A web page came instead of data (HTTP {response.status_code}).")


def _is_html(response: requests.Response) -> bool:
    kind = response.headers.get("content-type", "").lower()
    start = response.content[:200].lstrip().lower()
    return "html" in kind or start.startswith((b"<!doctype", b"<html", b"<head", b"<body"))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and whatever it wraps in `reason`, `args` or `__cause__`, outermost first."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        inner = (getattr(cause, "reason", None), *cause.args, cause.__cause__, cause.__context__)
        waiting += [found for found in inner if isinstance(found, BaseException)]


def _certificate(causes: list[BaseException]) -> ConnectorError | None:
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Blocked(
            _FOREIGN_CERTIFICATE,
            mend="If the school's filter opens TLS, give its certificate as ca_bundle under [network].",
        )
    return None


def _proxy(causes: list[BaseException]) -> ConnectorError | None:
    if not any(isinstance(cause, requests.exceptions.ProxyError) for cause in causes):
        return None
    if any(" 407 " in f" {cause} " for cause in causes):
        return Blocked("The proxy asks for a login.", mend="Correct the proxy under [network].")
    return Transient("The proxy could not be used.", mend="If it lasts, check the proxy under [network].")


def _body(causes: list[BaseException]) -> ConnectorError | None:
    if isinstance(causes[0], BodyTooLarge):
        return ProtocolDrift("The answer was larger than any page can be.")
    if isinstance(causes[0], json.JSONDecodeError):
        return ProtocolDrift("The answer was not JSON.")
    return None


def _passing(causes: list[BaseException]) -> ConnectorError | None:
    for kinds, words in _PASSING:
        for cause in causes:
            if isinstance(cause, kinds):
                return Transient(f"{words} ({type(cause).__name__}).")
    return None


_PASSING: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    # urllib3 counts both of these among its time-outs.
    ((urllib3_errors.NameResolutionError,), "The platform's name could not be looked up"),
    ((urllib3_errors.NewConnectionError,), "The connection was refused or could not be made"),
    ((requests.exceptions.Timeout, TimeoutError, urllib3_errors.TimeoutError), "The platform took too long"),
    (
        (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError),
        "The answer broke off",
    ),
    ((requests.exceptions.ConnectionError, ConnectionError, ssl.SSLError), "The connection failed"),
    ((urllib3_errors.HTTPError,), "The connection failed"),
)


def _settings(causes: list[BaseException]) -> ConnectorError | None:
    bad_address = (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)
    if isinstance(causes[0], (*bad_address, requests.exceptions.MissingSchema)):
        return ConnectorError("The address is not valid.", mend="Correct this source's base_url.")
    if isinstance(causes[0], OSError):
        return ConnectorError(
            f"A file for the connection could not be read ({type(causes[0]).__name__}).",
            mend="Check that ca_bundle under [network] names a readable file of certificates.",
        )
    return None
