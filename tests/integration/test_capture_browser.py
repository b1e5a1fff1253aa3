"""A page in a real Chromium: what is kept of it, and that it reaches nothing but what the guard allows."""

import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from pypdf import PdfReader
from support.media_host import MediaHost, media_host, picture

from monitor.capture.browser import Browser, CapturedPage, PageNotCaptured, capture_page, why_no_browser
from monitor.capture.dialling import Dialler
from monitor.capture.guard import NotAllowed
from monitor.capture.proxy import GuardProxy, guarding

MISSING = why_no_browser(Browser(sandbox=False))
needs_browser = pytest.mark.skipif(MISSING is not None, reason=MISSING or "")
PAGE, MEDIA = "page.example", "media.example"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[MediaHost]:
    with media_host(tmp_path, PAGE, MEDIA, "other.example") as running:
        running.shows(f"{MEDIA}/one.png", picture())
        running.shows(f"{PAGE}/favicon.ico", b"", "image/x-icon")
        yield running


def browser(host: MediaHost) -> Browser:
    trust = f"--ignore-certificate-errors-spki-list={host.spki}"
    return Browser(sandbox=os.geteuid() != 0, more_arguments=[trust])


def nobody(name: str) -> list[str]:
    raise OSError(name)


def captured(host: MediaHost, html: str, **limits: float) -> tuple[CapturedPage, GuardProxy]:
    host.shows(f"{PAGE}/post", html.encode(), "text/html; charset=utf-8", Set_Cookie="seen=1; Path=/; Secure")
    dialler = Dialler(resolve=nobody, loopback={PAGE: host.loopback[PAGE], MEDIA: host.loopback[MEDIA]})
    proxy = GuardProxy(dialler, **limits)  # type: ignore[arg-type]  # numbers by name
    with guarding(proxy):
        return capture_page(f"https://{PAGE}/post", proxy, browser(host)), proxy


@needs_browser
def test_a_page_is_kept_as_picture_paper_and_words(host: MediaHost) -> None:
    """A court would see a page without its picture, or a file that phones home when it is opened."""
    page, proxy = captured(host, f"<title>T</title><p>Words</p><img src='https://{MEDIA}/one.png'>")
    assert sorted(page.files) == ["page.dom.txt", "page.pdf", "page.png"]
    assert page.files["page.png"].startswith(b"\x89PNG")
    assert b"<p>Words</p>" in page.files["page.dom.txt"]
    from io import BytesIO

    assert "Words" in PdfReader(BytesIO(page.files["page.pdf"])).pages[0].extract_text()
    assert host.requests_for(MEDIA) == ["/one.png"]
    assert host.requests_for(PAGE)[0] == "/post"
    assert set(proxy.reached) == {PAGE, MEDIA}
    assert page.status == 200
    assert page.browser.startswith("Chromium 1")


@needs_browser
def test_a_page_learns_nothing_of_us_and_keeps_nothing_with_us(host: MediaHost) -> None:
    """A cookie or a Referer would tell the poster's site which school looks, and at what."""
    script = f"<script>document.cookie='k=1; Secure'; fetch('/again').then(() => new Image().src='https://{MEDIA}/two.png')</script>"
    host.shows(f"{PAGE}/again", b"ok", "text/plain")
    host.shows(f"{MEDIA}/two.png", picture())
    page, _ = captured(host, f"<p id=p></p>{script}<img src='https://{MEDIA}/one.png'>")
    assert {"/one.png", "/two.png"} == set(host.requests_for(MEDIA)), "the page's own script did not run"
    sent = [name.lower() for one in host.asked for name in one.headers]
    assert "cookie" not in sent
    assert "referer" not in sent
    assert "authorization" not in sent
    assert "proxy-authorization" not in sent
    assert page.status == 200


class _Inside(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]  # given below
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def inside() -> Iterator[HTTPServer]:
    """A machine of the school's own, which a page tries to reach."""
    with HTTPServer(("127.0.0.1", 0), _Inside) as server:
        server.asked = []  # type: ignore[attr-defined]  # read by the tests
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@needs_browser
def test_a_page_cannot_make_us_ask_the_schools_own_machines(host: MediaHost, inside: HTTPServer) -> None:
    """Whoever writes the page would read the school's printer, its router, or the console of this daemon."""
    port = inside.server_port
    tries = [f"http://127.0.0.1:{port}/a", f"http://localhost:{port}/b", f"https://127.0.0.1:{port}/c",
             f"http://[::1]:{port}/d", f"http://0x7f.1:{port}/e", f"http://2130706433:{port}/f",
             "https://169.254.169.254/latest", "https://inside.example/g",
             "https://media.example:8443/i"]  # fmt: skip
    images = "".join(f"<img src='{one}'>" for one in tries)
    frames = f"<iframe src='http://127.0.0.1:{port}/frame'></iframe><script>new WebSocket('ws://127.0.0.1:{port}/w')</script>"
    page, proxy = captured(host, f"<p>Words</p>{images}{frames}")
    assert inside.asked == []  # type: ignore[attr-defined]  # given above
    assert host.requests_for(MEDIA) == []
    assert set(proxy.reached) == {PAGE}
    assert "inside.example has no address" in proxy.refused
    assert any("port 8443" in why for why in proxy.refused)
    assert b"Words" in page.files["page.dom.txt"]


@needs_browser
@pytest.mark.parametrize(
    "where", ["http://page.example/", "https://127.0.0.1/", "file:///etc/passwd", "chrome://version"]
)
def test_an_address_that_is_no_public_page_is_never_opened(host: MediaHost, where: str) -> None:
    """The stored address of an item is somebody else's word."""
    proxy = GuardProxy(Dialler(resolve=nobody, loopback=host.loopback))
    with guarding(proxy), pytest.raises(NotAllowed):
        capture_page(where, proxy, browser(host))
    assert host.asked == []


@needs_browser
def test_a_page_that_never_ends_is_cut_off(host: MediaHost) -> None:
    """One page would fill the disk. A style sheet is read to its end; of a broken picture only the beginning is."""
    host.shows(f"{MEDIA}/big.css", b"/*" + b"x" * 3_000_000 + b"*/", "text/css")
    sheet = f"<link rel='stylesheet' href='https://{MEDIA}/big.css'>"
    page, proxy = captured(host, f"{sheet}<p>Words</p>", bytes_left=300_000)
    assert proxy.used_up
    assert b"Words" in page.files["page.dom.txt"]


@needs_browser
def test_a_page_that_is_not_there_says_so(host: MediaHost) -> None:
    """An error page of the browser's own would be filed as what the platform showed."""
    proxy = GuardProxy(Dialler(resolve=nobody, loopback={}))
    with guarding(proxy), pytest.raises(PageNotCaptured) as told:
        capture_page(f"https://{PAGE}/post", proxy, browser(host))
    assert PAGE not in str(told.value)
    assert f"{PAGE} has no address" in proxy.refused, proxy.refused


def test_nobody_else_on_this_machine_can_use_the_proxy(host: MediaHost) -> None:
    """Another account here would reach the web past the school's filter."""
    from http.client import HTTPConnection

    proxy = GuardProxy(Dialler(resolve=nobody, loopback=host.loopback))
    with guarding(proxy):
        connection = HTTPConnection("127.0.0.1", proxy.port, timeout=10)
        connection.set_tunnel(MEDIA, 443)
        with pytest.raises(OSError, match="407"):
            connection.request("GET", "/one.png")
        connection.close()
    assert host.asked == []
    assert proxy.reached == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has no sandbox")
def test_the_service_never_runs_the_browser_without_its_sandbox() -> None:
    """A hole in the browser would be a hole in the machine that keeps the evidence."""
    missing = why_no_browser(Browser())
    assert missing is not None
    assert "root" in missing or "not installed" in missing
