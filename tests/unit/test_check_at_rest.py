"""What `check` says of the keys that closed evidence is locked to."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from config.schema import Evidence, Settings
from monitor.checks.at_rest import locking_lines
from monitor.checks.lines import State


def public(path: Path, number: int) -> Path:
    key = X25519PrivateKey.from_private_bytes(bytes([number]) * 32).public_key()
    path.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


def lines(manager: Path | None, recovery: Path | None) -> list[tuple[State, str]]:
    settings = Settings.model_construct(evidence=Evidence(manager_key=manager, recovery_key=recovery))
    return [(line.state, line.message) for line in locking_lines(settings)]


def test_without_keys_the_manager_is_told_that_closed_evidence_stays_readable() -> None:
    """Nobody would else know that a stolen server gives away what was closed years ago."""
    ((state, words),) = lines(None, None)
    assert state is State.WARNING
    assert "stays readable on this machine" in words


def test_two_good_keys_are_well(tmp_path: Path) -> None:
    ((state, _),) = lines(public(tmp_path / "m.pub.pem", 1), public(tmp_path / "r.pub.pem", 2))
    assert state is State.OK


@pytest.mark.parametrize(("second", "words"), [(1, "the same key"), (None, "cannot be read")])
def test_what_would_lose_or_not_lock_the_evidence_fails(
    tmp_path: Path, second: int | None, words: str
) -> None:
    """Found by `check`, and not on the day when the first key is lost."""
    recovery = tmp_path / "r.pub.pem"
    if second is not None:
        public(recovery, second)
    ((state, message),) = lines(public(tmp_path / "m.pub.pem", 1), recovery)
    assert state is State.FAILED
    assert words in message


def test_a_private_key_beside_the_public_one_is_a_warning(tmp_path: Path) -> None:
    manager = public(tmp_path / "m.pub.pem", 1)
    (tmp_path / "m.pem").write_text("private")
    found = lines(manager, public(tmp_path / "r.pub.pem", 2))
    assert [state for state, _ in found] == [State.OK, State.WARNING]
