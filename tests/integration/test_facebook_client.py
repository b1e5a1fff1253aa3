"""facebook-sdk against a Graph API on this machine: where the token goes, and what comes back wrong."""

import logging
import socket
import time
from collections.abc import Iterator

import facebook
import pytest
from support.clock import SettableClock

from config.schema import Watch
from connectors.errors import (
    Blocked,
    ConnectorError,
    CredentialsRefused,
    Gone,
    PermissionMissing,
    ProtocolDrift,
    RateLimited,
    Transient,
)
from connectors.facebook import PLUGIN
from connectors.facebook.connector import FacebookConnector
from connectors.facebook.graph_client import GraphClient, GraphSession, checked_version, is_graph_id
from connectors.facebook.loopback import FacebookLoopback
from connectors.interface import Account, Stream
from connectors.loopback import Fault

TOKEN = "EAAnotASecretOfAnybody0123456789"
SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def platform(clock: SettableClock) -> Iterator[FacebookLoopback]:
    with FacebookLoopback(clock.now) as running:
        yield running


def client_for(
    platform: FacebookLoopback, clock: SettableClock, *, secret: str | None = "right"
) -> GraphClient:
    app_secret = platform.app_secret if secret == "right" else secret
    session = GraphSession(
        clock.now, base_url=platform.base_url, token=platform.page_token, app_secret=app_secret
    )
    session.deadline = time.monotonic() + 5
    return GraphClient(session, platform.page_token, "v26.0", clock.now)


def unanswered_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def every_text(error: BaseException | None) -> str:
    """The error and all that hangs on it, as a traceback or a log would show it."""
    if error is None:
        return ""
    return f"{error!r} {error} {error.args} {every_text(error.__cause__)} {every_text(error.__context__)}"


def test_the_token_would_stand_in_addresses_and_forms(
    platform: FacebookLoopback, clock: SettableClock
) -> None:
    comment = platform.comment(platform.own_post("Fair", clock.now()), "No", "Ann", clock.now())
    client = client_for(platform, clock)
    client.read("me", fields="id")
    client.write(comment, is_hidden="true")
    client.remove(comment)
    assert [request.method for request in platform.requests] == ["GET", "POST", "DELETE"]
    for request in platform.requests:
        assert request.headers["Authorization"] == f"Bearer {platform.page_token}"
        assert platform.page_token not in str(request.query)
        assert platform.page_token.encode() not in getattr(request, "body", b"")
    assert "appsecret_proof" in platform.requests[0].query
    for envelope in client.session.drain():
        kept = f"{envelope.url} {envelope.request_headers} {envelope.response_headers}"
        assert platform.page_token not in kept
        assert str(platform.requests[0].query["appsecret_proof"]) not in kept


def test_two_pages_on_two_servers_would_be_mixed_up(clock: SettableClock) -> None:
    """The library keeps its address in one global; each source has its own."""
    with FacebookLoopback(clock.now) as first, FacebookLoopback(clock.now) as second:
        ours, theirs = first.own_post("ours", clock.now()), second.own_post("theirs", clock.now())
        one, other = client_for(first, clock), client_for(second, clock)
        assert one.read(ours, fields="message")["message"] == "ours"
        assert other.read(theirs, fields="message")["message"] == "theirs"
        assert one.read(ours, fields="message")["message"] == "ours"
        assert facebook.FACEBOOK_GRAPH_URL == "https://graph.facebook.com/"
        assert (len(first.requests), len(second.requests)) == (2, 1)


def test_a_current_version_would_be_refused_by_the_old_library(
    platform: FacebookLoopback, clock: SettableClock
) -> None:
    client_for(platform, clock).read("me", fields="id")
    assert platform.requests[0].path == "/v26.0/me"


def test_a_version_that_ran_out_would_look_like_a_passing_fault(
    platform: FacebookLoopback, clock: SettableClock
) -> None:
    client = GraphClient(client_for(platform, clock).session, platform.page_token, "v2.8", clock.now)
    with pytest.raises(ProtocolDrift) as caught:
        client.read("me", fields="id")
    assert "graph_version" in caught.value.mend


@pytest.mark.parametrize("secret", [None, "a wrong secret"])
def test_a_missing_or_wrong_app_secret_would_go_unexplained(
    platform: FacebookLoopback, clock: SettableClock, secret: str | None
) -> None:
    with pytest.raises(CredentialsRefused) as caught:
        client_for(platform, clock, secret=secret).read("me", fields="id")
    assert "app_secret" in caught.value.mend


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.UNAUTHORISED, CredentialsRefused),
        (Fault.FORBIDDEN, PermissionMissing),
        (Fault.RATE_LIMITED, RateLimited),
        (Fault.RATE_LIMITED_WITHOUT_RESET, RateLimited),
        (Fault.SERVER_ERROR, Transient),
        (Fault.BAD_GATEWAY_HTML, Transient),
        (Fault.HTML_INSTEAD_OF_JSON, Blocked),
        (Fault.TRUNCATED_BODY, Transient),
        (Fault.DROPPED_CONNECTION, Transient),
        (Fault.STALL, Transient),
        (Fault.SLOW_DRIP, Transient),
    ],
)
def test_a_fault_would_be_called_something_else(
    platform: FacebookLoopback, clock: SettableClock, fault: Fault, kind: type[ConnectorError]
) -> None:
    client = client_for(platform, clock)
    client.session.deadline = time.monotonic() + 0.7
    platform.misbehave(fault)
    started = time.monotonic()
    with pytest.raises(kind) as caught:
        client.read("me", fields="id")
    assert time.monotonic() - started < 3
    assert platform.page_token not in every_text(caught.value)
    assert platform.app_secret not in every_text(caught.value)
    platform.behave()


def test_a_limit_with_a_time_would_lose_it(platform: FacebookLoopback, clock: SettableClock) -> None:
    platform.misbehave(Fault.RATE_LIMITED)
    with pytest.raises(RateLimited) as caught:
        client_for(platform, clock).read("me", fields="id")
    assert caught.value.until is not None
    assert caught.value.until > clock.now()


def test_a_refused_connection_would_show_the_token_and_its_proof(
    clock: SettableClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The library's own error names the whole address."""
    base_url = f"http://127.0.0.1:{unanswered_port()}"
    session = GraphSession(clock.now, base_url=base_url, token=TOKEN, app_secret=SECRET)
    with caplog.at_level(logging.DEBUG), pytest.raises(Transient) as caught:
        GraphClient(session, TOKEN, "v26.0", clock.now).read("me", fields="id")
    shown = every_text(caught.value) + caplog.text
    assert TOKEN not in shown
    assert SECRET not in shown
    assert "appsecret_proof=" not in shown


@pytest.mark.parametrize(
    ("headers", "body", "kind"),
    [
        ("", b'{"id":"1"}', ProtocolDrift),
        ("Content-Type: application/json\r\n", b"[]", ProtocolDrift),
        ("Content-Type: application/json\r\n", b'"text"', ProtocolDrift),
        ("Content-Type: application/json\r\n", b'{"data": [1, 2', Transient),
        ("Content-Type: application/json\r\n", b"nonsense}", ProtocolDrift),
        ("Content-Type: image/jpeg\r\n", b"\xff\xd8\xff", ProtocolDrift),
        ("Content-Type: text/plain\r\n", b"access_token=EAAother&expires=1", ProtocolDrift),
        ("Content-Type: text/html\r\n", b"<html>New design</html>", ProtocolDrift),
        ("Content-Type: application/json\r\n", b"[" * 100_000, ProtocolDrift),
    ],
)
def test_an_answer_of_an_unknown_form_would_crash_the_poll(
    clock: SettableClock, headers: str, body: bytes, kind: type[ConnectorError]
) -> None:
    with OneAnswer(headers, body) as base_url:
        session = GraphSession(clock.now, base_url=base_url, token=TOKEN, app_secret=None)
        session.deadline = time.monotonic() + 5
        with pytest.raises(kind):
            GraphClient(session, TOKEN, "v26.0", clock.now).read("me", fields="id")


def test_a_redirect_would_carry_the_token_to_another_host(clock: SettableClock) -> None:
    target = f"http://127.0.0.1:{unanswered_port()}/login"
    with OneAnswer(f"Location: {target}\r\n", b"", status="302 Found") as base_url:
        session = GraphSession(clock.now, base_url=base_url, token=TOKEN, app_secret=None)
        with pytest.raises(Blocked):
            GraphClient(session, TOKEN, "v26.0", clock.now).read("me", fields="id")


def test_what_is_gone_would_be_an_unknown_error(platform: FacebookLoopback, clock: SettableClock) -> None:
    with pytest.raises(Gone):
        client_for(platform, clock).read("1_2", fields="id")


@pytest.mark.parametrize("text", ["me", "1/../2", "1_2?x=y", "", "1_2_3_4", "１２", "-1"])
def test_an_id_would_reach_another_place_of_the_api(text: str) -> None:
    assert not is_graph_id(text)


@pytest.mark.parametrize("text", ["latest", "v26", "v26.0/x", ""])
def test_a_version_that_is_none_would_be_sent(text: str) -> None:
    with pytest.raises(ValueError, match="graph_version"):
        checked_version(text)


def account(platform: FacebookLoopback, **changes: object) -> Account:
    given = {
        "name": "facebook-page", "account": platform.account, "account_id": platform.account_id,
        "watch": (Watch.OWN_POSTS, Watch.COMMENTS, Watch.MENTIONS), "credentials": platform.credentials(),
        "base_url": platform.base_url,
    } | changes  # fmt: skip
    return Account(**given)  # type: ignore[arg-type]  # the test gives what it means to give


@pytest.mark.parametrize(
    "changes",
    [{"account_id": "fernhillprimary"}, {"account_id": "１２３"}, {"credentials": {}},
     {"options": {"graph_version": "newest"}}],
)  # fmt: skip
def test_settings_that_cannot_work_would_be_found_at_night(
    platform: FacebookLoopback, clock: SettableClock, changes: dict[str, object]
) -> None:
    with pytest.raises(ConnectorError) as caught:
        FacebookConnector(account(platform, **changes), clock.now)
    assert "facebook-page" in str(caught.value)
    assert platform.page_token not in every_text(caught.value)


def test_another_account_would_be_read(platform: FacebookLoopback, clock: SettableClock) -> None:
    connector = PLUGIN.connect(account(platform), clock.now)
    for stream in (Stream(Watch.COMMENTS, "999"), Stream(Watch.SEARCH, platform.account_id)):
        with pytest.raises(ConnectorError):
            connector.fetch(stream, {}, deadline=time.monotonic() + 5)
    assert platform.requests == []


def test_a_search_would_be_promised_that_facebook_does_not_have(
    platform: FacebookLoopback, clock: SettableClock
) -> None:
    connector = PLUGIN.connect(account(platform, watch=(Watch.SEARCH, Watch.COMMENTS)), clock.now)
    assert [stream.watch for stream in connector.streams()] == [Watch.COMMENTS]
    assert any(finding.subject == "search" and finding.warning for finding in connector.check())


class OneAnswer:
    """A server that gives every request the same bytes."""

    def __init__(self, headers: str, body: bytes, status: str = "200 OK") -> None:
        head = f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self._answer = head.encode() + body

    def __enter__(self) -> str:
        import threading

        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(self._answer)
