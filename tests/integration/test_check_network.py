"""`schoolwatch check` behind a school's filter: each thing that stands in the way is told apart."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests.adapters
import trustme

from config.schema import Settings
from connectors.interface import Account, Capability, Finding, Plugin
from connectors.registry import plugins
from monitor.checks import CheckLine, State, run_checks
from monitor.checks.clock import clock_line
from monitor.checks.reach import addresses, allow_lines, bundle_lines, reach_lines
from monitor.checks.surroundings import Surroundings

NOW = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
JSON = {"Content-Type": "application/json"}
PAGE = {"Content-Type": "text/html; charset=utf-8"}
BLOCKED = b"<html><head><title>Access\n blocked: Social Media</title></head><body>No.</body></html>"


# --- servers -----------------------------------------------------------------------------------------


@dataclass
class Host:
    """Answers every GET in one way, with TLS when it has a certificate."""

    status: int = 400
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))
    body: bytes = b"{}"
    clock: datetime = NOW
    asked: list[dict[str, str]] = field(default_factory=list)
    port: int = 0


@contextmanager
def served(host: Host, tls: ssl.SSLContext | None = None) -> Iterator[Host]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append(dict(self.headers.items()))
            self.send_response(host.status)
            for name, value in {**host.headers, "Content-Length": str(len(host.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(host.body)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return format_datetime(host.clock, usegmt=True)

        def log_message(self, *_: Any) -> None:
            return

    with listening(Handler, tls) as port:
        host.port = port
        yield host


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            return  # a client that refuses our certificate hangs up, and that is what is tested

        def finish_request(self, request: Any, client_address: Any) -> None:
            if tls is not None:
                request = tls.wrap_socket(request, server_side=True)
            with request:
                super().finish_request(request, client_address)

    server = Quiet(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def proxy(status: int = 200, login: str | None = None) -> Iterator[int]:
    """An HTTP proxy: opens tunnels, or answers CONNECT with another status."""

    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            if login is not None and self.headers.get("Proxy-Authorization") != login:
                self.send_error(407)
                return
            if status != 200:
                self.send_error(status)
                return
            name, _, port = self.path.rpartition(":")
            with socket.create_connection((name, int(port)), timeout=5) as far:
                self.send_response(200)
                self.end_headers()
                self._relay(far)

        def do_GET(self) -> None:
            self.send_error(407 if login else status)

        def _relay(self, far: socket.socket) -> None:
            back = threading.Thread(target=pour, args=(far, self.connection), daemon=True)
            back.start()
            pour(self.connection, far)
            back.join(5)

        def log_message(self, *_: Any) -> None:
            return

    with listening(Handler) as port:
        yield port


def pour(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(65536):
            sink.sendall(chunk)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def rude(cut: bool) -> Iterator[int]:
    """Takes connections and says nothing, or cuts them at the first byte."""
    taken: list[socket.socket] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                taken.append(connection)
                if cut:
                    connection.recv(1)
                    connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in taken:
                connection.close()


def authority(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate authority's file, and the server side of a certificate for `localhost` that it signed."""
    signer = trustme.CA(organization_name=name)
    path = folder / f"{name}.pem"
    signer.cert_pem.write_to_path(str(path))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    signer.issue_cert("localhost").configure_cert(context)
    return path, context


# --- what is asked -----------------------------------------------------------------------------------


def school(base_urls: tuple[str, ...] = (), **network: Any) -> Settings:
    sources = [
        {
            "name": f"s{number}",
            "platform": "facebook",
            "account": "fernhill",
            "account_id": "1",
            "base_url": url,
        }
        for number, url in enumerate(base_urls)
    ]
    return Settings.model_validate(
        {
            "school": {"name": "Fernhill Primary"},
            "mail": {"host": "localhost", "port": 1, "sender": "watch@example.sch.uk"},
            "people": [{"role": "senior_manager", "name": "A", "email": "a@example.sch.uk"}],
            "sources": sources,
            "network": network,
        }
    )


def look(
    url: str, seconds: float = 5.0, environment: dict[str, str] | None = None, **network: Any
) -> CheckLine:
    around = Surroundings(school((url,), **network), lambda: NOW, environment or {}, {}, seconds)
    [address] = addresses(around)
    [line] = reach_lines(address, around)
    assert (line.state is State.OK) == (not line.mend)
    return line


def test_a_platform_that_answers_would_be_taken_for_a_block_page(tmp_path: Path) -> None:
    path, tls = authority(tmp_path, "Public")
    with served(Host(status=400), tls) as host:
        line = look(f"https://localhost:{host.port}/v25.0", ca_bundle=path)
    assert line == CheckLine("way to localhost", State.OK, "answers (HTTP 400)")
    assert "Authorization" not in host.asked[0]


@pytest.mark.parametrize("status", [200, 403, 451, 511])
def test_a_filters_page_would_be_taken_for_a_fault_of_the_platform(status: int, tmp_path: Path) -> None:
    path, tls = authority(tmp_path, "Smoothwall")
    with served(Host(status, PAGE, BLOCKED), tls) as host:
        line = look(f"https://localhost:{host.port}", ca_bundle=path)
    assert line.state is State.FAILED
    assert line.message == (
        f'a filter\'s page answers instead (HTTP {status}, "Access blocked: Social Media")'
    )
    assert "allow this host" in line.mend


def test_a_way_to_the_filters_login_page_would_be_taken_for_the_platform() -> None:
    with served(Host(302, {"Location": "https://filter.school.lan/login?token=hunter2"})) as host:
        line = look(f"http://localhost:{host.port}")
    assert line.message == "a filter's page answers instead: sent on to filter.school.lan"
    assert len(host.asked) == 1


def test_a_move_within_the_platform_would_be_taken_for_a_filter() -> None:
    with served(Host(301, {"Location": "http://LOCALHOST/other"})) as host:
        assert look(f"http://localhost:{host.port}").state is State.OK


def test_a_page_of_the_platform_itself_would_be_blamed_on_the_filter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, tls = authority(tmp_path, "Public")
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(path))
    with served(Host(200, PAGE, b"<html><title>Welcome</title></html>"), tls) as host:
        assert look(f"https://localhost:{host.port}").state is State.OK
        host.status = 403
        line = look(f"https://localhost:{host.port}", ca_bundle=path)
        assert line.state is State.WARNING
        assert "the platform refuses this machine" in line.message
        host.status, host.headers = 302, {"Location": "https://developers.example/docs"}
        assert look(f"https://localhost:{host.port}").state is State.OK


@pytest.mark.parametrize("headers", [JSON, PAGE])
def test_a_fault_of_the_platform_would_be_blamed_on_the_filter(headers: dict[str, str]) -> None:
    with served(Host(503, headers, b"<html>over capacity</html>")) as host:
        line = look(f"http://localhost:{host.port}")
    assert line.message == "the platform itself fails (HTTP 503)"
    assert "try again later" in line.mend


def test_an_error_page_of_the_proxy_would_be_blamed_on_the_platform() -> None:
    with served(Host(503, {**PAGE, "X-Squid-Error": "ERR_CONNECT_FAIL 111"}, b"<html></html>")) as host:
        assert look(f"http://localhost:{host.port}").message == "a filter's page answers instead (HTTP 503)"


def test_the_filters_own_certificate_would_go_unnamed(tmp_path: Path) -> None:
    _, tls = authority(tmp_path, "Smoothwall Ltd")
    other, _ = authority(tmp_path, "Public")
    with served(Host(), tls) as host:
        for bundle in (None, other):
            line = look(f"https://localhost:{host.port}", ca_bundle=bundle)
            assert line.state is State.FAILED
            assert "a foreign certificate answers, signed by Smoothwall Ltd (" in line.message
            assert "network.ca_bundle" in line.mend
        assert host.asked == []


def test_a_bundle_of_the_filter_alone_would_break_the_hosts_that_it_leaves_unopened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public, tls = authority(tmp_path, "Public")
    own, _ = authority(tmp_path, "Smoothwall")
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(public))
    with served(Host(), tls) as host:
        line = look(f"https://localhost:{host.port}", ca_bundle=own)
    assert line.message.startswith("its certificate is genuine, but network.ca_bundle")


def test_a_certificate_that_ran_out_would_not_make_anybody_look_at_the_clock(tmp_path: Path) -> None:
    signer = trustme.CA(organization_name="Public")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    signer.issue_cert("localhost", not_after=datetime(2020, 1, 1, tzinfo=UTC)).configure_cert(context)
    signer.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with served(Host(), context) as host:
        line = look(f"https://localhost:{host.port}", ca_bundle=tmp_path / "ca.pem")
    assert "certificate has expired" in line.message
    assert "this machine's clock" in line.mend


def test_a_name_that_dns_does_not_know_would_be_taken_for_a_dead_platform() -> None:
    line = look("https://api.platform.invalid")
    assert line.message == "its name cannot be looked up"
    assert "DNS" in line.mend


def test_a_refused_connection_would_be_taken_for_something_else() -> None:
    line = look("https://localhost:1")
    assert line.message == "the connection is refused or cut"
    assert "on this machine" in line.mend


def test_a_firewall_that_swallows_or_cuts_would_hold_up_the_check() -> None:
    started = time.monotonic()
    with rude(cut=False) as port:
        assert look(f"https://localhost:{port}", seconds=1.0).message == "no answer in time"
    with rude(cut=True) as port:
        line = look(f"https://localhost:{port}")
        assert line.message in ("the connection is cut while TLS begins", "the connection is refused or cut")
    assert time.monotonic() - started < 5


# --- proxy -------------------------------------------------------------------------------------------


def test_a_proxy_that_works_would_be_passed_over(tmp_path: Path) -> None:
    path, tls = authority(tmp_path, "Public")
    with served(Host(), tls) as host, proxy() as port:
        address = f"https://localhost:{host.port}"
        assert look(address, ca_bundle=path, proxy=f"http://127.0.0.1:{port}").state is State.OK


def test_a_filters_certificate_behind_the_proxy_would_go_unnamed(tmp_path: Path) -> None:
    _, tls = authority(tmp_path, "Smoothwall")
    with served(Host(), tls) as host, proxy() as port:
        line = look(f"https://localhost:{host.port}", proxy=f"http://127.0.0.1:{port}")
    assert "signed by Smoothwall (" in line.message


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (403, "the proxy refuses it (HTTP 403)"),
        (407, "the proxy asks for a login"),
        (502, "the proxy cannot reach it (HTTP 502)"),
    ],
)
def test_a_proxy_that_refuses_would_be_taken_for_the_platform(status: int, said: str) -> None:
    with proxy(status) as port:
        line = look("https://graph.platform.invalid", proxy=f"http://127.0.0.1:{port}")
    assert line.message == said


def test_a_proxys_login_would_be_read_aloud_or_not_used(tmp_path: Path) -> None:
    path, tls = authority(tmp_path, "Public")
    with served(Host(), tls) as host, proxy(login="Basic d2F0Y2g6aHVudEByMg==") as port:
        address = f"https://localhost:{host.port}"
        where: dict[str, Any] = {"proxy": {"env": "PROXY"}, "ca_bundle": path}
        good = {"PROXY": f"http://watch:hunt%40r2@127.0.0.1:{port}"}
        assert look(address, environment=good, **where).state is State.OK
        line = look(address, environment={"PROXY": f"http://watch:wrong-hunter@127.0.0.1:{port}"}, **where)
        assert line.message == "the proxy asks for a login"
        assert "hunter" not in str(line)
        assert look(address, **where).message.startswith(
            "network.proxy: environment variable PROXY is not set"
        )


def test_a_dead_proxy_would_be_taken_for_a_dead_platform() -> None:
    line = look("https://graph.platform.invalid", proxy="http://127.0.0.1:1")
    assert line.message == "the proxy cannot be reached"


def test_a_plain_proxy_that_asks_for_a_login_would_be_taken_for_the_platform() -> None:
    with proxy(login="Basic x") as port:
        line = look("http://localhost:9", proxy=f"http://127.0.0.1:{port}")
    assert line.message == "the proxy asks for a login"


# --- bundle, hosts, clock ----------------------------------------------------------------------------


def test_a_broken_bundle_would_be_found_source_by_source(tmp_path: Path) -> None:
    def line(path: Path) -> CheckLine:
        return bundle_lines(Surroundings(school(ca_bundle=path), lambda: NOW, {}, {}, 1.0))[0]

    assert "cannot be read" in line(tmp_path / "missing.pem").message
    (tmp_path / "empty.pem").write_text("nothing")
    assert "holds no certificate" in line(tmp_path / "empty.pem").message
    alone, _ = authority(tmp_path, "Smoothwall")
    assert line(alone).state is State.WARNING
    assert "holds 1: hosts that the filter leaves unopened" in line(alone).message
    whole = tmp_path / "whole.pem"
    whole.write_bytes(alone.read_bytes() + Path(requests.adapters.DEFAULT_CA_BUNDLE_PATH).read_bytes())
    assert line(whole).state is State.OK


def test_the_letter_to_the_filters_keeper_would_forget_a_host() -> None:
    settings = school(("https://social.example.org", "http://127.0.0.1:9"))
    second = {"host": "smtp.example.org", "port": 465, "security": "tls"}
    tables = settings.model_dump()
    settings = Settings.model_validate(tables | {"mail": tables["mail"] | {"second": second}})
    [line] = allow_lines(Surroundings(settings, lambda: NOW, {}, plugins(), 1.0))
    assert (
        line.message
        == "graph.facebook.com (TCP 443), social.example.org (TCP 443), smtp.example.org (TCP 465)"
    )


def test_a_machine_whose_clock_runs_late_would_seal_wrong_times() -> None:
    with served(Host(clock=NOW + timedelta(minutes=7))) as host:
        url = f"http://localhost:{host.port}"
        around = Surroundings(school((url,)), lambda: NOW, {}, {}, 5.0)
        reach_lines(url, around)
        line = clock_line(around)
        assert (line.state, line.message) == (State.FAILED, "420 s behind, compared with localhost")
        host.headers["Age"] = "420"
        stored = Surroundings(school((url,)), lambda: NOW, {}, {}, 5.0)
        reach_lines(url, stored)
        assert stored.offsets == {}


# --- sources -----------------------------------------------------------------------------------------


class Told:
    """A connector of somebody else's package."""

    platform = "elsewhere"
    capabilities = Capability.COMMENTS
    closed = 0

    def __init__(self, account: Account, _now: object) -> None:
        self.account = account

    def check(self) -> list[Finding]:
        if self.account.account == "broken":
            raise RuntimeError(self.account.credentials["token"])
        return [
            Finding(True, "token", f"accepted for {self.account.account}"),
            Finding(True, "expiry", "in 5 days", "Renew it.", warning=True),
            Finding(False, "permission", "missing", "Add it."),
        ]

    def close(self) -> None:
        Told.closed += 1


ELSEWHERE = Plugin("elsewhere", "Elsewhere", Told, None, ("token",), ("extra",))  # type: ignore[arg-type]  # only check() and close() are called


def checked(
    sources: list[dict[str, Any]], environment: dict[str, str], **known: Plugin
) -> dict[str, CheckLine]:
    settings = school().model_copy(update={"sources": ()}).model_dump()
    settings["sources"] = [{"account": "fernhill", "account_id": "1", **source} for source in sources]
    whole = Settings.model_validate(settings)
    lines = run_checks(
        whole, now=lambda: NOW, plugins=known or plugins(), environment=environment, seconds=5.0
    )
    return {line.subject: line for line in lines}


def test_what_a_connector_says_of_its_token_would_be_lost() -> None:
    source = {
        "name": "a",
        "platform": "elsewhere",
        "credentials": {"token": {"env": "TOKEN"}, "old": {"env": "X"}},
    }
    before = Told.closed
    lines = checked([source], {"TOKEN": "hunter2", "X": "x"}, elsewhere=ELSEWHERE)
    assert lines["source a: token"] == CheckLine("source a: token", State.OK, "accepted for fernhill")
    assert lines["source a: expiry"].state is State.WARNING
    assert lines["source a: permission"] == CheckLine(
        "source a: permission", State.FAILED, "missing", "Add it."
    )
    assert lines["source a"].message == "credentials.old is not used"
    assert Told.closed == before + 1


def test_one_broken_source_would_hide_the_others() -> None:
    token = {"credentials": {"token": {"env": "TOKEN"}}}
    lines = checked(
        [
            {"name": "unknown", "platform": "elsewere", **token},
            {"name": "bare", "platform": "elsewhere"},
            {"name": "unset", "platform": "elsewhere", "credentials": {"token": {"env": "NO_SUCH"}}},
            {"name": "broken", "platform": "elsewhere", "account": "broken", **token},
            {"name": "good", "platform": "elsewhere", **token},
        ],
        {"TOKEN": "hunter2"},
        elsewhere=ELSEWHERE,
    )
    assert lines["source unknown"].message == 'platform "elsewere" is not known; did you mean "elsewhere"?'
    assert lines["source bare"].message == "credentials.token is missing"
    assert lines["source unset"].message == "environment variable NO_SUCH is not set or is empty"
    assert lines["source broken"].message == "could not be tried (RuntimeError)"
    assert lines["source good: token"].state is State.OK
    assert "hunter2" not in str(lines)


@pytest.mark.parametrize("name", sorted(plugins()))
def test_a_real_platform_with_good_settings_would_fail_its_check(name: str) -> None:
    plugin = plugins()[name]
    with plugin.loopback(lambda: datetime.now(UTC)) as platform:
        secrets = platform.credentials()
        source = {
            "name": "page",
            "platform": name,
            "account": platform.account,
            "account_id": platform.account_id,
            "base_url": platform.base_url,
            "credentials": {key: {"env": key.upper()} for key in secrets},
        }
        settings = school().model_dump() | {"sources": [source]}
        lines = run_checks(
            Settings.model_validate(settings),
            environment={key.upper(): value for key, value in secrets.items()},
        )
    told = {line.subject: line for line in lines}
    assert told["way to 127.0.0.1"].state is State.OK
    assert told["clock"].state is State.OK
    own = [line for line in lines if line.subject.startswith("source page")]
    assert own
    assert not [line for line in own if line.state is State.FAILED]
    assert not [secret for secret in secrets.values() if secret in str(lines)]
