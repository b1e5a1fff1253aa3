"""What X's answers mean when they are not data."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import requests

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
from connectors.network_errors import html_answer

_SLUG = re.compile(r"[A-Za-z0-9._-]{1,60}")


class ParameterRefused(ProtocolDrift):
    """HTTP 400: X names the parameters that it does not take."""

    def __init__(self, message: str, parameters: frozenset[str]) -> None:
        super().__init__(message)
        self.parameters = parameters


class OutcomeUnknown(Transient):
    """The connection or the platform failed after a write had left."""


def json_object(response: requests.Response) -> dict[str, Any] | None:
    """The body when it is a JSON object, else None."""
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def problem_suffix(problem: dict[str, Any]) -> str:
    """The last part of a problem's `type`: its host changed with the platform's name, this did not."""
    suffix = str(problem.get("type", "")).rstrip("/").rpartition("/")[2]
    return suffix if _SLUG.fullmatch(suffix) else ""


def refusal(response: requests.Response) -> ConnectorError | None:
    """The error that an answer is, or None when it carries data.

    Decided by status and by the suffix of the problem's type, never by its prose, which X rewords. The
    text repeats neither the request nor the prose: both may hold what people wrote.
    """
    web_page = html_answer(response)
    if web_page is not None:
        return web_page
    body = json_object(response)
    if 200 <= response.status_code < 300:
        return None if body is not None else ProtocolDrift("X answered something other than a JSON object.")
    problem = body or {}
    words = _words(response.status_code, problem)
    if problem_suffix(problem) == "usage-capped":
        return CreditsUsedUp(f"The usage cap of X's plan is reached ({words}).")
    return _by_status(response, problem, words)


def _by_status(response: requests.Response, problem: dict[str, Any], words: str) -> ConnectorError:
    status = response.status_code
    if status == 429:
        return RateLimited(f"X asks to slow down ({words}).", until=reset_time(response))
    if status == 400:
        return ParameterRefused(f"X did not take the request ({words}).", _parameters(problem))
    if status == 404 and not problem:
        return ProtocolDrift("X does not know the address of this call (HTTP 404).")
    if status in _BY_STATUS:
        kind, meaning = _BY_STATUS[status]
        return kind(f"{meaning} ({words}).")
    if status >= 500:
        return Transient(f"X failed ({words}).")
    return ProtocolDrift(f"X gave an answer that its documentation does not describe ({words}).")


_BY_STATUS: dict[int, tuple[type[ConnectorError], str]] = {
    401: (CredentialsRefused, "X does not accept the keys"),
    402: (CreditsUsedUp, "The X account has no credits left"),
    403: (PermissionMissing, "X does not allow this call with these keys"),
    404: (Gone, "X does not find it"),
    408: (Transient, "X took too long"),
}


def reset_time(response: requests.Response) -> datetime | None:
    """When the rate limit's window ends, if the answer says so."""
    try:
        return datetime.fromtimestamp(int(response.headers["x-rate-limit-reset"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def _words(status: int, problem: dict[str, Any]) -> str:
    reason = problem.get("reason")
    known = (problem_suffix(problem), reason if isinstance(reason, str) and _SLUG.fullmatch(reason) else "")
    return ", ".join([f"HTTP {status}", *(word for word in known if word and word != "about:blank")])


def _parameters(problem: dict[str, Any]) -> frozenset[str]:
    """The parameters that an `invalid-request` problem names, in its older form or its newer one."""
    named = {str(problem["parameter"])} if "parameter" in problem else set()
    errors = problem.get("errors")
    for error in errors if isinstance(errors, list) else []:
        parameters = error.get("parameters") if isinstance(error, dict) else None
        named.update(parameters if isinstance(parameters, dict) else ())
    text = json.dumps([problem.get("detail"), errors])
    return frozenset(named | {name for name in _NAMED_IN_PROSE if name in text})


_NAMED_IN_PROSE = ("tweet.fields", "post.fields", "expansions", "since_id", "pagination_token", "next_token")
