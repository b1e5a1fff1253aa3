"""What `schoolwatch check` finds out about a page: token, expiry, permissions, version and clock."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from config.schema import Watch
from connectors.errors import ConnectorError
from connectors.facebook.graph_client import GraphClient
from connectors.interface import Account, Finding, Now
from connectors.times import parse_http_date

EXPIRY_WARNING = timedelta(days=14)
CLOCK_SKEW = timedelta(minutes=2)
PERMISSIONS = (
    "pages_show_list",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_engagement",
)
_PROBES = {
    Watch.OWN_POSTS: "published_posts",
    Watch.COMMENTS: "published_posts",
    Watch.MENTIONS: "tagged",
}
_EXPIRY = {"expires_at": "The token", "data_access_expires_at": "The token's access to data"}
_RENEW = "Renew it now; docs/setup/facebook.md says how."


class Check:
    def __init__(self, client: GraphClient, account: Account, now: Now) -> None:
        self._client = client
        self._account = account
        self._now = now

    def findings(self) -> list[Finding]:
        """Never raises; the first finding tells whether the token works at all."""
        self._client.session.deadline = None
        found = [*self._guarded("token", self._token)]
        if found and found[0].ok:
            found += self._guarded("version", self._version)
            found += self._guarded("clock", self._clock)
            found += self._guarded("expiry", self._expiry)
            found += self._probes()
        return [*found, *self._search()]

    def _guarded(self, subject: str, ask: Callable[[], Iterator[Finding]]) -> list[Finding]:
        try:
            return list(ask())
        except ConnectorError as problem:
            return [Finding(False, subject, str(problem), problem.mend)]
        except Exception as error:  # noqa: BLE001  a check that stops half way hides what it has found
            return [Finding(False, subject, f"The check itself failed ({type(error).__name__}).")]

    def _token(self) -> Iterator[Finding]:
        me = self._client.read("me", fields="id,name")
        if me.get("id") == self._account.account_id:
            yield Finding(True, "token", f"The token belongs to the page {self._account.account_id}.")
            return
        yield Finding(
            False,
            "token",
            "The token belongs to another page, or to a person.",
            "Make a page token for the page whose id is account_id; see docs/setup/facebook.md.",
        )

    def _version(self) -> Iterator[Finding]:
        served = self._header("facebook-api-version")
        ours = self._client.version
        if served == ours:
            yield Finding(True, "version", f"Facebook answers with Graph API {served}, as asked.")
            return
        told = (
            f"Facebook answers with Graph API {served}" if served else "Facebook names no Graph API version"
        )
        yield Finding(
            True, "version", f"{told}; {ours} was asked for.",
            "Set options.graph_version to a version that is still served.", warning=True,
        )  # fmt: skip

    def _clock(self) -> Iterator[Finding]:
        theirs = parse_http_date(self._header("date"))
        if theirs is None:
            return
        skew = abs(theirs - self._now())
        if skew <= CLOCK_SKEW:
            yield Finding(True, "clock", "This machine's clock agrees with Facebook's.")
            return
        yield Finding(
            False, "clock", f"This machine's clock and Facebook's differ by {int(skew.total_seconds())} s.",
            "Switch on time synchronisation (NTP) on this machine.",
        )  # fmt: skip

    def _header(self, name: str) -> str:
        last = self._client.session.last
        return last.headers.get(name, "") if last is not None else ""

    # -- what the token may do, and for how long ----------------------------------------------------

    def _expiry(self) -> Iterator[Finding]:
        app_id, secret = self._account.options.get("app_id"), self._account.credentials.get("app_secret")
        if not app_id or not secret:
            yield Finding(
                True, "expiry", "How long the token lasts cannot be told.",
                "Give options.app_id and the app_secret, so that its expiry can be watched.", warning=True,
            )  # fmt: skip
            return
        # As a form, because the token would stand in the address of a GET.
        answer = self._client.write(
            "debug_token",
            method="GET",
            input_token=self._account.credentials["page_token"],
            access_token=f"{app_id}|{secret}",
        )
        data = answer.get("data")
        if not isinstance(data, dict):
            yield Finding(True, "expiry", "Facebook did not say how long the token lasts.", warning=True)
            return
        if data.get("is_valid") is False:
            yield Finding(False, "expiry", "Facebook says that the token is not valid.", _RENEW)
        yield from self._dates(data)
        yield from self._scopes(data)

    def _dates(self, data: Mapping[str, Any]) -> Iterator[Finding]:
        for key, what in _EXPIRY.items():
            seconds = data.get(key)
            if not isinstance(seconds, int) or seconds <= 0:
                continue  # zero: it does not expire
            yield self._until(what, datetime.fromtimestamp(seconds, UTC))

    def _until(self, what: str, end: datetime) -> Finding:
        left = end - self._now()
        day = f"{end:%-d %B %Y}"
        if left <= timedelta(0):
            return Finding(False, "expiry", f"{what} ended on {day}.", _RENEW)
        soon = left <= EXPIRY_WARNING
        return Finding(True, "expiry", f"{what} ends on {day}.", _RENEW if soon else "", warning=soon)

    def _scopes(self, data: Mapping[str, Any]) -> Iterator[Finding]:
        granted = data.get("scopes")
        if not isinstance(granted, list):
            return
        missing = [name for name in PERMISSIONS if name not in granted]
        if missing:
            yield Finding(
                False, "permissions", f"The token lacks {', '.join(missing)}.",
                "Make the token again with all permissions that docs/setup/facebook.md lists.",
            )  # fmt: skip
            return
        yield Finding(True, "permissions", "The token has every permission that is needed.")

    def _probes(self) -> list[Finding]:
        """A real reading of each kind says more than a list of permissions."""
        edges = dict.fromkeys(_PROBES[watch] for watch in self._account.watch if watch in _PROBES)
        return [finding for edge in edges for finding in self._guarded(edge, partial(self._probe, edge))]

    def _probe(self, edge: str) -> Iterator[Finding]:
        self._client.read(f"{self._account.account_id}/{edge}", fields="id", limit=1)
        yield Finding(True, edge, f"/{edge} can be read.")

    def _search(self) -> list[Finding]:
        if Watch.SEARCH not in self._account.watch:
            return []
        return [
            Finding(
                True,
                "search",
                "Facebook has no public search; nothing is searched there.",
                "Take search out of this source's watch.",
                warning=True,
            )
        ]
