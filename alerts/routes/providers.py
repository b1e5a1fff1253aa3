"""Who can act on a page of a site that is not a large platform: from what DNS and RDAP say, in order.

The operator of the site can change the page, the network can take the machine off, the registrar can only
suspend the whole name, which is never asked for by itself (NEU 9.4). Pure: nothing here asks anybody.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.policy.hosts import OTHER, host_for_url


class Kind(StrEnum):
    SITE_OPERATOR = "site_operator"
    HOSTING = "hosting"
    REGISTRAR = "registrar"

    @property
    def can(self) -> str:
        return _CAN[self]


_CAN = {
    Kind.SITE_OPERATOR: "can change or remove the page",
    Kind.HOSTING: "can pass the report to its customer, or take the site off its network",
    Kind.REGISTRAR: "can only suspend the whole name; the head approves such a request",
}


@dataclass(frozen=True)
class Network:
    """What the registry of addresses says of one address of the site."""

    address: str
    name: str
    abuse: tuple[str, ...]


@dataclass(frozen=True)
class Registration:
    """What the registry of names says."""

    domain: str
    registrar: str
    abuse: tuple[str, ...]


@dataclass(frozen=True)
class LookedUp:
    """One look at a site's name, as it was answered then. `asked_at` is aware UTC."""

    site: str
    asked_at: datetime
    addresses: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    nameservers: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()
    registration: Registration | None = None
    problems: tuple[str, ...] = ()
    """What could not be learned, in words."""


@dataclass(frozen=True)
class AbuseContact:
    kind: Kind
    email: str
    of: str
    """Whose it is, as the registry names them."""
    note: str = ""


class NotForProviders(Exception):
    """A large platform: the way leads through its own reports and helplines. The text names it."""


_PLACEHOLDER = re.compile(
    r"^(no-?reply|donotreply|unread|nobody|redacted|please|not[-_.]?disclosed|hostmaster@(ripe|arin|apnic))"
    r"|@([\w.-]+\.)?(ripe|arin|apnic|lacnic|afrinic|iana|icann|nro)\.(net|org)$"
    r"|@(nic|nominet)(\.org)?\.uk$|@(example|invalid|test|localhost)(\.|$)|@example\.(com|net|org)$",
    re.IGNORECASE,
)
"""Addresses of the registries themselves, and those that say nobody reads them."""
_MAILBOX = re.compile(r"[^@\s<>,;]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_IN_BETWEEN = re.compile(r"cloudflare|fastly|akamai|incapsula|imperva|sucuri|bunny|stackpath", re.IGNORECASE)
_PASSES_ON = (
    "A delivery network stands before the site: it passes a report on to the host. Ask it who the host is."
)


def check_for_providers(url: str) -> None:
    """Raises NotForProviders for a platform of the registry that is its own host."""
    host = host_for_url(url)
    if host.platform != OTHER and not host.escalates_to_provider:
        raise NotForProviders(
            f"{host.title} is its own host; there is no provider above it to write to. {host.shown_route()}"
        )


def abuse_contacts(found: LookedUp) -> tuple[AbuseContact, ...]:
    """In the order in which they should be written to, each address once; never empty.

    Where a registry names nobody, the addresses that every mail domain should have stand in (RFC 2142).
    """
    contacts = [_by_custom("abuse", found), *_hosting(found), *_registrar(found)]
    if len(contacts) == 1:
        contacts.append(_by_custom("postmaster", found))
    return _once(contacts)


def _by_custom(mailbox: str, found: LookedUp) -> AbuseContact:
    domain = found.registration.domain if found.registration else found.site.removeprefix("www.")
    return AbuseContact(Kind.SITE_OPERATOR, f"{mailbox}@{domain}", found.site, _BY_CUSTOM)


def _hosting(found: LookedUp) -> list[AbuseContact]:
    return [
        AbuseContact(Kind.HOSTING, email, network.name, _note(network))
        for network in found.networks
        for email in _usable(network.abuse)
    ]


def _note(network: Network) -> str:
    return _PASSES_ON if _IN_BETWEEN.search(network.name) else ""


def _registrar(found: LookedUp) -> list[AbuseContact]:
    named = found.registration
    emails = _usable(named.abuse) if named else []
    return [AbuseContact(Kind.REGISTRAR, email, named.registrar if named else "") for email in emails]


_BY_CUSTOM = "Every mail domain should have this address (RFC 2142); nobody confirmed that it is read."


def _usable(emails: Iterable[str]) -> list[str]:
    return [one.strip() for one in emails if _MAILBOX.fullmatch(one.strip()) and not _PLACEHOLDER.search(one)]


def _once(contacts: Iterable[AbuseContact]) -> tuple[AbuseContact, ...]:
    kept: dict[str, AbuseContact] = {}
    for contact in contacts:
        kept.setdefault(contact.email.casefold(), contact)
    return tuple(kept.values())
