"""Hosts: where a post is reported, and who may do it (NEU 9.3, Huntington 8.7)."""

from functools import cache

from config.policy.known import Fact, load

OTHER = "other"


class Host(Fact):
    platform: str
    """The name that `[[sources]]` uses, or one of our own for a host that is not polled."""
    title: str
    route: str
    """How a report is made, in a sentence."""
    who_may_report: str
    url: str | None = None
    """Where the route begins; None when it is inside the app."""
    reports_by_program: bool = False
    """Whether the host takes reports from a program (a person still presses send)."""
    escalates_to_provider: bool = False
    """Whether the hosting provider is a sensible next step; never so for a large platform."""
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


def host_for(platform: str) -> Host:
    """The host of a platform, or the general way (`other`) for one that is not in the registry."""
    return hosts().get(platform, hosts()[OTHER])
