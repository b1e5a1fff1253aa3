"""The HTTP server and the misbehaviour that all loopback platforms share."""

import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from connectors.interface import Now
from connectors.loopback import Fault, Request, Written
from connectors.loopback_world import Entry, Kind, World

DRIP_SECONDS = 0.1
_BLOCK_PAGE = (
    b"<!DOCTYPE html><html><body><h1>Access denied</h1><p>Blocked by the web filter.</p></body></html>"
)
_BAD_GATEWAY = b"<html><head><title>502</title></head><body>Bad gateway</body></html>"
_TWISTS = frozenset({Fault.OUT_OF_ORDER, Fault.EMPTY_PAGE_WITH_NEXT})
_REFUSALS = frozenset(
    {
        Fault.UNAUTHORISED,
        Fault.CREDITS_USED_UP,
        Fault.FORBIDDEN,
        Fault.RATE_LIMITED,
        Fault.RATE_LIMITED_WITHOUT_RESET,
        Fault.SERVER_ERROR,
    }
)


@dataclass(frozen=True)
class Call(Request):
    """A request with its body (a form or JSON)."""

    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    twist: Fault | None = None
    """How the connection misbehaves while this is sent; set by the server alone."""


@dataclass
class _Ordered:
    fault: Fault
    times: int
    path: str
    writes: bool


class LoopbackServer(ABC):
    """A platform on 127.0.0.1; its package adds the wire in `answer` and `refusal`. A context manager.

    `now` is the one clock: what was written later than it cannot be seen yet.
    """

    base_url: str = ""
    page_size: int = 100
    """No page holds more than this, whatever the reader asks for; tests make it small."""

    def __init__(self, now: Now, *, account: str, account_id: str) -> None:
        self.now = now
        self.account = account
        self.account_id = account_id
        self.requests: list[Request] = []
        self.world = World(self.new_id, self.edited_id)
        self._faults: list[_Ordered] = []
        self._last_page: dict[str, Answer] = {}
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._server: _Server | None = None

    # -- what a platform adds ------------------------------------------------------------------

    @abstractmethod
    def new_id(self, kind: Kind, at: datetime, parent_id: str | None) -> str:
        """An id in the platform's own form."""

    def edited_id(self, entry: Entry, at: datetime) -> str:
        """The id under which a new wording is served: the old one, unless a platform changes it."""
        return entry.external_id

    @abstractmethod
    def credentials(self) -> dict[str, str]:
        """What a connector needs to be let in."""

    @abstractmethod
    def answer(self, call: Call, twist: Fault | None) -> Answer:
        """The wire. `twist` is OUT_OF_ORDER or EMPTY_PAGE_WITH_NEXT when that was ordered."""

    def page_key(self, call: Call) -> str:
        """What makes two requests pages of one list: REPEATED_PAGE serves the last page of the same key."""
        return call.path

    @abstractmethod
    def refusal(self, fault: Fault, call: Call) -> Answer:
        """The platform's own words for 401, 402, 403, 429 (with or without a reset time) and 500."""

    # -- what the demo and the tests do ---------------------------------------------------------

    def __enter__(self) -> Self:
        self._server = _Server(self)
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        self._released.clear()
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        if self._server is not None:
            self._server.stop()

    def own_post(self, text: str, at: datetime, *, image: bool = False) -> str:
        return self.world.add(Kind.OWN_POST, text, at, image=image)

    def comment(
        self, post_id: str, text: str, author: str, at: datetime, *,
        image: bool = False, indexed_at: datetime | None = None,
    ) -> str:  # fmt: skip
        return self.world.add(
            Kind.COMMENT, text, at, author=author, parent_id=post_id, image=image, indexed_at=indexed_at
        )

    def mention(
        self, text: str, author: str, at: datetime, *, image: bool = False, indexed_at: datetime | None = None
    ) -> str:
        return self.world.add(Kind.MENTION, text, at, author=author, image=image, indexed_at=indexed_at)

    def edit(self, external_id: str, text: str, at: datetime) -> str:
        return self.world.edit(external_id, text, at)

    def delete(self, external_id: str) -> None:
        self.world.delete(external_id)

    def restore(self, external_id: str) -> None:
        self.world.restore(external_id)

    def is_hidden(self, external_id: str) -> bool:
        return self.world.entry(external_id).hidden

    def books(self) -> list[Written]:
        return list(self.world.books())

    def misbehave(self, fault: Fault, *, times: int = 1, path: str = "", writes: bool = False) -> None:
        with self._lock:
            self._faults.append(_Ordered(fault, times, path, writes))

    def behave(self) -> None:
        """Take back every fault that is still ordered, and end the stalls that are under way."""
        with self._lock:
            self._faults.clear()
            released, self._released = self._released, threading.Event()
        released.set()

    # -- one request ----------------------------------------------------------------------------

    def respond(self, call: Call) -> Answer | None:
        """The answer with its misbehaviour, or None to close the connection without one."""
        with self._lock:
            self.requests.append(call)
            fault = self._take_fault(call)
        if fault is Fault.STALL:
            self._wait()
            return None
        if fault is Fault.DROPPED_CONNECTION:
            self._drop(call)
            return None
        if fault in _REFUSALS:
            return self.refusal(fault, call)
        if fault is Fault.BAD_GATEWAY_HTML:
            return Answer(502, {"Content-Type": "text/html"}, _BAD_GATEWAY)
        if fault is Fault.HTML_INSTEAD_OF_JSON:
            return Answer(200, {"Content-Type": "text/html; charset=utf-8"}, _BLOCK_PAGE)
        return self._page(call, fault)

    def pause(self) -> bool:
        """Between two dripped bytes; True once the drip is to end."""
        with self._lock:
            released = self._released
        return released.wait(DRIP_SECONDS)

    def _page(self, call: Call, fault: Fault | None) -> Answer:
        key = self.page_key(call)
        with self._lock:
            last = self._last_page.get(key)
        if fault is Fault.REPEATED_PAGE and last is not None:
            return last
        with self.world.lock:
            answer = self.answer(call, fault if fault in _TWISTS else None)
        with self._lock:
            self._last_page[key] = answer
        broken = fault in (Fault.TRUNCATED_BODY, Fault.SLOW_DRIP)
        return replace(answer, twist=fault) if broken else answer

    def _drop(self, call: Call) -> None:
        """A platform that breaks off has usually done what it was told; only its answer is lost."""
        if call.method != "GET":
            with self.world.lock:
                self.answer(call, None)

    def _take_fault(self, call: Call) -> Fault | None:
        for ordered in self._faults:
            meant = ordered.path in call.path and not (ordered.writes and call.method == "GET")
            if ordered.times > 0 and meant:
                ordered.times -= 1
                return ordered.fault
        return None

    def _wait(self) -> None:
        with self._lock:
            released = self._released
        released.wait()


class _Server(ThreadingHTTPServer):
    """Joins its threads on `stop`, so that nothing outlives the platform."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def __init__(self, platform: LoopbackServer) -> None:
        self.platform = platform
        self._open: set[socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.05}, name="loopback", daemon=True
        )

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        self._thread.join()
        with self._open_lock:
            for connection in self._open:
                _hang_up(connection)
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader that hung up is no news; anything else is a fault of this server and is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _hang_up(connection: socket) -> None:
    try:
        connection.shutdown(SHUT_RDWR)
    except OSError:
        return  # already closed by the reader


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  the standard library's names

    def log_message(self, *_: Any) -> None:
        """Silent: the requests stand in `LoopbackServer.requests`."""

    def version_string(self) -> str:
        return "loopback"

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(self.server.platform.now(), usegmt=True)

    def _serve(self) -> None:
        answer = self.server.platform.respond(self._call())
        if answer is None:
            self.close_connection = True
            return
        head = self._head(answer)
        if answer.twist is Fault.SLOW_DRIP:
            self._drip(head + answer.body)
        elif answer.twist is Fault.TRUNCATED_BODY:
            self.wfile.write(head + answer.body[: len(answer.body) // 2])
            self.close_connection = True
        else:
            self.wfile.write(head + answer.body)

    def _call(self) -> Call:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return Call(self.command, parts.path, query, dict(self.headers.items()), body)

    def _head(self, answer: Answer) -> bytes:
        reason = self.responses.get(answer.status, ("", ""))[0]
        headers = {
            "Date": self.date_time_string(),
            "Content-Length": str(len(answer.body)),
            **answer.headers,
        }
        lines = [
            f"HTTP/1.1 {answer.status} {reason}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _drip(self, answer: bytes) -> None:
        self.close_connection = True
        for position in range(len(answer)):
            self.wfile.write(answer[position : position + 1])
            self.wfile.flush()
            if self.server.platform.pause():
                return
