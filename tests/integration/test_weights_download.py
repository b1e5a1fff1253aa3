"""Weights come whole and as promised, or not at all; every fault is said with its mend."""

import hashlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from support.hub import Hub, hub_running

from classifiers.errors import ModelBroken
from monitor.weights.download import NotThere, download, session_for
from monitor.weights.published import Published

CONTENT = b"weights " * 5000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def hub() -> Iterator[Hub]:
    with hub_running() as running:
        running.files["/a.ckpt"] = CONTENT
        yield running


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with session_for(None, None) as opened:
        yield opened


def test_a_file_would_not_arrive_whole(hub: Hub, session: requests.Session, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    found = download(
        session, f"{hub.address}/a.ckpt", tmp_path / "a.ckpt", sha256_start=DIGEST[:8],
        progress=lambda size, whole: told.append((size, whole)),
    )  # fmt: skip
    assert found == DIGEST
    assert (tmp_path / "a.ckpt").read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))


def test_a_release_that_is_stored_elsewhere_would_not_be_found(
    hub: Hub, session: requests.Session, tmp_path: Path
) -> None:
    hub.moved["/old"] = "/a.ckpt"
    assert download(session, f"{hub.address}/old", tmp_path / "a.ckpt") == DIGEST


def test_a_file_with_a_wrong_hash_would_be_kept(hub: Hub, session: requests.Session, tmp_path: Path) -> None:
    """Also a file of that name that is there already stays as it is."""
    (tmp_path / "a.ckpt").write_bytes(b"the one before")
    with pytest.raises(ModelBroken, match=f"SHA-256 is {DIGEST}, expected one that begins with 00000000"):
        download(session, f"{hub.address}/a.ckpt", tmp_path / "a.ckpt", sha256_start="0" * 8)
    assert [path.name for path in tmp_path.iterdir()] == ["a.ckpt"]
    assert (tmp_path / "a.ckpt").read_bytes() == b"the one before"


def test_half_a_file_would_be_kept(hub: Hub, session: requests.Session, tmp_path: Path) -> None:
    hub.cut.add("/a.ckpt")
    with pytest.raises(ModelBroken):
        download(session, f"{hub.address}/a.ckpt", tmp_path / "a.ckpt")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_would_look_like_an_outage(
    hub: Hub, session: requests.Session, tmp_path: Path
) -> None:
    with pytest.raises(NotThere, match="no such file"):
        download(session, f"{hub.address}/none", tmp_path / "a.ckpt")
    hub.broken["/a.ckpt"] = 503
    with pytest.raises(ModelBroken, match="HTTP 503"):
        download(session, f"{hub.address}/a.ckpt", tmp_path / "a.ckpt")


def test_a_filters_block_page_by_plain_http_would_be_taken_for_weights(
    hub: Hub, session: requests.Session, tmp_path: Path
) -> None:
    """Neither an address in clear, nor a redirect to one, is followed to the end."""
    with pytest.raises(ModelBroken, match="no https address"):
        download(session, "http://example.com/a.ckpt", tmp_path / "a.ckpt")
    hub.moved["/old"] = "http://blocked.invalid/page"
    with pytest.raises(ModelBroken):
        download(session, f"{hub.address}/old", tmp_path / "a.ckpt")
    assert list(tmp_path.iterdir()) == []


def test_one_hop_in_clear_on_the_way_would_let_anybody_swap_the_weights(hub: Hub, tmp_path: Path) -> None:
    """The file comes from a good address in the end, but somebody on the way could have said which."""
    on_the_way = "http://mirror.invalid/hop"
    hub.moved |= {"/old": on_the_way, on_the_way: f"{hub.address}/a.ckpt"}
    with session_for(None, None) as session:
        # The hub is the proxy too, so that it answers for the other host.
        session.proxies, session.trust_env = {"http://mirror.invalid": hub.address}, False
        with pytest.raises(ModelBroken, match=r"http://mirror\.invalid: is no https address"):
            download(session, f"{hub.address}/old", tmp_path / "a.ckpt")
    assert hub.asked == ["/old"], "the hop in clear was asked"
    assert list(tmp_path.iterdir()) == []


def test_a_mirror_that_moves_in_a_circle_or_nowhere_would_end_in_a_traceback(
    hub: Hub, session: requests.Session, tmp_path: Path
) -> None:
    hub.moved |= {"/round": "/about", "/about": "/round", "/lost": "https://[not-an-address"}
    with pytest.raises(ModelBroken, match="sends on more than 10 times"):
        download(session, f"{hub.address}/round", tmp_path / "a.ckpt")
    with pytest.raises(ModelBroken, match="cannot be read"):
        download(session, f"{hub.address}/lost", tmp_path / "a.ckpt")


def test_no_network_would_end_in_a_traceback(session: requests.Session, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ModelBroken, match=r"cannot be reached .* carry the folder over"):
        download(session, f"http://127.0.0.1:{port}/a.ckpt", tmp_path / "a.ckpt")
    with pytest.raises(ModelBroken, match="cannot be reached"):
        download(session, "https://nowhere.invalid/a.ckpt", tmp_path / "a.ckpt")


def test_a_proxy_that_is_down_would_be_taken_for_an_outage(hub: Hub, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with (
        session_for(f"http://127.0.0.1:{port}", None) as session,
        pytest.raises(ModelBroken, match="proxy cannot be used"),
    ):
        download(session, "https://weights.invalid/a.ckpt", tmp_path / "a.ckpt")


def test_the_promise_in_a_files_name_would_be_overlooked() -> None:
    marked = Published("one", "https://example.org/v1/toxic_one-c1212f89.ckpt")
    assert (marked.file, marked.sha256_start) == ("toxic_one-c1212f89.ckpt", "c1212f89")
    assert Published("two", "https://example.org/v1/toxic-small.ckpt").sha256_start == ""


def test_a_mirror_would_be_asked_for_another_file() -> None:
    one = Published("one", "https://example.org/v1/a-c1212f89.ckpt")
    assert one.at(None) == one.url
    assert one.at("https://mirror.example/w/") == "https://mirror.example/w/v1/a-c1212f89.ckpt"


@given(st.text(alphabet="abcdef0123456789", min_size=8, max_size=64), st.text("xyz-_.", max_size=6))
def test_a_promise_would_be_read_wrongly(digest: str, before: str) -> None:
    assert Published("x", f"https://example.org/a{before}-{digest}.ckpt").sha256_start == digest
