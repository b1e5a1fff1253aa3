"""Addresses in the settings: of web servers, proxies, machines and mailboxes. Nothing is looked up."""

import ipaddress
import re
from typing import Annotated
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pydantic import AfterValidator

_MAILBOX = re.compile(r"[^\s@<>,;:\"()\\]{1,64}@[^\s@<>,;:\"()\\]{1,255}")
_HOST = re.compile(r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.?)+")
_SECRET_WORDS = re.compile(
    r"token|secret|passw|passphrase|api_?key|private_?key|credential|bearer", re.IGNORECASE
)
IN_CLEAR = (
    "a secret must not stand in this file; "
    'write { env = "NAME" }, { file = "PATH" } or { credential = "NAME" } instead'
)


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address is this machine itself."""
    name = (host or "").strip("[]").rstrip(".").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def names_a_secret(key: str) -> bool:
    """Whether a key's name says that its value is a secret."""
    return _SECRET_WORDS.search(key) is not None


def looks_like_a_secret(value: str) -> bool:
    """Long, without spaces, and mixed as only machines write: never to be shown."""
    if len(value) < 20 or re.search(r"\s", value) or not re.search(r"\d", value):
        return False
    lower, upper = re.search(r"[a-z]", value), re.search(r"[A-Z]", value)
    return bool(lower and upper) or len(value) >= 40


def split(url: str) -> SplitResult:
    """The parts of a URL; raises ValueError that does not repeat the URL."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError(
            "found an address that cannot be read; expected e.g. https://example.org:443"
        ) from None
    return parts


def holds_a_password(url: str) -> bool:
    parts = split(url)
    named = any(names_a_secret(key) for key, _ in parse_qsl(parts.query))
    return (
        parts.password is not None
        or named
        or (parts.scheme.startswith("http") and parts.username is not None)
    )


def _checked(value: str, schemes: tuple[str, ...]) -> SplitResult:
    if holds_a_password(value):
        raise ValueError(f"found a password or token inside the address; {IN_CLEAR}")
    parts = split(value)
    if parts.scheme not in schemes or not parts.hostname:
        expected = " or ".join(f"{scheme}://" for scheme in schemes)
        raise ValueError(f"expected an address that starts with {expected} and names a host")
    return parts


def web_address(value: str) -> str:
    parts = _checked(value, ("https", "http"))
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError(
            "found http://, which anybody on the way can read; expected https:// (http only for this machine)"
        )
    if parts.query or parts.fragment:
        raise ValueError(
            "found a ? or # part; expected only the beginning of the address, e.g. https://api.example.org"
        )
    return value.rstrip("/")


def authority_address(value: str) -> str:
    """Where a time-stamping authority answers: http will do, because what it answers is signed."""
    parts = _checked(value, ("https", "http"))
    if parts.query or parts.fragment:
        raise ValueError("found a ? or # part; expected the authority's whole address without one")
    return value


def proxy_address(value: str) -> str:
    _checked(value, ("http", "https"))
    return value


def mailbox(value: str) -> str:
    if _MAILBOX.fullmatch(value) is None or ".." in value:
        raise ValueError('expected one mail address such as "office@example.sch.uk"')
    return value


def host_name(value: str) -> str:
    bare = value.strip("[]")
    if _HOST.fullmatch(bare) is None and not _is_ip_address(bare):
        raise ValueError('expected a host name alone, such as "smtp.example.sch.uk" (no https://, no port)')
    return value


def _is_ip_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def listen_address(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
        raise ValueError('expected a host and a port, such as "127.0.0.1:8765"')
    host_name(host)
    return value


WebAddress = Annotated[str, AfterValidator(web_address)]
AuthorityAddress = Annotated[str, AfterValidator(authority_address)]
Mailbox = Annotated[str, AfterValidator(mailbox)]
HostName = Annotated[str, AfterValidator(host_name)]
ListenAddress = Annotated[str, AfterValidator(listen_address)]
