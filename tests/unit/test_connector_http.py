"""The one way out keeps its deadline and its limits against a server that does what it likes."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import requests

from connectors.http import BodyTooLarge, BoundedSession, DeadlinePassed
from connectors.network_errors import request_may_have_left, translate_network_error

Talk = Callable[[socket.socket, threading.Event], None]


def now() -> datetime:
    return datetime(2026, 11, 16, 12, tzinfo=UTC)


@contextmanager
def serving(talk: Talk) -> Iterator[str]:
    """A bare TCP server that says whatever `talk` says to each caller."""
    stop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    callers: list[threading.Thread] = []

    def speak(caller: socket.socket) -> None:
        with caller:
            try:
                caller.recv(65536)
                talk(caller, stop)
            except OSError:
                return

    def accept() -> None:
        while not stop.is_set():
            try:
                caller, _ = listener.accept()
            except TimeoutError:
                continue
            callers.append(threading.Thread(target=speak, args=(caller,)))
            callers[-1].start()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        stop.set()
        thread.join()
        for caller in callers:
            caller.join()
        listener.close()


def dripping(first: bytes, then: bytes) -> Talk:
    def talk(caller: socket.socket, stop: threading.Event) -> None:
        caller.sendall(first)
        for number in range(10_000):
            if stop.wait(0.05):
                return
            caller.sendall(then[number % len(then) : number % len(then) + 1])

    return talk


def silent(_: socket.socket, stop: threading.Event) -> None:
    stop.wait()


SLOW: dict[str, Talk] = {
    "never answers": silent,
    "drips its status line": dripping(b"", b"H"),
    "drips its headers": dripping(b"HTTP/1.1 200 OK\r\n", b"X-Header: value\r\n"),
    "drips its body": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
    "drips a body without an end": dripping(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b"x"),
    "drips chunks": dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "drips the body of an error": dripping(b"HTTP/1.1 500 No\r\nContent-Length: 100000\r\n\r\n", b"x"),
    "drips the body of a redirect": dripping(
        b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 100000\r\n\r\n", b"x"
    ),
}


@pytest.mark.parametrize("talk", SLOW.values(), ids=SLOW.keys())
def test_a_slow_server_would_hold_a_poll_for_ever(talk: Talk) -> None:
    with serving(talk) as url, BoundedSession(now) as session:
        began = time.monotonic()
        session.deadline = began + 0.3
        with pytest.raises(requests.exceptions.Timeout):
            session.get(url)
        assert 0.25 < time.monotonic() - began < 5
        assert session.drain() == ()


def test_a_daemon_that_is_told_to_stop_would_wait_for_the_platform() -> None:
    with serving(silent) as url:
        session = BoundedSession(now)
        closer = threading.Timer(0.2, session.close)
        closer.start()
        began = time.monotonic()
        with pytest.raises(requests.exceptions.Timeout):
            session.get(url)
        assert time.monotonic() - began < 5
        with pytest.raises(DeadlinePassed):
            session.get(url)
        closer.join()


def answering(answer: bytes) -> Talk:
    return lambda caller, _stop: caller.sendall(answer)


def with_body(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def test_a_redirect_would_carry_the_token_elsewhere() -> None:
    asked: list[int] = []

    def talk(caller: socket.socket, _: threading.Event) -> None:
        asked.append(1)
        caller.sendall(with_body(b"", "Location: /elsewhere", status="302 Found"))

    with serving(talk) as url, BoundedSession(now) as session:
        assert session.get(url, allow_redirects=True).status_code == 302
    assert asked == [1]


def test_an_endless_answer_would_fill_the_memory() -> None:
    packed = gzip.compress(b"0" * 5_000_000)
    talk = answering(with_body(packed, "Content-Encoding: gzip"))
    with serving(talk) as url, BoundedSession(now, largest_body=1_000_000) as session:
        with pytest.raises(BodyTooLarge) as caught:
            session.get(url)
        assert "larger" in str(translate_network_error(caught.value))


def test_an_envelope_would_not_match_its_page() -> None:
    with serving(answering(with_body(b"{}", "Set-Cookie: guest=1"))) as url, BoundedSession(now) as session:
        session.get(url, headers={"Authorization": "Bearer abcdefgh"})
        session.get(url)
        first, second = session.drain()
        assert session.drain() == ()
    assert first.body_sha256 == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert first.body_bytes == 2
    assert first.fetched_at == now()
    assert first.request_headers["Authorization"] == "[hidden]"
    assert first.response_headers["Set-Cookie"] == "[hidden]"
    assert "Cookie" not in second.request_headers


def test_a_proxy_of_the_environment_would_see_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    with serving(answering(with_body(b"{}"))) as url, BoundedSession(now) as session:
        assert session.get(url).status_code == 200


def test_a_second_request_on_a_kept_connection_would_not_be_watched() -> None:
    def talk(caller: socket.socket, stop: threading.Event) -> None:
        caller.sendall(with_body(b"{}"))
        caller.recv(65536)
        stop.wait()

    with serving(talk) as url, BoundedSession(now) as session:
        session.get(url)
        began = time.monotonic()
        session.deadline = began + 0.3
        with pytest.raises(requests.exceptions.Timeout):
            session.get(url)
        assert time.monotonic() - began < 5


def test_a_write_that_never_left_would_not_be_tried_again() -> None:
    with BoundedSession(now) as session:
        with pytest.raises(requests.exceptions.ConnectionError) as refused:
            session.post("http://127.0.0.1:9/")
        assert not request_may_have_left(refused.value)
        session.deadline = time.monotonic() - 1
        with pytest.raises(DeadlinePassed) as too_late:
            session.post("http://127.0.0.1:9/")
        assert not request_may_have_left(too_late.value)


def test_a_write_whose_answer_was_lost_would_be_repeated_blindly() -> None:
    with serving(lambda _caller, _stop: None) as url, BoundedSession(now) as session:
        with pytest.raises(requests.exceptions.ConnectionError) as lost:
            session.post(url)
        assert request_may_have_left(lost.value)
