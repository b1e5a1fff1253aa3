"""Every refusal of X's is told by what a person has to do about it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import (
    Blocked,
    ConnectorError,
    CredentialsRefused,
    CreditsUsedUp,
    Gone,
    PermissionMissing,
    ProtocolDrift,
    RateLimited,
    Transient,
)
from connectors.x.errors import ParameterRefused, refusal

OLD = "https://api.twitter.com/2/problems/"
NEW = "https://api.x.com/2/problems/"


def answer(status: int, body: object, **headers: str) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response.headers.update(
        {"content-type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
    )
    return response


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (200, {"data": []}, None),
        (200, {"errors": [], "data": []}, None),
        (200, [], ProtocolDrift),
        (200, b"", ProtocolDrift),
        (200, b'{"data": [', ProtocolDrift),
        (200, b"[" * 100_000, ProtocolDrift),
        (200, b"\xff\xfe", ProtocolDrift),
        (204, b"", ProtocolDrift),
        (301, b"", ProtocolDrift),
        (400, {"title": "Invalid Request", "type": f"{NEW}invalid-request"}, ParameterRefused),
        (400, [], ParameterRefused),
        (401, {"title": "Unauthorized", "type": "about:blank"}, CredentialsRefused),
        (401, b"", CredentialsRefused),
        (402, {"title": "CreditsDepleted", "type": f"{NEW}credits"}, CreditsUsedUp),
        (402, {"title": "Payment Required", "type": f"{NEW}credits-depleted"}, CreditsUsedUp),
        (402, b"no json", CreditsUsedUp),
        (403, {"type": f"{OLD}client-forbidden", "reason": "client-not-enrolled"}, PermissionMissing),
        (403, {"type": f"{NEW}not-authorized-for-resource"}, PermissionMissing),
        (403, {"type": f"{OLD}usage-capped", "period": "Monthly"}, CreditsUsedUp),
        (429, {"type": f"{NEW}usage-capped"}, CreditsUsedUp),
        (403, [1, 2], PermissionMissing),
        (404, {"type": f"{NEW}resource-not-found"}, Gone),
        (404, b"", ProtocolDrift),
        (408, b"", Transient),
        (418, {}, ProtocolDrift),
        (429, {"type": "about:blank"}, RateLimited),
        (429, b"", RateLimited),
        (500, b"", Transient),
        (503, b"<html>over capacity</html>", Transient),
        (599, {}, Transient),
        (403, b"<html>This page is blocked by the web filter</html>", Blocked),
        (200, b"<html>Log in to the captive portal</html>", Blocked),
    ],
)
def test_a_refusal_would_be_told_as_something_else(
    status: int, body: object, meaning: type[ConnectorError] | None
) -> None:
    found = refusal(answer(status, body))
    assert type(found) is meaning if meaning else found is None


@pytest.mark.parametrize(
    ("header", "until"),
    [
        ("1794831300", datetime(2026, 11, 16, 12, 15, tzinfo=UTC)),
        ("soon", None),
        ("9" * 30, None),
        ("-1", datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_strange_reset_time_would_raise(header: str, until: datetime | None) -> None:
    found = refusal(answer(429, {}, x_rate_limit_reset=header))
    assert isinstance(found, RateLimited)
    assert found.until == until


@pytest.mark.parametrize(
    "body",
    [
        {"errors": [{"parameters": {"since_id": ["1"]}, "message": "m"}], "type": f"{OLD}invalid-request"},
        {"parameter": "since_id", "value": "1", "type": f"{NEW}invalid-request"},
        {"errors": [{"message": "'since_id' must be larger"}]},
        {"detail": "since_id is too old"},
    ],
)
def test_a_named_parameter_would_be_overlooked(body: dict[str, Any]) -> None:
    found = refusal(answer(400, body))
    assert isinstance(found, ParameterRefused)
    assert "since_id" in found.parameters


def test_an_error_would_repeat_what_somebody_wrote() -> None:
    body = {
        "title": "Forbidden",
        "detail": "query: Jane Pupil",
        "type": f"{NEW}Jane Pupil",
        "reason": "Jane Pupil",
    }
    for status in (400, 401, 403, 404, 429, 500):
        assert "Jane" not in str(refusal(answer(status, body)))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.integers(200, 599),
    json_values,
    st.dictionaries(st.sampled_from(["type", "errors", "detail", "reason", "parameter"]), json_values),
)
def test_a_strange_refusal_would_raise_something_else(
    status: int, body: object, problem: dict[str, Any]
) -> None:
    for one in (body, problem):
        found = refusal(answer(status, one))
        assert found is None or isinstance(found, ConnectorError)
        if status >= 400:
            assert found is not None
