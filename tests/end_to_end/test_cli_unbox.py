"""`evidence unbox`: whoever was sent a locked export opens it on a machine that has no school."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from support.command_line import run

from monitor.evidence.lockbox import locked_to


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """A folder with a box, the key it was locked to, and another key."""
    for name in ("mine", "other"):
        key = X25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (tmp_path / f"{name}.pem").write_bytes(pem)
        if name == "mine":
            box = locked_to({"week.zip": b"the zip"}, [key.public_key()], b"week.zip")
            (tmp_path / "week.zip.box").write_bytes(box)
            (tmp_path / "item.box").write_bytes(locked_to({"a": b"x"}, [key.public_key()], b"0193-41"))
    return tmp_path


def test_the_police_could_not_open_what_was_locked_to_them(sent: Path) -> None:
    out = sent / "week.zip"
    command = ("evidence", "unbox", sent / "week.zip.box", "--key", sent / "mine.pem", "--out", out)
    ran = run(*command, stdin=b"\n")
    assert (ran.status, out.read_bytes()) == (0, b"the zip"), ran.err
    out.write_bytes(b"something else")
    again = run(*command, stdin=b"\n")
    assert (again.status, out.read_bytes()) == (1, b"something else")
    assert "exists already" in again.err


@pytest.mark.parametrize(
    ("box", "key", "words"),
    [
        ("week.zip.box", "other.pem", "locked to the keys"),
        ("mine.pem", "mine.pem", "no box of the format"),
        ("item.box", "mine.pem", "something else than an export"),
        ("none.box", "mine.pem", "cannot be read"),
    ],
)
def test_what_does_not_open_leaves_nothing(sent: Path, box: str, key: str, words: str) -> None:
    ran = run("evidence", "unbox", sent / box, "--key", sent / key, "--out", sent / "out.zip", stdin=b"\n")
    assert (ran.status, (sent / "out.zip").exists()) == (1, False)
    assert words in ran.err
