"""Which addresses a capture may reach: public web servers over https, and nothing inside the school.

Pure decisions. A page that somebody else wrote chooses what is fetched here, so it must not be able to reach
the school's own machines (server-side request forgery). Nothing here opens a connection.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

PORT = 443
LONGEST_URL = 4096
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")

_V4_REFUSED = tuple(ip_network(one) for one in ("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24"))
_V6_REFUSED = tuple(
    IPv6Network(one)
    for one in (
        "64:ff9b::/96",  # NAT64 (RFC 6052): another way to write an IPv4 address
        "64:ff9b:1::/48",  # NAT64 of a site's own (RFC 8215)
        "::/96",  # IPv4-compatible, given up
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated (RFC 2765)
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "fec0::/10",  # site-local, given up
    )
)
"""Addresses that Python of some versions calls global, and that lead to an IPv4 address of anybody's."""
_KNOWN_BY_DNS64 = frozenset({IPv4Address("192.0.0.170"), IPv4Address("192.0.0.171")})

Ip = IPv4Address | IPv6Address


class NotAllowed(Exception):
    """An address that a capture may not reach. The text says which, and why."""


@dataclass(frozen=True)
class Target:
    """A web server by its name, and what is asked of it."""

    host: str
    """In small letters and ASCII, without a dot at the end."""
    path: str
    """With the query; begins with a slash."""

    @property
    def url(self) -> str:
        return f"https://{self.host}{self.path}"


def target_of(url: str) -> Target:
    """An https address with a name for its host. Raises NotAllowed."""
    if len(url) > LONGEST_URL or any(ord(letter) < 0x21 or letter in "\\\x7f" for letter in url):
        raise NotAllowed("the address is too long or holds blanks or control characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotAllowed("the address cannot be read") from error
    if parts.scheme != "https":
        raise NotAllowed(f"{parts.scheme or 'no scheme'}: only https is fetched")
    if "@" in parts.netloc:
        raise NotAllowed("the address carries a user name or password")
    if port not in (None, PORT):
        raise NotAllowed(f"port {port}: only port {PORT} is reached")
    host = host_name(parts.hostname or "")
    path = _ascii(parts.path or "/") + (f"?{_ascii(parts.query)}" if parts.query else "")
    return Target(host, path)


def host_name(host: str) -> str:
    """A DNS name as it is asked for: IDNA, small letters, no dot at the end. Raises NotAllowed."""
    try:
        name = host.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise NotAllowed("the host's name cannot be read") from error
    labels = name.split(".")
    # A name whose last part is a number is an IPv4 address in some spelling (WHATWG URL, "ends in a number").
    is_number = re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]) is not None
    if len(labels) < 2 or is_number or len(name) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise NotAllowed(f"{host[:80]!r} is not the name of a public web server")
    return name


def _ascii(text: str) -> str:
    return "".join(letter if letter.isascii() else _percent(letter) for letter in text)


def _percent(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "replace"))


def public_address(host: str, answers: Iterable[str], local_nat64: Iterable[IPv6Network] = ()) -> str:
    """The one address to dial of those that a name resolved to, IPv4 first. Raises NotAllowed.

    One answer that is not public refuses the name: a server with one foot inside the school is a trap.
    """
    found = sorted({_address(host, answer) for answer in answers}, key=lambda one: (one.version, int(one)))
    if not found:
        raise NotAllowed(f"{host} has no address")
    for one in found:
        why = _why_not(one, tuple(local_nat64))
        if why:
            raise NotAllowed(f"{host} leads to {one}, {why}")
    return str(found[0])


def _address(host: str, answer: str) -> Ip:
    try:
        return ip_address(answer)  # one with a zone (fe80::1%eth0) stays as it is, and is not global
    except ValueError as error:
        raise NotAllowed(f"{host} resolved to something that is no address") from error


def _why_not(address: Ip, local_nat64: tuple[IPv6Network, ...]) -> str | None:
    refused = _V4_REFUSED if address.version == 4 else (*_V6_REFUSED, *local_nat64)
    if any(address in network for network in refused):
        return "an address that stands for another one or for a network between"
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return "which is not a public address"
    return None


def nat64_prefixes(answers: Iterable[str]) -> tuple[IPv6Network, ...]:
    """A site's own NAT64 prefixes (/96), from the answers for `ipv4only.arpa` (RFC 7050)."""
    found = [ip_address(answer) for answer in answers]
    return tuple(
        IPv6Network((int(one) >> 32 << 32, 96))
        for one in found
        if isinstance(one, IPv6Address) and IPv4Address(int(one) & 0xFFFFFFFF) in _KNOWN_BY_DNS64
    )
