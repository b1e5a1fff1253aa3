"""From a source in the settings to a connector that can read it."""

from config.schema import Source
from config.secrets import SecretMissing
from connectors.errors import ConnectorError
from connectors.interface import Account, Connector, Plugin
from connectors.registry import plugins
from monitor.pipeline.own_pages.school_accounts import may_be_polled
from monitor.site import Site
from monitor.store.closed import closed_to_source


class SourceMisconfigured(ConnectorError):
    """The settings of a source cannot work; the text names the key and the mend."""


def plugin_of(source: Source) -> Plugin:
    known = plugins()
    if source.platform not in known:
        raise SourceMisconfigured(
            f"{source.name}: there is no connector for platform {source.platform!r}",
            mend=f"Use one of: {', '.join(known)}.",
        )
    return known[source.platform]


def connect(site: Site, source: Source) -> Connector:
    """A connector for one source; raises a ConnectorError that names what is missing."""
    plugin = plugin_of(source)
    _check_approved(site, source)
    account = Account(
        name=source.name,
        account=source.account,
        account_id=source.account_id,
        watch=source.watch,
        credentials=_credentials(source, plugin),
        search=source.search,
        base_url=source.base_url,
        options=source.options,
        proxy=_proxy(site, source),
        ca_bundle=site.settings.network.ca_bundle,
        closed=_closed(site, source),
    )
    return plugin.connect(account, site.now)


def _check_approved(site: Site, source: Source) -> None:
    with site.database.read() as session:
        why_not = may_be_polled(session, site, source)
    if why_not is not None:
        raise SourceMisconfigured(
            f"{source.name} is not read: {why_not}.",
            mend="Record it: `schoolwatch accounts`; docs/accounts.md says how.",
        )


def _closed(site: Site, source: Source) -> frozenset[str]:
    with site.database.read() as session:
        return closed_to_source(session, site.school_id, source.platform)


def _credentials(source: Source, plugin: Plugin) -> dict[str, str]:
    missing = [name for name in plugin.credential_names if name not in source.credentials]
    if missing:
        raise SourceMisconfigured(
            f"{source.name}: [sources.credentials] lacks {', '.join(missing)}",
            mend=f"docs/setup/{source.platform}.md says how to get them.",
        )
    try:
        return {name: reference.read() for name, reference in source.credentials.items()}
    except SecretMissing as error:
        raise SourceMisconfigured(f"{source.name}: {error}", mend="Put the secret there.") from error


def _proxy(site: Site, source: Source) -> str | None:
    try:
        return site.settings.network.proxy_url()
    except SecretMissing as error:
        raise SourceMisconfigured(
            f"{source.name}: network.proxy: {error}", mend="Put the secret there."
        ) from error
