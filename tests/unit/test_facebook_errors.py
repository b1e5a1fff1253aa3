"""Graph's error codes and allowance headers."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from connectors.facebook.errors import RequestRefused, from_problem, from_status
from connectors.facebook.usage import Usage, read_usage

NOW = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("problem", "status", "kind"),
    [
        ({"code": 190, "error_subcode": 463}, 400, CredentialsRefused),
        ({"code": 102}, 400, CredentialsRefused),
        ({"code": 100, "message": "Invalid appsecret_proof provided"}, 400, CredentialsRefused),
        ({"code": 10}, 403, PermissionMissing),
        ({"code": 200}, 403, PermissionMissing),
        ({"code": 299}, 400, PermissionMissing),
        ({"code": 368}, 400, PermissionMissing),
        ({"code": 4}, 400, RateLimited),
        ({"code": 17}, 400, RateLimited),
        ({"code": 32}, 403, RateLimited),
        ({"code": 613}, 400, RateLimited),
        ({"code": 80001}, 400, RateLimited),
        ({"code": 80002}, 400, RateLimited),
        ({"code": 1}, 500, Transient),
        ({"code": 2}, 400, Transient),
        ({"code": 77, "is_transient": True}, 400, Transient),
        ({"code": 100, "error_subcode": 33}, 400, Gone),
        ({"code": 803}, 404, Gone),
        ({"code": 100}, 400, RequestRefused),
        ({"code": 2635}, 400, ProtocolDrift),
        ({"code": 999}, 400, ProtocolDrift),
        ({}, 404, Gone),
        ({}, 401, CredentialsRefused),
        ({}, 402, CreditsUsedUp),
        ({}, 403, PermissionMissing),
        ({}, 429, RateLimited),
        ({}, 503, Transient),
        ({"code": "190"}, 400, ProtocolDrift),
    ],
)
def test_the_wrong_person_would_be_told_to_mend_it(
    problem: dict[str, Any], status: int, kind: type[ConnectorError]
) -> None:
    assert type(from_problem(problem, status, Usage(), NOW)) is kind


@pytest.mark.parametrize(("subcode", "words"), [(460, "password"), (463, "expired"), (492, "role")])
def test_nobody_would_learn_why_the_token_is_refused(subcode: int, words: str) -> None:
    assert words in str(from_problem({"code": 190, "error_subcode": subcode}, 400, Usage(), NOW))


def test_a_locked_out_page_would_be_asked_again_at_once() -> None:
    entry = {"type": "pages", "call_count": 100, "total_time": 9, "estimated_time_to_regain_access": 19}
    usage = read_usage({"x-business-use-case-usage": json.dumps({"1": [entry]})})
    error = from_problem({"code": 80001}, 400, usage, NOW)
    assert isinstance(error, RateLimited)
    assert error.until == NOW + timedelta(minutes=19)


def test_a_limit_without_a_time_would_invent_one() -> None:
    error = from_problem({"code": 32}, 400, Usage(), NOW)
    assert isinstance(error, RateLimited)
    assert error.until is None


def test_the_token_would_stand_in_the_text_of_an_error() -> None:
    problem = {"code": 190, "message": "Bad token EAAsecret123 in access_token=EAAsecret123&x"}
    assert "EAAsecret123" not in str(from_problem(problem, 400, Usage(), NOW, ("EAAsecret123",)))


def test_a_long_message_would_fill_the_log() -> None:
    assert len(str(from_problem({"code": 1, "message": "x" * 5000}, 500, Usage(), NOW))) < 400


def test_an_http_status_alone_would_mean_nothing() -> None:
    assert "503" in str(from_status(503))


@pytest.mark.parametrize(
    ("share", "slow", "stop"),
    [(0, False, False), (74, False, False), (75, True, False), (94, True, False), (95, True, True)],
)
def test_the_page_would_be_locked_out_because_nobody_slowed_down(share: int, slow: bool, stop: bool) -> None:
    usage = read_usage({"x-app-usage": json.dumps({"call_count": 1, "total_time": share})})
    assert (usage.pause() is not None) is slow
    assert usage.must_stop is stop


def test_a_retry_after_would_be_overlooked() -> None:
    assert read_usage({"retry-after": "90"}).regain_after == timedelta(seconds=90)


@given(st.one_of(st.text(), st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
).map(json.dumps)))  # fmt: skip
def test_a_spoilt_header_would_stop_the_reading(text: str) -> None:
    usage = read_usage({"x-business-use-case-usage": text, "x-app-usage": text, "retry-after": text})
    assert usage.percent >= 0
    assert usage.until(NOW) is None or usage.until(NOW) >= NOW


@given(st.dictionaries(st.sampled_from(["code", "error_subcode", "message", "is_transient"]),
                       st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers())),
       st.integers(min_value=100, max_value=599))  # fmt: skip
def test_an_unknown_problem_would_escape_the_taxonomy(problem: dict[str, Any], status: int) -> None:
    assert isinstance(from_problem(problem, status, Usage(), NOW), ConnectorError)
