"""A school's filter, a broken line and a changed platform are told apart."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests
import trustme

from connectors.errors import Blocked, ConnectorError, ProtocolDrift, Transient
from connectors.http import BoundedSession
from connectors.network_errors import html_answer, request_may_have_left, translate_network_error


def now() -> datetime:
    return datetime(2026, 11, 16, 12, tzinfo=UTC)


class _Nothing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def do_CONNECT(self) -> None:
        self.send_response(407, "Proxy Authentication Required")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def filter_authority() -> trustme.CA:
    """What a filter that opens TLS signs with."""
    return trustme.CA()


@pytest.fixture
def inspected(filter_authority: trustme.CA) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Nothing)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    filter_authority.issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # the reader hangs up: that is the test
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def failure(session: BoundedSession, url: str) -> requests.RequestException:
    with pytest.raises(requests.RequestException) as caught:
        session.get(url)
    return caught.value


def test_a_filters_certificate_would_be_taken_for_a_platform_fault(inspected: str) -> None:
    with BoundedSession(now) as session:
        error = failure(session, inspected)
        translated = translate_network_error(error)
    assert isinstance(translated, Blocked)
    assert "ca_bundle" in translated.mend
    assert not request_may_have_left(error)


def test_a_filters_certificate_that_is_known_would_be_refused(
    inspected: str, filter_authority: trustme.CA, tmp_path: Path
) -> None:
    bundle = tmp_path / "filter.pem"
    filter_authority.cert_pem.write_to_path(str(bundle))
    with BoundedSession(now, ca_bundle=bundle) as session:
        assert session.get(inspected).json() == {}


def test_a_missing_bundle_would_show_as_a_platform_fault(inspected: str, tmp_path: Path) -> None:
    with BoundedSession(now, ca_bundle=tmp_path / "no.pem") as session, pytest.raises(OSError) as caught:
        session.get(inspected)
    translated = translate_network_error(caught.value)
    assert not isinstance(translated, Transient)
    assert "ca_bundle" in translated.mend


def test_a_proxy_that_wants_a_login_would_be_waited_for() -> None:
    server = HTTPServer(("127.0.0.1", 0), _Nothing)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    with BoundedSession(now, proxy=f"http://127.0.0.1:{server.server_port}") as session:
        error = failure(session, "https://api.example.invalid/")
    server.shutdown()
    thread.join()
    server.server_close()
    translated = translate_network_error(error)
    assert isinstance(translated, Blocked)
    assert "proxy" in str(translated).lower()


def test_an_unreachable_proxy_would_be_called_the_platform() -> None:
    with BoundedSession(now, proxy="http://127.0.0.1:9") as session:
        translated = translate_network_error(failure(session, "https://api.example.invalid/"))
    assert isinstance(translated, Transient)
    assert "proxy" in str(translated).lower()


def test_an_error_would_name_the_address_and_its_token() -> None:
    with BoundedSession(now) as session:
        error = failure(session, "http://127.0.0.1:9/?access_token=TOP5ECRET")
    assert "TOP5ECRET" not in str(translate_network_error(error))


@pytest.mark.parametrize("address", ["http://", "ftp://127.0.0.1/", "127.0.0.1"])
def test_a_wrong_base_url_would_be_retried_for_ever(address: str) -> None:
    with BoundedSession(now) as session:
        translated = translate_network_error(failure(session, address))
    assert not translated.retryable
    assert "base_url" in translated.mend


def answer(body: str, status: int = 200, kind: str = "text/html", **headers: str) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = body.encode()
    response.headers.update({"content-type": kind, **headers})
    return response


@pytest.mark.parametrize(
    ("response", "meaning"),
    [
        (answer("<html>This site is blocked: category Social Networking</html>"), Blocked),
        (answer("<HTML><h1>Access Denied</h1>", status=403), Blocked),
        (answer("<!DOCTYPE html><title>Welcome</title>"), ProtocolDrift),
        (answer("<html>blocked", status=503), Transient),
        (answer("", status=302, location="http://filter.lan/block"), Blocked),
        (answer("  <html>access restricted", kind="application/json"), Blocked),
        (answer('{"data": []}', kind="application/json"), None),
        (answer('{"title": "Forbidden"}', status=403, kind="application/problem+json"), None),
    ],
)
def test_a_block_page_would_pass_for_an_empty_answer(
    response: requests.Response, meaning: type[ConnectorError] | None
) -> None:
    found = html_answer(response)
    assert type(found) is meaning if meaning else found is None
