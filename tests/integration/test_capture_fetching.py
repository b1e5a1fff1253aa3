"""Media by GET from a real server with real TLS on this machine: what is asked, and what is not taken."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.media_host import MediaHost, media_host, picture

from monitor.capture.dialling import Dialler
from monitor.capture.fetching import Fetched, Limits, NotFetched, fetch_medium

MEDIA = "media.example"
QUICK = Limits(bytes_each=10_000, seconds=20)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[MediaHost]:
    with media_host(tmp_path, MEDIA, "cdn.example") as running:
        running.shows(f"{MEDIA}/a.png", picture())
        yield running


def nobody(name: str) -> list[str]:
    raise OSError(name)


def fetch(host: MediaHost, path: str, limits: Limits = QUICK, *, trusted: bool = True) -> Fetched:
    dialler = Dialler(resolve=nobody, loopback=host.loopback, ca_bundle=host.ca if trusted else None)
    return fetch_medium(f"https://{MEDIA}{path}", dialler, limits)


def test_a_medium_comes_byte_for_byte_by_one_plain_request(host: MediaHost) -> None:
    """A picture that was changed on its way is no evidence; a header of ours would tell who looks."""
    fetched = fetch(host, "/a.png")
    assert fetched.body == picture()
    assert (fetched.content_type, fetched.ending, fetched.status) == ("image/png", "png", 200)
    assert [one.path for one in host.asked] == ["/a.png"]
    sent = {name.lower(): value for name, value in host.asked[0].headers.items()}
    assert set(sent) == {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert sent["host"] == MEDIA


def test_a_foreign_certificate_is_not_accepted(host: MediaHost) -> None:
    """Whoever sits between could file any picture as the post's."""
    with pytest.raises(NotFetched, match="certificate"):
        fetch(host, "/a.png", trusted=False)
    assert host.asked == []


def test_a_certificate_of_another_name_is_not_accepted(host: MediaHost) -> None:
    """The address was checked, and the name would be anybody's."""
    dialler = Dialler(resolve=nobody, loopback={"else.example": ("127.0.0.1", host.port)}, ca_bundle=host.ca)
    with pytest.raises(NotFetched, match="certificate"):
        fetch_medium("https://else.example/a.png", dialler)
    assert host.asked == []


def test_a_redirect_is_followed_and_told(host: MediaHost) -> None:
    """Media hosts pass on to another server; the record must say which one answered."""
    host.shows("cdn.example/b.png", picture(9))
    host.shows(f"{MEDIA}/on", b"", status=302, Location="https://cdn.example/b.png")
    fetched = fetch(host, "/on")
    assert fetched.body == picture(9)
    assert fetched.steps == (f"https://{MEDIA}/on", "https://cdn.example/b.png")


@pytest.mark.parametrize(
    "location",
    ["http://cdn.example/b.png", "https://127.0.0.1/", "https://cdn.example:8443/", "//10.0.0.1/", "file:///etc/passwd",
     "https://inside.example/"],
)  # fmt: skip
def test_a_redirect_leads_nowhere_that_was_not_allowed_at_first(host: MediaHost, location: str) -> None:
    """A public picture would lead us to the school's router."""
    host.shows(f"{MEDIA}/on", b"", status=302, Location=location)
    with pytest.raises(NotFetched, match="not asked for"):
        fetch(host, "/on")
    assert host.requests_for("cdn.example") == []


def test_redirects_end(host: MediaHost) -> None:
    """A circle would hold the capture for ever."""
    host.shows(f"{MEDIA}/on", b"", status=307, Location="/on")
    with pytest.raises(NotFetched, match="more than 3 times"):
        fetch(host, "/on")
    assert len(host.asked) == 4


@pytest.mark.parametrize(
    "kind", ["text/html", "image/svg+xml", "application/octet-stream", "", "image/jpeg2000"]
)
def test_what_is_no_picture_or_film_is_not_kept(host: MediaHost, kind: str) -> None:
    """A program would lie among the exhibits and run when an officer opens it."""
    host.shows(f"{MEDIA}/a", b"<script>", kind)
    with pytest.raises(NotFetched, match="not a picture"):
        fetch(host, "/a")


@pytest.mark.parametrize("status", [204, 206, 401, 403, 404, 429, 500])
def test_an_error_page_is_no_picture(host: MediaHost, status: int) -> None:
    """The platform's “not found” picture would be filed as the post's."""
    host.shows(f"{MEDIA}/a.png", picture(), status=status)
    with pytest.raises(NotFetched, match=str(status)):
        fetch(host, "/a.png")


def test_what_is_too_large_is_left(host: MediaHost) -> None:
    """One film would fill the disk that holds the evidence."""
    host.shows(f"{MEDIA}/big.png", b"x" * 10_001)
    with pytest.raises(NotFetched, match="larger than"):
        fetch(host, "/big.png")


def endless(write: Callable[[bytes], object]) -> None:
    write(b"HTTP/1.0 200 OK\r\nContent-Type: image/png\r\n\r\n")
    try:
        while True:
            write(b"x" * 4096)
    except OSError:
        return


def test_what_never_ends_is_left(host: MediaHost) -> None:
    """A server that says no length can send for ever."""
    host.slowly[f"{MEDIA}/a.png"] = endless
    with pytest.raises(NotFetched, match="larger than"):
        fetch(host, "/a.png")


@pytest.mark.parametrize(
    "begins", [b"", b"HTTP/1.0 200 OK\r\nContent-Type: image/png\r\n\r\nxx", b"HTTP/1.0 200 OK\r\nContent-Le"]
)
def test_whoever_drips_is_cut_off(host: MediaHost, begins: bytes) -> None:
    """One byte a minute would hold the capture, and the person who waits for it, for days."""
    over = threading.Event()

    def drip(write: Callable[[bytes], object]) -> None:
        try:
            write(begins or b"H")
            while not over.wait(0.05):
                write(b"x")
        except OSError:
            return

    host.slowly[f"{MEDIA}/a.png"] = drip
    try:
        with pytest.raises(NotFetched, match="longer than 1 seconds"):
            fetch(host, "/a.png", Limits(seconds=1))
    finally:
        over.set()


def test_a_picture_that_broke_off_is_not_kept(host: MediaHost) -> None:
    """Half a picture would be sealed as the whole."""
    host.shows(f"{MEDIA}/a.png", picture()[:20], Content_Length="500")
    with pytest.raises(NotFetched):
        fetch(host, "/a.png")


def test_what_came_packed_is_not_kept(host: MediaHost) -> None:
    """A few bytes that unpack to a full disk; and not the bytes that anybody was shown."""
    host.shows(f"{MEDIA}/a.png", picture(), Content_Encoding="gzip")
    with pytest.raises(NotFetched, match="packed"):
        fetch(host, "/a.png")
