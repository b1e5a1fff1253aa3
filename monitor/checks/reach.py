"""Where the platforms answer, what a school filter must allow, and whom this machine trusts."""

from urllib.parse import urlsplit

from config.addresses import is_loopback
from config.schema import Settings
from config.secrets import SecretMissing
from monitor.checks.certificates import trusting, why_unusable
from monitor.checks.lines import CheckLine, failed, ok, warning
from monitor.checks.surroundings import Surroundings
from monitor.checks.way import Way

_FEW_AUTHORITIES = 10


def addresses(around: Surroundings) -> list[str]:
    """Where the sources' platforms answer, each once."""
    found = [
        address
        for source in around.settings.sources
        for address in _of(source.platform, source.base_url, around)
    ]
    return list(dict.fromkeys(found))


def _of(platform: str, base_url: str | None, around: Surroundings) -> list[str]:
    if base_url is not None:
        parts = urlsplit(base_url)
        return [f"{parts.scheme}://{parts.netloc}"]
    plugin = around.plugins.get(platform)
    return [f"https://{host}" for host in plugin.hosts if "*" not in host] if plugin else []


def allow_lines(around: Surroundings) -> list[CheckLine]:
    """The hosts that a filter must allow, for copying into a letter to whoever runs it."""
    wanted = sorted(_platform_hosts(around)) + _mail_hosts(around.settings)
    wanted += _authority_hosts(around.settings)
    return [ok("hosts to allow", ", ".join(wanted))] if wanted else []


def _platform_hosts(around: Surroundings) -> set[str]:
    sources = around.settings.sources
    known = [around.plugins[source.platform] for source in sources if source.platform in around.plugins]
    own = {urlsplit(source.base_url).hostname or "" for source in sources if source.base_url}
    outside = {host for plugin in known for host in plugin.hosts} | {
        host for host in own if not is_loopback(host)
    }
    return {f"{host} (TCP 443)" for host in outside}


def _mail_hosts(settings: Settings) -> list[str]:
    servers = [server for server in (settings.mail, settings.mail.second) if server is not None]
    return [f"{server.host} (TCP {server.port})" for server in servers if not is_loopback(server.host)]


def _authority_hosts(settings: Settings) -> list[str]:
    addresses = [urlsplit(authority.url) for authority in settings.evidence.authorities]
    return [
        f"{one.hostname} (TCP {one.port or (443 if one.scheme == 'https' else 80)})"
        for one in addresses
        if not is_loopback(one.hostname)
    ]


def bundle_lines(around: Surroundings) -> list[CheckLine]:
    """Whether network.ca_bundle can be used, and whether it holds more than the filter's own authority."""
    bundle = around.settings.network.ca_bundle
    if bundle is None:
        return []
    subject = "certificates (network.ca_bundle)"
    try:
        number = len(trusting(bundle).get_ca_certs())
    except OSError as error:
        return [
            failed(
                subject,
                f"{bundle} {why_unusable(error)}",
                "Give a file of certificates in PEM form that the service may read.",
            )
        ]
    if number < _FEW_AUTHORITIES:
        return [
            warning(
                subject,
                f"{bundle} holds {number}: hosts that the filter leaves unopened will not be trusted",
                "Put the public authorities (/etc/ssl/certs/ca-certificates.crt) into the same file.",
            )
        ]
    return [ok(subject, f"{bundle} holds {number}")]


def reach_lines(address: str, around: Surroundings) -> list[CheckLine]:
    """One look at a platform's address, without a token."""
    subject = f"way to {urlsplit(address).hostname or address}"
    try:
        proxy = around.settings.network.proxy_url(around.environment)
    except SecretMissing as error:
        mend = "Put the proxy's address there, or correct the reference."
        return [failed(subject, f"network.proxy: {error}", mend)]
    return [Way(subject, address, proxy, around.settings.network.ca_bundle, around).look()]
