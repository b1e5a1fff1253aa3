"""What `schoolwatch check` tells about an X source. Each question costs one call and never raises."""

from collections.abc import Callable, Iterator
from typing import Any

from connectors.errors import ConnectorError, CredentialsRefused, CreditsUsedUp
from connectors.interface import Account, Finding, Now
from connectors.times import parse_http_date
from connectors.x.client import XClient

_SKEW_SECONDS = 60
_SHOWN_LIMIT = 10


def check(client: XClient, account: Account, now: Now) -> list[Finding]:
    """The account and its keys, what the keys may do, the clock, the rate limit and the plan's usage."""
    findings = [_account(client, account)]
    if client.last_answer is not None:
        findings += [*_clock(client, now), *_rights(client), *_rate(client)]
    if findings[0].ok:
        findings.append(_usage(client))
    return findings


def _account(client: XClient, account: Account) -> Finding:
    """The answer must be the account in the settings: X never tells us about another one."""

    def ask() -> Finding:
        data = _data(
            client.get_me()
            if client.has_user_keys
            else client.get_user(id=account.account_id, user_auth=False)
        )
        if data.get("id") != account.account_id:
            return Finding(
                False,
                "account",
                "The keys belong to another account.",
                "Make the keys as the school's account.",
            )
        handle = account.account.removeprefix("@")
        if str(data.get("username", "")).lower() != handle.lower():
            return Finding(
                True, "account", "The handle in the settings is not this account's handle now.",
                "Correct `account` for this source.", warning=True,
            )  # fmt: skip
        return Finding(True, "account", f"X knows @{handle} and accepts the keys.")

    return _asked("account", ask)


def _usage(client: XClient) -> Finding:
    """Asked with the bearer token, so this is also what shows whether searches may be asked."""

    def ask() -> Finding:
        try:
            data = _data(client.request("GET", "/2/usage/tweets").json())
        except (CredentialsRefused, CreditsUsedUp):
            raise
        except ConnectorError as error:
            # Not every plan may ask for its usage; that alone keeps nothing from being read.
            return Finding(True, "usage", str(error), error.mend, warning=True)
        used, cap = data.get("project_usage"), data.get("project_cap")
        return Finding(True, "usage", f"{used} of {cap} posts of this month's cap are read.")

    return _asked("usage", ask)


def _asked(subject: str, ask: Callable[[], Finding]) -> Finding:
    try:
        return ask()
    except CreditsUsedUp as error:
        return Finding(False, "credits", str(error), error.mend)
    except ConnectorError as error:
        return Finding(False, subject, str(error), error.mend)
    except (KeyError, AttributeError, TypeError, ValueError, RecursionError) as error:
        return Finding(False, subject, f"X's answer could not be read ({type(error).__name__}).")


def _clock(client: XClient, now: Now) -> Iterator[Finding]:
    theirs = parse_http_date(_headers(client).get("date"))
    if theirs is None:
        return
    skew = abs((now() - theirs).total_seconds())
    if skew > _SKEW_SECONDS:
        yield Finding(
            False,
            "clock",
            f"This machine's clock is {skew:.0f} s away from X's.",
            "Turn on time synchronisation.",
        )
    else:
        yield Finding(True, "clock", "This machine's clock agrees with X's.")


def _rights(client: XClient) -> Iterator[Finding]:
    if not client.has_user_keys:
        yield Finding(
            True, "permissions", "Reading only: X takes no hide or delete without the account's own keys.",
            "To hide replies, add the four keys of docs/setup/x.md.", warning=True,
        )  # fmt: skip
    elif _headers(client).get("x-access-level") == "read":
        yield Finding(
            True, "permissions", "The keys may read only; X will refuse to hide or delete.",
            "Set the app to Read and write, then make the access token again.", warning=True,
        )  # fmt: skip


def _rate(client: XClient) -> Iterator[Finding]:
    remaining = _headers(client).get("x-rate-limit-remaining", "")
    if remaining.isdecimal() and int(remaining) < _SHOWN_LIMIT:
        yield Finding(
            True, "rate limit", f"Only {remaining} calls are left in this quarter of an hour.",
            "Poll less often, or look for another program with the same keys.", warning=True,
        )  # fmt: skip


def _headers(client: XClient) -> Any:
    return client.last_answer.headers if client.last_answer is not None else {}


def _data(answer: Any) -> dict[str, Any]:
    data = answer.get("data")
    if not isinstance(data, dict):
        raise ValueError("no data")
    return data
