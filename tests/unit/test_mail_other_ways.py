"""The ways that do not go by mail: Apprise channels and the dead-man ping, against a real local web server."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from alerts.apprise_channel import ChannelFailed, tell
from alerts.dead_man import PingFailed, ping

SECRET = "s3cret-t0ken-of-the-school"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    status = 200
    stalls = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, str]] = []
        self.go_on = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.server.asked.append((self.path, body))
        if self.server.stalls:
            self.server.go_on.wait(5)
        self.send_response(self.server.status)
        self.send_header("Location", "/blocked-by-filter")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = _answer  # noqa: N815  http.server's names

    def log_message(self, *_: object) -> None:
        """A test prints nothing."""


@contextmanager
def web_server() -> Iterator[_Server]:
    server = _Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.go_on.set()
        server.shutdown()
        thread.join()
        server.server_close()


def channel(server: _Server) -> str:
    return f"json://127.0.0.1:{server.server_port}/{SECRET}"


def test_a_dead_mail_server_would_be_told_of_by_nobody() -> None:
    with web_server() as server:
        assert tell([channel(server)], "Needs mending", "The mail server is down.", timeout=5) == ()
    assert "The mail server is down." in server.asked[0][1]


def test_one_broken_channel_would_silence_the_others() -> None:
    with web_server() as broken, web_server() as good:
        broken.status = 500
        failed = tell([channel(broken), channel(good)], "t", "b", timeout=5)
    assert failed == ("channel 1 (json)",)
    assert len(good.asked) == 1


def test_a_silent_channel_would_hold_up_the_daemon() -> None:
    with web_server() as server:
        server.stalls = True
        begun = time.monotonic()
        with pytest.raises(ChannelFailed, match=r"channel 1 \(json\)"):
            tell([channel(server)], "t", "b", timeout=0.3)
        assert time.monotonic() - begun < 4.5


@pytest.mark.parametrize(
    "url", [f"json://127.0.0.1:1/{SECRET}", f"nonsense-{SECRET}", f"no-such://{SECRET}", ""]
)
def test_a_channel_that_cannot_work_would_show_its_token(
    url: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(ChannelFailed) as caught:
        tell([url], "t", "b", timeout=5)
    printed = capfd.readouterr()
    for text in (str(caught.value), caught.value.mend, printed.out, printed.err, caplog.text):
        assert SECRET not in text


def test_a_message_that_goes_well_would_leave_its_token_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with web_server() as server, caplog.at_level(logging.DEBUG):
        tell([channel(server)], "t", "b", timeout=5)
        ping(f"http://127.0.0.1:{server.server_port}/{SECRET}", timeout=5)
    assert SECRET not in caplog.text


def test_no_channel_at_all_would_count_as_told() -> None:
    with pytest.raises(ChannelFailed, match="none is set up"):
        tell([], "t", "b", timeout=1)


def test_the_dead_man_would_think_us_dead() -> None:
    with web_server() as server:
        ping(f"http://127.0.0.1:{server.server_port}/{SECRET}", timeout=5)
    assert server.asked == [(f"/{SECRET}", "")]


@pytest.mark.parametrize("status", [302, 301, 403, 404, 500])
def test_a_filters_block_page_would_count_as_a_ping(status: int) -> None:
    with web_server() as server:
        server.status = status
        with pytest.raises(PingFailed, match=str(status)) as caught:
            ping(f"http://127.0.0.1:{server.server_port}/{SECRET}", timeout=5)
    assert len(server.asked) == 1
    assert SECRET not in str(caught.value)


def test_a_silent_dead_man_would_hold_up_the_daemon() -> None:
    with web_server() as server:
        server.stalls = True
        with pytest.raises(PingFailed, match="ReadTimeout"):
            ping(f"http://127.0.0.1:{server.server_port}/{SECRET}", timeout=0.2)


@pytest.mark.parametrize(
    "url", [f"http://127.0.0.1:1/{SECRET}", f"nonsense {SECRET}", f"ftp://127.0.0.1/{SECRET}"]
)
def test_a_ping_that_fails_would_show_its_address(url: str) -> None:
    with pytest.raises(PingFailed) as caught:
        ping(url, timeout=2)
    assert SECRET not in f"{caught.value}{caught.value.__cause__}"
    assert caught.value.__suppress_context__
