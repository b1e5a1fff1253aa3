"""The one way out: a requests session that never waits past its deadline and records what it did."""

import hashlib
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from connectors.interface import Envelope, Now
from connectors.redaction import quieten_libraries, scrub, scrub_headers

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
"""The longest silence between two bytes; the deadline bounds the whole."""
LONGEST_EXCHANGE_SECONDS = 60.0
"""The bound of a call for which nobody set a deadline."""
LARGEST_BODY = 20 * 1024 * 1024
_CHUNK = 64 * 1024


class DeadlinePassed(requests.exceptions.Timeout):
    """The whole exchange took longer than its caller allowed."""


class NotSent(DeadlinePassed):
    """The time was used up before the request left."""


class BodyTooLarge(requests.exceptions.RequestException):
    """An answer larger than any page of comments can be."""


@dataclass(frozen=True)
class _Peer:
    """Who is at the other end of a connection."""

    address: str | None = None
    certificate_sha256: str | None = None


class _Watchdog:
    """Cuts an exchange's sockets at its deadline, whatever the thread is waiting for.

    A read time-out counts from the last byte, so a platform that sends one byte now and then would
    hold a poll for ever. Shutting down a duplicate of the socket ends the wait in every phase
    (proxy, TLS handshake, status line, headers, body) and leaves the owner of the original alone.
    """

    def __init__(self, deadline: float) -> None:
        self.expired = False
        self.peer = _Peer()
        self._lock = threading.Lock()
        self._watched: list[socket.socket] = []
        self._timer = threading.Timer(max(0.0, deadline - time.monotonic()), self.cut)
        self._timer.daemon = True

    def __enter__(self) -> "_Watchdog":
        self._token = _watchdog.set(self)
        self._timer.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        _watchdog.reset(self._token)
        with self._lock:
            for duplicate in self._watched:
                duplicate.close()
            self._watched.clear()

    def watch(self, connection: socket.socket) -> None:
        duplicate = socket.socket(fileno=os.dup(connection.fileno()))
        with self._lock:
            self._watched.append(duplicate)
            if self.expired:
                _shut_down(duplicate)

    def cut(self) -> None:
        with self._lock:
            self.expired = True
            for duplicate in self._watched:
                _shut_down(duplicate)


def _shut_down(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was quicker; there is nothing left to wait for


_watchdog: ContextVar[_Watchdog | None] = ContextVar("_watchdog", default=None)


def _watch(connection: socket.socket | None) -> None:
    watchdog = _watchdog.get()
    if watchdog is not None and connection is not None:
        watchdog.watch(connection)


def _meet(connection: socket.socket | None) -> None:
    """Note who answers this exchange, once the connection stands."""
    watchdog = _watchdog.get()
    if watchdog is not None and connection is not None:
        watchdog.peer = _peer_of(connection)


def _peer_of(connection: socket.socket) -> _Peer:
    try:
        address = connection.getpeername()[0]
    except OSError:
        return _Peer()  # gone already; the exchange will say so
    shown = connection.getpeercert(binary_form=True) if isinstance(connection, ssl.SSLSocket) else None
    return _Peer(address, hashlib.sha256(shown).hexdigest() if shown else None)


class _WatchedConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn()
        _watch(connection)
        return connection

    def request(self, *args: Any, **kwargs: Any) -> None:
        _watch(self.sock)  # a connection kept open from an earlier exchange
        super().request(*args, **kwargs)
        _meet(self.sock)


class _WatchedTlsConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn()
        _watch(connection)
        return connection

    def request(self, *args: Any, **kwargs: Any) -> None:
        _watch(self.sock)
        super().request(*args, **kwargs)
        _meet(self.sock)


class _WatchedPool(HTTPConnectionPool):
    ConnectionCls = _WatchedConnection


class _WatchedTlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTlsConnection


_POOLS = {"http": _WatchedPool, "https": _WatchedTlsPool}


class _WatchedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> urllib3.ProxyManager:
        manager: urllib3.ProxyManager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class BoundedSession(requests.Session):
    """A `requests.Session` for one connector, used by one thread at a time.

    `deadline` is a `time.monotonic()` value (seconds) for the whole exchange: connecting, headers and
    body. (The system's own resolver bounds the look-up of a name.) No redirect is followed, no cookie
    kept, no proxy, certificate or password taken from the environment.
    `exchanges` holds an envelope for each answer since the last `drain()`, without secrets.
    """

    def __init__(
        self,
        now: Now,
        *,
        secrets: Iterable[str] = (),
        proxy: str | None = None,
        ca_bundle: Path | None = None,
        largest_body: int = LARGEST_BODY,
    ) -> None:
        super().__init__()
        self.trust_env = False
        self.secrets = tuple(secrets)
        self.deadline: float | None = None
        self.exchanges: list[Envelope] = []
        self._now = now
        self._closed = False
        self._under_way: _Watchdog | None = None
        self._largest_body = largest_body
        self.proxies = {"http": proxy, "https": proxy} if proxy else {}
        self.verify = str(ca_bundle) if ca_bundle else True
        self.mount("http://", _WatchedAdapter())
        self.mount("https://", _WatchedAdapter())
        quieten_libraries(self.secrets)

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: an API that answers with a redirect is not the API, and a token must not follow it."""
        return

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """One exchange, read to its end; raises `requests` exceptions, DeadlinePassed at the deadline."""
        deadline = time.monotonic() if self._closed else self._deadline()
        kwargs |= {"stream": True, "allow_redirects": False, "timeout": _timeouts(deadline)}
        with _Watchdog(deadline) as watchdog:
            self._under_way = watchdog
            try:
                response = super().send(request, **kwargs)
                self._read(response)
            except requests.RequestException as error:
                if watchdog.expired:
                    raise _deadline_passed() from error
                raise
            finally:
                self._under_way = None
                self.cookies.clear()
        if watchdog.expired:  # cut headers read like complete ones
            raise _deadline_passed()
        self.exchanges.append(self._envelope(request, response, watchdog.peer))
        return response

    def close(self) -> None:
        """Also ends an exchange that is under way in another thread, so that a daemon can stop at once."""
        self._closed = True
        if (under_way := self._under_way) is not None:
            under_way.cut()
        super().close()

    def drain(self) -> tuple[Envelope, ...]:
        """The envelopes since the last call, oldest first."""
        drained, self.exchanges = tuple(self.exchanges), []
        return drained

    def _deadline(self) -> float:
        longest = time.monotonic() + LONGEST_EXCHANGE_SECONDS
        return longest if self.deadline is None else min(self.deadline, longest)

    def _read(self, response: requests.Response) -> None:
        """Read the body in chunks, so that neither its size nor what it unpacks to is unbounded."""
        body = bytearray()
        try:
            for chunk in response.iter_content(_CHUNK):
                body += self._allowed(chunk, len(body))
        except BaseException:
            response.close()
            raise
        response._content = bytes(body)

    def _allowed(self, chunk: bytes, before: int) -> bytes:
        if before + len(chunk) > self._largest_body:
            raise BodyTooLarge(f"the answer is larger than {self._largest_body} bytes")
        return chunk

    def _envelope(
        self, request: requests.PreparedRequest, response: requests.Response, peer: _Peer
    ) -> Envelope:
        return Envelope(
            method=request.method or "",
            url=scrub(request.url or "", self.secrets),
            request_headers=scrub_headers(_pairs(request.headers), self.secrets),
            status=response.status_code,
            response_headers=scrub_headers(_pairs(response.headers), self.secrets),
            fetched_at=self._now(),
            body_sha256=hashlib.sha256(response.content).hexdigest(),
            body_bytes=len(response.content),
            server_address=peer.address,
            certificate_sha256=peer.certificate_sha256,
            through_proxy=bool(self.proxies),
        )


def _timeouts(deadline: float) -> tuple[float, float]:
    left = deadline - time.monotonic()
    if left <= 0:
        raise NotSent("the time for this poll was used up before the request was sent")
    return min(CONNECT_SECONDS, left), min(READ_SECONDS, left)


def _deadline_passed() -> DeadlinePassed:
    return DeadlinePassed("the answer was not complete within the time for this poll")


def _pairs(headers: Mapping[str, str | bytes]) -> list[tuple[str, str]]:
    return [
        (name, value.decode("latin-1") if isinstance(value, bytes) else value)
        for name, value in headers.items()
    ]
