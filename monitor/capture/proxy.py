"""The loopback proxy through which a browser reaches the web while it takes one capture.

It answers CONNECT alone, only to whoever knows this capture's password, dials only what the guard allows, and
ends everything when the bytes or the time are used up. Plain http is never passed on.
"""

import base64
import secrets
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from monitor.capture.dialling import Dialler
from monitor.capture.guard import PORT, NotAllowed, host_name

_PIECE = 65536
USER = "capture"


@dataclass
class GuardProxy:
    """What one capture may use, and what came of it."""

    dialler: Dialler
    bytes_left: int = 100 * 1024**2
    seconds: float = 60.0
    password: str = field(default_factory=secrets.token_urlsafe, repr=False)
    port: int = 0
    reached: list[str] = field(default_factory=list)
    """Hosts that a connection was made to, in order."""
    refused: list[str] = field(default_factory=list)
    """What was not passed on, and why, each once."""
    used_up: bool = False
    """Whether the limit of bytes or time ended it; the capture is not whole then."""
    until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def server(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def take(self, size: int) -> bool:
        """Count bytes that came in; false when there were too many."""
        with self.lock:
            self.bytes_left -= size
            self.used_up = self.used_up or self.bytes_left < 0
            return not self.used_up

    def refuse(self, why: str) -> None:
        with self.lock:
            if why not in self.refused and len(self.refused) < 200:
                self.refused.append(why)


@contextmanager
def guarding(proxy: GuardProxy) -> Iterator[GuardProxy]:
    """Serve on a free loopback port while the block runs."""
    with _Server(proxy) as server:
        proxy.port = server.server_port
        proxy.until = time.monotonic() + proxy.seconds
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.until = 0.0  # ends every tunnel that is still open
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, proxy: GuardProxy) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.proxy = proxy

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that broke is the browser's business; the capture says what is missing."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 20

    def do_CONNECT(self) -> None:
        proxy = self.server.proxy
        if not self._knows_password():
            self._answer(407)
            return
        host = self.path.rpartition(":")[0]
        try:
            name = _checked_name(self.path)
            far = proxy.dialler.connect(name)
        except NotAllowed as why:
            proxy.refuse(str(why))
            self._answer(403)
            return
        except OSError as error:
            proxy.refuse(f"{host[:80]}: no connection ({type(error).__name__})")
            self._answer(502)
            return
        with far:
            proxy.reached.append(name)
            self._answer(200)
            _pass_on(proxy, self.connection, far)

    def _plain(self) -> None:
        self.server.proxy.refuse("http without encryption: only https is fetched")
        self._answer(403)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = _plain  # noqa: N815  http.server's names

    def _knows_password(self) -> bool:
        wanted = base64.b64encode(f"{USER}:{self.server.proxy.password}".encode()).decode()
        given = self.headers.get("Proxy-Authorization", "")
        return secrets.compare_digest(given.encode(), f"Basic {wanted}".encode())

    def _answer(self, status: int) -> None:
        self.send_response_only(status)
        if status == 407:
            self.send_header("Proxy-Authenticate", 'Basic realm="capture"')
        self.end_headers()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Logs hold ids only; the record of the capture says what was reached."""


def _checked_name(authority: str) -> str:
    """The host of `HOST:443`. Raises NotAllowed."""
    host, _, port = authority.rpartition(":")
    if port != str(PORT):
        raise NotAllowed(f"{host[:80]}: port {port[:10]}: only port {PORT} is reached")
    return host_name(host)


def _pass_on(proxy: GuardProxy, near: socket.socket, far: socket.socket) -> None:
    """Bytes both ways until one side ends, or the limits do."""
    near.settimeout(20)
    far.settimeout(20)
    with suppress(OSError):
        while time.monotonic() < proxy.until:
            ready, _, _ = select.select([near, far], [], [], 0.2)
            for side in ready:
                piece = side.recv(_PIECE)
                if not piece or (side is far and not proxy.take(len(piece))):
                    return
                (near if side is far else far).sendall(piece)
