"""The box that closed evidence lies in: only two keys open it, and no byte of it can be exchanged."""

import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from monitor.evidence.lock_keys import KeyUnusable, public_file, read_private, read_public, write_new_pair
from monitor.evidence.lockbox import (
    BoxUnreadable,
    NotForThisKey,
    header_of,
    key_id,
    locked,
    locked_to,
    opened,
)

MANAGER, RECOVERY, STRANGER = (
    X25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2, 3)
)
AAD = b"0b0c8a3e-3c3e-4d8e-9a63-0e6d5f0d7b11"
FILES = {
    "record.json": "Fernhill never answers the phone – ever 🙃".encode(),
    "raw.json": bytes(range(256)),
    "empty": b"",
}
PASSPHRASE = "four swans over a lake"


def _box(aad: bytes = AAD) -> bytes:
    return locked(FILES, MANAGER.public_key(), RECOVERY.public_key(), aad)


@pytest.mark.parametrize("key", [MANAGER, RECOVERY], ids=["manager", "recovery"])
def test_either_key_alone_opens_it_or_one_lost_key_loses_the_evidence(key: X25519PrivateKey) -> None:
    assert opened(_box(), key, AAD) == FILES


def test_another_key_opens_nothing_and_is_told_which_would() -> None:
    """A stolen box beside a key of somebody else's gives no old text."""
    with pytest.raises(NotForThisKey, match=key_id(MANAGER.public_key())[:16]):
        opened(_box(), STRANGER)


def test_no_file_or_name_of_a_file_can_be_read_without_a_key() -> None:
    box = _box()
    for clear in (*FILES, "Fernhill", "never answers"):
        assert clear.encode() not in box


def test_any_changed_byte_is_refused() -> None:
    """Evidence that comes out of the box must be what went in."""
    box = _box()
    for place in range(0, len(box), 7):
        changed = box[:place] + bytes([box[place] ^ 1]) + box[place + 1 :]
        with pytest.raises(BoxUnreadable):
            opened(changed, MANAGER, AAD)


@pytest.mark.parametrize("length", [0, 5, 17, 18, 60, 300])
def test_a_box_cut_short_is_refused_in_words(length: int) -> None:
    with pytest.raises(BoxUnreadable):
        opened(_box()[:length], MANAGER, AAD)


def test_two_boxes_cannot_be_exchanged() -> None:
    """Otherwise one child's words could be shown as another's."""
    with pytest.raises(BoxUnreadable, match="belongs to"):
        opened(_box(b"another item"), MANAGER, AAD)


def test_a_reader_cannot_be_moved_to_another_box() -> None:
    """The wrapped key of one box says nothing in another: `info` ties it to what was locked."""
    mine, theirs = _box(), locked_to({"x": b"theirs"}, [STRANGER.public_key()], b"other")
    wrapped = header_of(mine).wrapped
    assert not set(wrapped) & set(header_of(theirs).wrapped)
    assert header_of(mine).aad == AAD


@given(st.dictionaries(st.text(max_size=20), st.binary(max_size=200), max_size=5), st.binary(max_size=40))
def test_whatever_goes_in_comes_out(files: dict[str, bytes], aad: bytes) -> None:
    box = locked(files, MANAGER.public_key(), RECOVERY.public_key(), aad)
    assert opened(box, RECOVERY, aad) == files


def test_the_same_words_never_make_the_same_box() -> None:
    """Equal boxes would tell a thief that two people wrote the same."""
    assert _box() != _box()


def test_a_box_for_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="reader"):
        locked_to(FILES, [], AAD)


def test_new_keys_open_again_with_the_passphrase_and_in_openssl(tmp_path: Path) -> None:
    """In ten years there may be openssl and no schoolwatch."""
    private = tmp_path / "manager.pem"
    public = write_new_pair(private, PASSPHRASE)
    key = read_private(private, PASSPHRASE)
    assert opened(locked(FILES, read_public(public), RECOVERY.public_key(), AAD), key) == FILES
    asked = ["openssl", "pkey", "-in", str(private), "-passin", f"pass:{PASSPHRASE}", "-pubout"]
    assert subprocess.run(asked, capture_output=True, check=True).stdout == public.read_bytes()


def test_only_the_owner_reads_the_private_half(tmp_path: Path) -> None:
    private = tmp_path / "manager.pem"
    write_new_pair(private, PASSPHRASE)
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert b"ENCRYPTED" in private.read_bytes()


@pytest.mark.parametrize("there", ["manager.pem", "manager.pub.pem"])
def test_new_keys_never_take_the_place_of_old_ones(tmp_path: Path, there: str) -> None:
    """A key written over is evidence lost for ever."""
    (tmp_path / there).write_text("the old one")
    with pytest.raises(KeyUnusable, match=there):
        write_new_pair(tmp_path / "manager.pem", PASSPHRASE)
    assert (tmp_path / there).read_text() == "the old one"
    assert [path.name for path in tmp_path.iterdir()] == [there]


def test_a_short_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable, match="12 characters"):
        write_new_pair(tmp_path / "manager.pem", "short")
    assert not list(tmp_path.iterdir())


def test_what_is_wrong_with_a_key_is_said(tmp_path: Path) -> None:
    private = tmp_path / "manager.pem"
    write_new_pair(private, PASSPHRASE)
    with pytest.raises(KeyUnusable, match="does not open with this passphrase"):
        read_private(private, "another passphrase")
    with pytest.raises(KeyUnusable, match="holds no public key"):
        read_public(private)
    with pytest.raises(KeyUnusable, match="cannot be read"):
        read_public(public_file(tmp_path / "not there.pem"))
    signing = Ed25519PrivateKey.generate().public_key()
    other = tmp_path / "log.pub.pem"
    other.write_bytes(signing.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(KeyUnusable, match="expected X25519"):
        read_public(other)
