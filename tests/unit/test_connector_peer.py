"""Who answered is noted for the record: the address, and the certificate that was shown and trusted."""

import hashlib
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectors.http import BoundedSession

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Silent."""


def certificate(folder: Path) -> tuple[x509.Certificate, Path]:
    """A certificate of 127.0.0.1 that signs itself, and a file with it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "both.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    return made, file


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_nobody_could_say_which_server_answered(server: ThreadingHTTPServer) -> None:
    with BoundedSession(lambda: NOW) as session:
        for _ in range(2):  # the second one over the connection of the first
            session.get(f"http://127.0.0.1:{server.server_port}/")
        seen = session.drain()
    assert [(one.server_address, one.certificate_sha256) for one in seen] == [("127.0.0.1", None)] * 2
    assert not any(one.through_proxy for one in seen)


def test_nobody_could_say_whose_certificate_was_trusted(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    """Where a school's filter inspects TLS, the record shows the filter's certificate, and so that it did."""
    made, file = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(made.public_bytes(Encoding.PEM))
    with BoundedSession(lambda: NOW, ca_bundle=trusted) as session:
        for _ in range(2):
            session.get(f"https://127.0.0.1:{server.server_port}/")
        seen = session.drain()
    shown = hashlib.sha256(made.public_bytes(Encoding.DER)).hexdigest()
    assert [(one.server_address, one.certificate_sha256) for one in seen] == [("127.0.0.1", shown)] * 2
