"""A web server on this machine, with real TLS, that shows pages and pictures and counts who asks for them."""

import base64
import hashlib
import ssl
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@dataclass(frozen=True)
class Asked:
    host: str
    path: str
    headers: dict[str, str]


Answer = tuple[int, dict[str, str], bytes]
"""Status, headers, body. A body longer than its Content-Length header says is cut there."""


@dataclass
class MediaHost:
    names: tuple[str, ...]
    ca: Path
    """The authority's certificate, as a file."""
    spki: str
    """The hash by which Chromium can be told to trust exactly this server's key."""
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    """`host/path` → what is answered; anything else is 404."""
    slowly: dict[str, Callable[[Callable[[bytes], object]], None]] = field(default_factory=dict)
    """`host/path` → writes its own answer."""

    @property
    def loopback(self) -> dict[str, tuple[str, int]]:
        """What a dialler is told in tests."""
        return dict.fromkeys(self.names, ("127.0.0.1", self.port))

    def shows(
        self, address: str, body: bytes, kind: str = "image/png", status: int = 200, **more: str
    ) -> None:
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), **more}
        self.answers[address] = (
            status,
            {name.replace("_", "-"): value for name, value in headers.items()},
            body,
        )

    def requests_for(self, host: str) -> list[str]:
        return [one.path for one in self.asked if one.host == host]


@contextmanager
def media_host(folder: Path, *names: str) -> Iterator[MediaHost]:
    authority = trustme.CA()
    certificate = authority.issue_cert(*names)
    ca = folder / "media-ca.pem"
    authority.cert_pem.write_to_path(ca)
    host = MediaHost(names, ca, _spki(certificate.cert_chain_pems[0].bytes()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    server = _Server(host, context)
    host.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _spki(pem: bytes) -> str:
    key = x509.load_pem_x509_certificate(pem).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host: MediaHost, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.host = host
        self.context = context

    def finish_request(self, request, client_address) -> None:  # type: ignore[no-untyped-def]  # socketserver's own
        try:
            with self.context.wrap_socket(request, server_side=True) as tls:
                super().finish_request(tls, client_address)
        except OSError:
            return  # whoever asked went away, or did not like the certificate

    def handle_error(self, request: object, client_address: object) -> None:
        """A test looks at what was asked, not at connections that ended early."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        host = self.server.host
        name = self.headers.get("Host", "")
        host.asked.append(Asked(name, self.path, dict(self.headers.items())))
        place = f"{name}{self.path}"
        if place in host.slowly:
            host.slowly[place](self.wfile.write)
            return
        status, headers, body = host.answers.get(place, (404, {"Content-Length": "0"}, b""))
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing: the test asks `asked`."""


def picture(red: int = 200) -> bytes:
    """A plain square as PNG, made here."""
    row = b"\0" + bytes([red, 40, 40]) * 8
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * 8)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
