"""Graph's error codes in the words of `connectors.errors` (Graph API, "Handling errors")."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from connectors.errors import (
    ConnectorError,
    CredentialsRefused,
    CreditsUsedUp,
    Gone,
    PermissionMissing,
    ProtocolDrift,
    RateLimited,
    Transient,
)
from connectors.facebook.usage import Usage
from connectors.redaction import scrub

_LONGEST_QUOTE = 200
_RATE_LIMITS = frozenset({4, 17, 32, 341, 613, *range(80000, 80100)})
_NO_SUCH_OBJECT = 33
_TOKEN_WORDS = {
    458: "the app was removed from the account",
    459: "the account must log in to Facebook and pass a checkpoint",
    460: "the password was changed",
    463: "the token has expired",
    464: "the account is not confirmed",
    467: "the token is no longer valid",
    492: "the person who made the token has lost their role on the page",
}


class RequestRefused(ProtocolDrift):
    """Graph did not like a parameter (code 100): an edge cursor of yesterday, or an unknown field."""


def from_problem(
    problem: Mapping[str, Any], status: int, usage: Usage, now: datetime, secrets: Iterable[str] = ()
) -> ConnectorError:
    """The `error` object of an answer as ours. `status` is the HTTP status, which the library hides."""
    code, subcode = _integer(problem.get("code")), _integer(problem.get("error_subcode"))
    said = _quote(problem, code, subcode, secrets)
    if code in _RATE_LIMITS or status == 429:
        return RateLimited(f"Facebook allows no more requests for now {said}", until=usage.until(now))
    return (
        _about_the_token(problem, code, subcode, said)
        or _about_permission(code, said)
        or _about_the_request(problem, code, subcode, said)
        or from_status(status, said)
    )


def from_status(status: int, said: str = "") -> ConnectorError:
    """What is left to say when Graph gave no code that we know."""
    text = f"Facebook answered HTTP {status} {said}".rstrip()
    if status >= 500:
        return Transient(text)
    kinds: dict[int, type[ConnectorError]] = {
        401: CredentialsRefused,
        402: CreditsUsedUp,
        403: PermissionMissing,
        404: Gone,
        429: RateLimited,
    }
    return kinds.get(status, ProtocolDrift)(text)


def _about_the_token(
    problem: Mapping[str, Any], code: int | None, subcode: int | None, said: str
) -> ConnectorError | None:
    if "appsecret_proof" in str(problem.get("message", "")):
        return CredentialsRefused(
            f"Facebook asks for a valid proof of the app secret {said}",
            mend="Give this source's app_secret, and check that it belongs to the app that made the token.",
        )
    if code in (102, 190):
        why = _TOKEN_WORDS.get(subcode or 0, "the token is not accepted")
        return CredentialsRefused(f"Facebook refused the page token: {why} {said}")
    return None


def _about_permission(code: int | None, said: str) -> ConnectorError | None:
    if code is None:
        return None
    if code in (3, 10) or 200 <= code <= 299:
        return PermissionMissing(f"The page token may not do this {said}")
    if code == 368:
        return PermissionMissing(
            f"Facebook has blocked this action for a time because of its policies {said}",
            mend="Look at Page quality in Facebook's own settings; nothing here can lift it.",
        )
    return None


def _about_the_request(
    problem: Mapping[str, Any], code: int | None, subcode: int | None, said: str
) -> ConnectorError | None:
    if code == 2635:
        return ProtocolDrift(
            f"This version of the Graph API is no longer served {said}",
            mend="Set options.graph_version of this source to a current version.",
        )
    if code in (1, 2) or problem.get("is_transient") is True:
        return Transient(f"Facebook failed in a way that passes {said}")
    if (code, subcode) == (100, _NO_SUCH_OBJECT) or code == 803:
        return Gone(f"There is no such thing for this token: taken away, or not ours to see {said}")
    if code == 100:
        return RequestRefused(f"Facebook did not accept the request {said}")
    return None


def _quote(problem: Mapping[str, Any], code: int | None, subcode: int | None, secrets: Iterable[str]) -> str:
    message = scrub(" ".join(str(problem.get("message", "")).split()), secrets)[:_LONGEST_QUOTE]
    numbers = f"code {code}" if subcode is None else f"code {code}/{subcode}"
    return f"({numbers}: {message})" if message else f"({numbers})"


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
