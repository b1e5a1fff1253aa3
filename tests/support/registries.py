"""DNS and the registries (RDAP) on this machine, answering as the real ones do (RFC 9083)."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

SITE, ADDRESS = "forum.village.org.uk", "192.0.1.10"


def entity(role: str, name: str, email: str) -> dict[str, Any]:
    card = [["version", {}, "text", "4.0"], ["fn", {}, "text", name], ["email", {}, "text", email]]
    return {
        "objectClassName": "entity", "handle": name.upper(), "roles": [role], "vcardArray": ["vcard", card],
    }  # fmt: skip


@dataclass
class World:
    """What the registries know; a test changes it."""

    addresses: dict[str, list[str]] = field(default_factory=lambda: {SITE: [ADDRESS]})
    network_name: str = "VILLAGE-HOSTING"
    network_abuse: list[dict[str, Any]] = field(
        default_factory=lambda: [entity("abuse", "Abuse desk", "abuse@hosting.org.uk")]
    )
    domains: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {
            "village.org.uk": [
                entity("registrar", "A Registrar", "info@registrar.co.uk")
                | {"entities": [entity("abuse", "Registrar abuse", "abuse@registrar.co.uk")]}
            ]
        }
    )
    asked: list[str] = field(default_factory=list)
    silent: bool = False


@dataclass(frozen=True)
class Running:
    world: World
    bootstrap: Path
    nameserver: str

    @property
    def settings(self) -> str:
        return f'\n[registries]\nbootstrap = "{self.bootstrap}"\nnameserver = "{self.nameserver}"\n'


@contextmanager
def registries(folder: Path) -> Iterator[Running]:
    world = World()
    rdap = ThreadingHTTPServer(("127.0.0.1", 0), _rdap(world))
    names = socketserver.ThreadingUDPServer(("127.0.0.1", 0), _dns(world))
    threads = [threading.Thread(target=one.serve_forever, args=(0.02,)) for one in (rdap, names)]
    for thread in threads:
        thread.start()
    try:
        address = f"http://127.0.0.1:{rdap.server_address[1]}/"
        (folder / "registries.json").write_text(json.dumps(_bootstrap(address)))
        yield Running(world, folder / "registries.json", f"127.0.0.1:{names.server_address[1]}")
    finally:
        for server, thread in zip((rdap, names), threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


def _bootstrap(url: str) -> dict[str, Any]:
    """As IANA publishes it (RFC 9224), with one registry for everything."""
    return {
        "timestamp": 1,
        "asn": {"services": [[["1-4294967294"], [url]]]},
        "dns": {"services": [[["uk", "org", "com"], [url]]]},
        "ipv4": {"services": [[["0.0.0.0/0"], [url]]]},
        "ipv6": {"services": [[["::/0"], [url]]]},
        "object": {"services": [[["someone@example.org"], ["X"], [url]]]},
    }


def _rdap(world: World) -> type[BaseHTTPRequestHandler]:
    class Registry(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            world.asked.append(self.path)
            status, answer = (503, {}) if world.silent else _answer(world, self.path)
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/rdap+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    return Registry


def _answer(world: World, path: str) -> tuple[int, dict[str, Any]]:
    _, kind, value = path.split("/", 2)
    if kind == "ip":
        return 200, {
            "objectClassName": "ip network", "handle": "NET", "name": world.network_name,
            "startAddress": "192.0.1.0", "endAddress": "192.0.1.255", "ipVersion": "v4",
            "entities": world.network_abuse,
        }  # fmt: skip
    if value in world.domains:
        return 200, {"objectClassName": "domain", "ldhName": value, "entities": world.domains[value]}
    return 404, {"errorCode": 404, "title": "not found"}


def _dns(world: World) -> type[socketserver.BaseRequestHandler]:
    class Names(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            question = dns.message.from_wire(self.request[0])
            answer = dns.message.make_response(question)
            answer.flags |= dns.flags.RA
            name = question.question[0].name.to_text().rstrip(".")
            kind = dns.rdatatype.to_text(question.question[0].rdtype)
            known = world.addresses.get(name, []) if kind == "A" else []
            if known:
                answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *known))
            elif kind == "A":
                answer.set_rcode(dns.rcode.NXDOMAIN)
            self.request[1].sendto(answer.to_wire(), self.client_address)

    return Names
