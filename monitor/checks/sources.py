"""The sources: is the platform known, are the secrets there, and what does the connector itself say?"""

import difflib

from config.schema import Source
from config.secrets import SecretMissing
from connectors.interface import Account, Connector, Finding, Plugin
from monitor.checks.lines import CheckLine, State, failed, ok, warning
from monitor.checks.surroundings import Surroundings


def source_lines(source: Source, around: Surroundings) -> list[CheckLine]:
    subject = f"source {source.name}"
    plugin = around.plugins.get(source.platform)
    if plugin is None:
        return [_unknown_platform(subject, source.platform, sorted(around.plugins))]
    problems = _credential_lines(subject, source, plugin)
    if any(line.state is State.FAILED for line in problems):
        return problems
    try:
        account = _account(source, around)
    except SecretMissing as error:
        return [*problems, failed(subject, str(error), "Put the secret there, or correct the reference.")]
    return [*problems, *_ask(subject, plugin, account, around)]


def _unknown_platform(subject: str, platform: str, known: list[str]) -> CheckLine:
    nearest = difflib.get_close_matches(platform.casefold(), known, n=1)
    meant = f'; did you mean "{nearest[0]}"?' if nearest else ""
    return failed(
        subject,
        f'platform "{platform}" is not known{meant}',
        f"Use one of: {', '.join(known)}; or install the package that brings this platform.",
    )


def _credential_lines(subject: str, source: Source, plugin: Plugin) -> list[CheckLine]:
    page = f"docs/setup/{plugin.platform}.md says where it comes from."
    missing = [name for name in plugin.credential_names if name not in source.credentials]
    known = {*plugin.credential_names, *plugin.optional_credentials}
    unknown = [name for name in source.credentials if name not in known]
    lines = [failed(subject, f"credentials.{name} is missing", f"Add it; {page}") for name in missing]
    expected = f"{plugin.title} knows: {', '.join(sorted(known)) or 'none'}."
    return [*lines, *(warning(subject, f"credentials.{name} is not used", expected) for name in unknown)]


def _account(source: Source, around: Surroundings) -> Account:
    network = around.settings.network
    return Account(
        name=source.name,
        account=source.account,
        account_id=source.account_id,
        watch=source.watch,
        credentials={name: where.read(around.environment) for name, where in source.credentials.items()},
        search=source.search,
        base_url=source.base_url,
        options=source.options,
        proxy=network.proxy_url(around.environment),
        ca_bundle=network.ca_bundle,
    )


def _ask(subject: str, plugin: Plugin, account: Account, around: Surroundings) -> list[CheckLine]:
    connector: Connector = plugin.connect(account, around.now)
    try:
        return [_line(subject, finding) for finding in connector.check()]
    finally:
        connector.close()


def _line(subject: str, finding: Finding) -> CheckLine:
    told = f"{subject}: {finding.subject}"
    if not finding.ok:
        return failed(told, finding.message, finding.mend)
    return warning(told, finding.message, finding.mend) if finding.warning else ok(told, finding.message)
