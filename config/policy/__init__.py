"""The shipped policy as data: hosts and their report routes, helplines, periods of retention.

Every fact says how well it is known. `confirmed = false` means that nobody has opened the route or asked
the service on a date that stands beside it; such a fact is never shown as certain.
"""

from config.policy.helplines import Helpline, helplines
from config.policy.hosts import Host, host_for, host_for_url, hosts, site_name
from config.policy.known import Confidence
from config.policy.retention import Period, retention_periods, shipped_periods

__all__ = [
    "Confidence",
    "Helpline",
    "Host",
    "Period",
    "helplines",
    "host_for",
    "host_for_url",
    "hosts",
    "retention_periods",
    "shipped_periods",
    "site_name",
]
