"""Hosts: where a post is reported, and who may do it (NEU 9.3, Huntington 8.7)."""

import re
from functools import cache
from urllib.parse import urlsplit

from config.policy.known import Fact, load
from config.words import Label

OTHER = "other"


class Host(Fact):
    platform: str
    """The name that `[[sources]]` uses, or one of our own for a host that is not polled."""
    title: str
    route: str
    """How a report is made, in a sentence."""
    who_may_report: str
    in_person_only: tuple[Label, ...] = ()
    """What it takes only from the person concerned, a parent or a legal representative (NEU 9.3)."""
    rules: tuple[str, ...]
    """What its own rules call what it takes down: a report names one of them (Huntington 8.7)."""
    domains: tuple[str, ...] = ()
    """Where its pages stand, with everything below them."""
    limits: str | None = None
    """What a report may hold, or how long it takes."""
    url: str | None = None
    """Where the route begins; None when it is inside the app."""
    reports_by_program: bool = False
    """Whether the host takes reports from a program (a person still presses send)."""
    escalates_to_provider: bool = False
    """Whether the hosting provider is a sensible next step; never so for a platform that is its own host."""
    warning: str | None = None
    """What whoever reports must know first."""

    def shown_route(self) -> str:
        """The route as it may be shown: an unconfirmed one says so."""
        return self._shown(self.route)

    def shown_who_may_report(self) -> str:
        return self._shown(self.who_may_report)


@cache
def hosts() -> dict[str, Host]:
    """Every host in the registry by its platform name; `other` stands for all the rest."""
    loaded = [Host.model_validate({"platform": name, **facts}) for name, facts in load("hosts.toml").items()]
    return {host.platform: host for host in loaded}


def host_for_url(url: str) -> Host:
    """The host whose pages stand at an address, or the general way for a site that is not in the registry."""
    name = site_name(url)
    return next((host for host in hosts().values() if name and _stands_on(name, host)), hosts()[OTHER])


def _stands_on(name: str, host: Host) -> bool:
    return any(name == domain or name.endswith(f".{domain}") for domain in host.domains)


def site_name(url: str) -> str | None:
    """The name of the site in an address, in small letters and as DNS spells it; None when there is none.

    An address may be typed without `https://`.
    """
    try:
        name = urlsplit(url.strip() if "//" in url else f"//{url.strip()}").hostname
        spelt = name.rstrip(".").encode("idna").decode("ascii") if name else ""
    except (UnicodeError, ValueError):
        return None
    return spelt if _NAME.fullmatch(spelt) else None


_NAME = re.compile(r"[a-z0-9._:-]+")


def host_for(platform: str) -> Host:
    """The host of a platform, or the general way (`other`) for one that is not in the registry."""
    return hosts().get(platform, hosts()[OTHER])
