"""Opening a connection to an address that the guard has checked: resolved once, that very address dialled."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import IPv6Network
from pathlib import Path

from monitor.capture.guard import PORT, NotAllowed, nat64_prefixes, public_address

Resolve = Callable[[str], Sequence[str]]
"""Host name → its addresses, in any order; raises OSError."""
CONNECT_SECONDS = 10.0


@contextmanager
def cut_after(seconds: float, connection: socket.socket) -> Iterator[threading.Event]:
    """Cut a connection when the time is over, however slowly the other side drips. The event says that
    it was cut.
    """
    was_cut = threading.Event()

    def cut() -> None:
        was_cut.set()
        with suppress(OSError):
            # Not SSLSocket's own, which would take the connection's state from under whoever reads it.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield was_cut
    finally:
        timer.cancel()


def ask_dns(host: str) -> list[str]:
    """The addresses of a name, from this machine's own resolver."""
    found = socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@dataclass
class Dialler:
    """Dials checked addresses for one capture. Every host is resolved once and keeps its address.

    `loopback` is for tests alone: host → address and port on this machine. No setting leads to it.
    """

    resolve: Resolve = ask_dns
    loopback: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    ca_bundle: Path | None = None
    dialled: dict[str, str] = field(default_factory=dict)
    """Host → the address that was dialled, for the record of the capture."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def connect(self, host: str) -> socket.socket:
        """A connection to port 443 of a host. Raises NotAllowed or OSError."""
        address, port = self._place(host)
        return socket.create_connection((address, port), timeout=CONNECT_SECONDS)

    def connect_tls(self, host: str) -> ssl.SSLSocket:
        """The same with TLS: the certificate must be the host's and lead to a known authority."""
        plain = self.connect(host)
        try:
            tls = self._context().wrap_socket(
                plain, server_hostname=host, do_handshake_on_connect=False, suppress_ragged_eofs=False
            )
        except BaseException:
            plain.close()
            raise
        try:
            with cut_after(CONNECT_SECONDS, tls):
                tls.do_handshake()
        except BaseException:
            tls.close()
            raise
        return tls

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.ca_bundle and str(self.ca_bundle))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def _place(self, host: str) -> tuple[str, int]:
        with self._lock:
            if host not in self.dialled:
                self.dialled[host] = self._checked(host)
        return self.loopback.get(host, (self.dialled[host], PORT))

    def _checked(self, host: str) -> str:
        if host in self.loopback:
            return self.loopback[host][0]
        try:
            answers = list(self.resolve(host))
        except (OSError, UnicodeError) as error:
            raise NotAllowed(f"{host} has no address") from error
        only_v6 = bool(answers) and all(":" in answer for answer in answers)
        return public_address(host, answers, self._local_nat64() if only_v6 else ())

    def _local_nat64(self) -> tuple[IPv6Network, ...]:
        """Where there is only IPv6 the network may translate, and its prefix leads to inside addresses."""
        try:
            return nat64_prefixes(self.resolve("ipv4only.arpa"))
        except (OSError, UnicodeError, ValueError):
            return ()
