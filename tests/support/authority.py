"""A real time-stamping authority on loopback: `openssl ts` behind HTTP, with its certificates and lists.

It can be told to misbehave in each way that an authority, or somebody in its place, can.
"""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

POLICY, OTHER_POLICY = "1.3.6.1.4.1.99999.1", "1.3.6.1.4.1.99999.2"
Key = ec.EllipticCurvePrivateKey
_CONFIG = """\
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
{certs}
signer_digest = sha256
default_policy = {policy}
digests = sha256
accuracy = secs:1
clock_precision_digits = 3
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True)
class Issued:
    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@dataclass
class Authority:
    """The authority's own side. What it does can be changed between two requests."""

    folder: Path
    root: Issued
    between: Issued
    address: str
    policy: str = POLICY
    sends_chain: bool = False
    """Sends the certificates between, too; openssl sends them in the order of the chain."""
    revoked: bool = False
    answer: Callable[[bytes], tuple[int, str, bytes]] | None = None
    """What it answers in place of a stamp: status, type, body."""
    hold: threading.Event | None = None
    """It says nothing until this is set."""
    requests: list[bytes] = field(default_factory=list)
    replies: list[bytes] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    proxied: list[str] = field(default_factory=list)
    """Requests that came as to a proxy."""

    def sign_with(
        self, *, begins: timedelta = timedelta(days=-30), ends: timedelta = timedelta(days=1000),
        names: str = "list", padded: bool = False,
    ) -> None:  # fmt: skip
        """A new signing certificate. `names` where revocation is told: list, service or nothing.

        `padded` makes it longer than the one that signed it, so that the order in which openssl sends the
        two is not the order of DER.
        """
        extensions = [
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
            (_usage(digital_signature=True), True),
            *_names(self.address, names, "signer"),
        ]
        signer = issue(
            f"Signer {len(self.replies)}" + " padded" * (30 if padded else 0),
            self.between, begins=begins, ends=ends, extensions=extensions, authority=False,
        )  # fmt: skip
        self.signer = signer
        (self.folder / "signer.pem").write_bytes(signer.pem)
        (self.folder / "signer.key").write_bytes(signer.key_pem)

    def stamp(self, request: bytes) -> bytes:
        """Run openssl over a request."""
        certs = f"certs = {self.folder}/between.pem" if self.sends_chain else ""
        config, query, reply = (self.folder / name for name in ("ts.cnf", "request.tsq", "reply.tsr"))
        config.write_text(_CONFIG.format(folder=self.folder, certs=certs, policy=self.policy))
        query.write_bytes(request)
        command = ["openssl", "ts", "-reply", "-config", config, "-queryfile", query, "-out", reply]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return reply.read_bytes()

    def respond(self, request: bytes) -> tuple[int, str, bytes]:
        self.requests.append(request)
        if self.hold is not None:
            self.hold.wait(60)
        if self.answer is not None:
            return self.answer(request)
        reply = self.stamp(request)
        self.replies.append(reply)
        return 200, "application/timestamp-reply", reply

    def replay(self, _request: bytes) -> tuple[int, str, bytes]:
        return 200, "application/timestamp-reply", self.replies[0]

    def list_of(self, issuer: Issued, certificate: x509.Certificate) -> bytes:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.certificate.subject)
            .last_update(now - timedelta(minutes=5))
            .next_update(now + timedelta(days=7))
        )
        if self.revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
            builder = builder.add_revoked_certificate(entry.revocation_date(now).build())
        return builder.sign(issuer.key, SHA256()).public_bytes(Encoding.DER)

    def service_answer(self) -> bytes:
        now, good = datetime.now(UTC), ocsp.OCSPCertStatus.GOOD
        status = ocsp.OCSPCertStatus.REVOKED if self.revoked else good
        builder = ocsp.OCSPResponseBuilder().add_response(
            self.signer.certificate, self.between.certificate, SHA256(), status,
            now - timedelta(minutes=5), now + timedelta(days=7), now if self.revoked else None, None,
        )  # fmt: skip
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, self.between.certificate)
        return builder.sign(self.between.key, SHA256()).public_bytes(Encoding.DER)

    def look_up(self, path: str) -> bytes | None:
        self.looked_up.append(path)
        answers = {
            "/signer.crl": lambda: self.list_of(self.between, self.signer.certificate),
            "/between.crl": lambda: self.list_of(self.root, self.root.certificate),
            "/signer.ocsp": self.service_answer,
        }
        return answers[path]() if path in answers else None

    def settings(
        self, name: str, *, policy: str | None = None, chain: bool = True, roots: bytes | None = None
    ) -> str:
        """The table for schoolwatch.toml, with its files beside the authority's own."""
        files = {f"{name}-roots.pem": roots or self.root.pem, f"{name}-chain.pem": self.between.pem}
        for file, content in files.items():
            (self.folder / file).write_bytes(content)
        lines = ["[[evidence.authorities]]", f'name = "{name}"', f'url = "{self.address}/stamp"']
        lines += [f'roots = "{self.folder}/{name}-roots.pem"']
        lines += [f'chain = "{self.folder}/{name}-chain.pem"'] if chain else []
        lines += [f'policy = "{policy}"'] if policy else []
        return "\n".join([*lines, ""])


def issue(
    name: str, issuer: Issued | None = None, *, authority: bool = True,
    begins: timedelta = timedelta(days=-4000), ends: timedelta = timedelta(days=4000), extensions: Any = (),
) -> Issued:  # fmt: skip
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, name[:60])]
        + [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, name[60:120])] * (len(name) > 60)
        + [x509.NameAttribute(NameOID.ORGANIZATION_NAME, name[120:180])] * (len(name) > 120)
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
    )
    if authority:
        builder = builder.add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return Issued(builder.sign(issuer.key if issuer else key, SHA256()), key)


def _usage(**which: bool) -> x509.KeyUsage:
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: which.get(name, False) for name in names})


def _names(address: str, where: str, file: str) -> Iterator[tuple[x509.ExtensionType, bool]]:
    if where == "list":
        point = x509.DistributionPoint(
            [x509.UniformResourceIdentifier(f"{address}/{file}.crl")], None, None, None
        )
        yield x509.CRLDistributionPoints([point]), False
    elif where == "service":
        location = x509.UniformResourceIdentifier(f"{address}/{file}.ocsp")
        method = AuthorityInformationAccessOID.OCSP
        yield x509.AuthorityInformationAccess([x509.AccessDescription(method, location)]), False


@contextmanager
def time_authority(folder: Path, *, names: str = "list", **signing: Any) -> Iterator[Authority]:
    """A good authority; `signing` goes to `sign_with`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "serial").write_text("01\n")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        address = f"http://127.0.0.1:{server.server_port}"
        root = issue("Fernhill Test Root")
        between = issue("Between", root, extensions=list(_names(address, names, "between")))
        authority = Authority(folder, root, between, address)
        (folder / "between.pem").write_bytes(between.pem)
        authority.sign_with(names=names, **signing)
        server.authority = authority  # type: ignore[attr-defined]  # read by the handler
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield authority
        finally:
            if authority.hold is not None:
                authority.hold.set()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        authority: Authority = self.server.authority  # type: ignore[attr-defined]  # set above
        path = self._path(authority)
        if path == "/stamp":
            self._answer(*authority.respond(body))
        else:
            self._looked_up(authority.look_up(path))

    def do_GET(self) -> None:
        authority: Authority = self.server.authority  # type: ignore[attr-defined]  # set above
        self._looked_up(authority.look_up(self._path(authority)))

    def _path(self, authority: Authority) -> str:
        if self.path.startswith("http://"):
            authority.proxied.append(self.path)
            return "/" + self.path.split("/", 3)[3]
        return self.path

    def _looked_up(self, body: bytes | None) -> None:
        self._answer(200 if body is not None else 404, "application/octet-stream", body or b"")

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            return  # the other side hung up, as it should

    def log_message(self, *_: Any) -> None:
        return
