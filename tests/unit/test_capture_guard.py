"""Which addresses a capture may reach: decided on words and numbers, without any network."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.capture.dialling import Dialler
from monitor.capture.guard import NotAllowed, nat64_prefixes, public_address, target_of

INSIDE = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.127.255.254", "192.0.0.8", "192.0.2.1", "198.18.0.1",
    "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "192.88.99.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1",
    "ff0e::1", "2001:db8::1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::8.8.8.8",
    "::ffff:0:8.8.8.8", "64:ff9b::a00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1",
    "2002:7f00:1::", "2002:808:808::1", "2001:0:4136:e378::1", "100::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_nothing_inside_the_school_is_reached(address: str) -> None:
    """A page would make us read the school's own machines, by whatever spelling of their address."""
    with pytest.raises(NotAllowed, match="leads to"):
        public_address("host.example", [address])


@pytest.mark.parametrize("address", ["8.8.8.8", "151.101.1.67", "2606:4700::6810:84e5", "2a04:4e42::67"])
def test_public_servers_are_reached(address: str) -> None:
    """No platform at all could be captured."""
    assert public_address("host.example", [address]) == address


def test_one_inside_answer_refuses_the_name() -> None:
    """A name with two answers would be let in by the one and lead to the other."""
    with pytest.raises(NotAllowed, match=r"10\.1\.1\.1"):
        public_address("host.example", ["8.8.8.8", "10.1.1.1"])


def test_a_name_without_an_address_is_refused() -> None:
    """An empty answer would be dialled as this machine."""
    with pytest.raises(NotAllowed):
        public_address("host.example", [])
    with pytest.raises(NotAllowed):
        public_address("host.example", ["not an address"])


def test_ipv4_is_dialled_first_and_always_the_same() -> None:
    """The record would name an address that was not the one dialled."""
    answers = ["2606:4700::6810:84e5", "151.101.1.67", "8.8.8.8"]
    assert (
        public_address("host.example", answers) == public_address("host.example", answers[::-1]) == "8.8.8.8"
    )


def test_a_networks_own_nat64_leads_nowhere() -> None:
    """A translating network gives inside machines addresses that look public."""
    prefixes = nat64_prefixes(["2a00:1098:2b::c000:aa", "2a00:1098:2c:1::1", "192.0.0.170"])
    assert [str(one) for one in prefixes] == ["2a00:1098:2b::/96"]
    with pytest.raises(NotAllowed):
        public_address("host.example", ["2a00:1098:2b::a00:1"], prefixes)
    assert public_address("host.example", ["2a00:1098:2d::a00:1"], prefixes)


@given(st.ip_addresses(v=4))
def test_what_stands_for_an_inside_address_is_refused_in_every_form(address: object) -> None:
    """One wrapped spelling that is let through is enough."""
    number = int(address)  # type: ignore[call-overload]  # an IPv4Address
    for form in (f"::ffff:{address}", f"64:ff9b::{address}", f"::{address}",
                 f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1"):  # fmt: skip
        with pytest.raises(NotAllowed):
            public_address("host.example", [form])


REFUSED_URLS = [
    "http://media.example/a.jpg", "ftp://media.example/a", "file:///etc/passwd", "//media.example/a",
    "media.example/a", "https://media.example:8443/a", "https://media.example:80/a", "https://a:b@media.example/",
    "https://a@media.example/", "https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/",
    "https://0177.0.0.1/", "https://1.2.3/", "https://localhost/", "https://intranet/", "https:///a",
    "https://media.example/a b", "https://media.example/\n", "https://media.example\\@inside.example/",
    "https://media.example:99999/", "https://-a.example/", "https://a..example/", "https://a\x00.example/",
    "https://media.example/" + "a" * 5000, "javascript:alert(1)", "data:image/png;base64,AAAA", "",
    "https://％31０.0.0.1/", "https://１２７.0.0.1/", "https://[fe80::1%25eth0]/", "https://a.example%00.b.example/",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_an_odd_address_is_refused(url: str) -> None:
    """What two programs read differently, one of them lets in."""
    with pytest.raises(NotAllowed):
        target_of(url)


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://Media.Example/a.jpg?x=1#part", "https://media.example/a.jpg?x=1"),
        ("https://media.example", "https://media.example/"),
        ("https://media.example.:443/ü", "https://media.example/%C3%BC"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("HTTPS://media.example/", "https://media.example/"),
    ],
)
def test_a_plain_address_is_asked_as_it_is_written(url: str, asked: str) -> None:
    """Another picture than the one named would be filed as evidence."""
    assert target_of(url).url == asked


@given(st.text(max_size=60))
def test_no_text_breaks_the_guard(text: str) -> None:
    """An address that a stranger made up would end the capture with a traceback."""
    for url in (text, f"https://{text}", f"https://media.example/{text}"):
        try:
            assert target_of(url).url.isascii()
        except NotAllowed:
            continue


def test_a_name_is_resolved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that answers public first and inside the second time would get through (DNS rebinding)."""
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])
    dialled: list[object] = []
    monkeypatch.setattr(socket, "create_connection", lambda place, timeout: dialled.append(place))
    dialler = Dialler(resolve=lambda _: next(answers))
    dialler.connect("host.example")
    dialler.connect("host.example")
    assert dialled == [("8.8.8.8", 443)] * 2
    assert dialler.dialled == {"host.example": "8.8.8.8"}


def test_a_name_that_leads_inside_is_never_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checking after dialling is too late."""
    dialled: list[object] = []
    monkeypatch.setattr(socket, "create_connection", lambda place, timeout: dialled.append(place))
    with pytest.raises(NotAllowed):
        Dialler(resolve=lambda _: ["8.8.8.8", "192.168.0.1"]).connect("host.example")
    translating = {"host.example": ["2a00:1098:2b::a00:1"], "ipv4only.arpa": ["2a00:1098:2b::c000:aa"]}
    with pytest.raises(NotAllowed):
        Dialler(resolve=translating.__getitem__).connect("host.example")
    assert dialled == []
