"""Where a site's name leads: its addresses, aliases and name servers, by DNS."""

from dataclasses import dataclass

import dns.exception
import dns.resolver
from dns.rdatatype import RdataType

LONGEST_SECONDS = 10.0


@dataclass(frozen=True)
class Names:
    addresses: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    nameservers: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def ask_dns(name: str, *, nameserver: str | None = None) -> Names:
    """What DNS says of a name. A fault is a problem in words, never an exception.

    `nameserver` is `ADDRESS:PORT`, for a school whose machines must ask one of their own.
    """
    resolver = _resolver(nameserver)
    found: dict[RdataType, tuple[str, ...]] = {}
    problems = []
    for kind in (RdataType.A, RdataType.AAAA, RdataType.CNAME):
        found[kind], problem = _ask(resolver, name, kind)
        problems += [problem] if problem else []
    nameservers, problem = _nameservers(resolver, name)
    problems += [problem] if problem else []
    return Names(
        addresses=found[RdataType.A] + found[RdataType.AAAA],
        aliases=found[RdataType.CNAME],
        nameservers=nameservers,
        problems=tuple(dict.fromkeys(problems)),
    )


def _resolver(nameserver: str | None) -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=nameserver is None)
    resolver.lifetime = LONGEST_SECONDS
    if nameserver is not None:
        address, _, port = nameserver.rpartition(":")
        resolver.nameservers, resolver.port = [address], int(port)
    return resolver


def _ask(resolver: dns.resolver.Resolver, name: str, kind: RdataType) -> tuple[tuple[str, ...], str | None]:
    try:
        answer = resolver.resolve(name, kind, raise_on_no_answer=False)
    except dns.resolver.NXDOMAIN:
        return (), f"DNS knows no {name}"
    except dns.exception.DNSException as error:
        return (), f"DNS did not answer about {name}: {type(error).__name__}"
    return tuple(sorted(one.to_text().rstrip(".") for one in answer.rrset or ())), None


def _nameservers(resolver: dns.resolver.Resolver, name: str) -> tuple[tuple[str, ...], str | None]:
    """Of the nearest name above that has any."""
    labels = name.split(".")
    for cut in range(len(labels) - 1):
        found, problem = _ask(resolver, ".".join(labels[cut:]), RdataType.NS)
        if found or problem:
            return found, problem
    return (), None
