"""The shipped policy as data: hosts and their report routes, helplines.

Every fact says how well it is known. `confirmed = false` means that nobody has opened the route or asked
the service on a date that stands beside it; such a fact is never shown as certain.
"""

from config.policy.helplines import Helpline, helplines
from config.policy.hosts import Host, host_for, hosts
from config.policy.known import Confidence

__all__ = [
    "Confidence",
    "Helpline",
    "Host",
    "helplines",
    "host_for",
    "hosts",
]
