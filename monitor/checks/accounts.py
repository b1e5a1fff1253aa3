"""Whether each account that is to be read was assessed and approved (Market Drayton A and C)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from config.addresses import is_loopback, split
from config.schema import Settings, Source
from monitor.checks.asking import answer_of, database_missing
from monitor.checks.lines import CheckLine, failed, ok, warning

MEND = (
    "Fill in `schoolwatch letters new risk_assessment`, then `schoolwatch accounts add` and "
    "`accounts approve`; docs/accounts.md says how. Nothing of it is read before."
)


@dataclass(frozen=True)
class Account:
    """What is on record about the account of one source."""

    why_not_read: str | None
    remarks: tuple[str, ...] = ()


Probe = Callable[[], Mapping[str, Account]]
"""Source → its account. Raises whatever the database raises."""


def account_lines(settings: Settings, probe: Probe) -> list[CheckLine]:
    """A line for each source beyond this machine. A database that cannot tell is told of in its own line."""
    outside = [source for source in settings.sources if not _answers_here(source)]
    if not outside:
        return []
    if database_missing(settings):
        return [failed(_subject(source), "nothing is on record yet", MEND) for source in outside]
    known = answer_of(probe) or {}
    return [
        line
        for source in outside
        if source.name in known
        for line in _lines(_subject(source), known[source.name])
    ]


def _lines(subject: str, account: Account) -> list[CheckLine]:
    if account.why_not_read is not None:
        return [failed(subject, f"it is not read: {account.why_not_read}", MEND)]
    remarks = [
        warning(subject, one, "`schoolwatch accounts` lists what is to do.") for one in account.remarks
    ]
    return remarks or [ok(subject, "assessed and approved")]


def _subject(source: Source) -> str:
    return f"account of {source.name}"


def _answers_here(source: Source) -> bool:
    return source.base_url is not None and is_loopback(split(source.base_url).hostname)
