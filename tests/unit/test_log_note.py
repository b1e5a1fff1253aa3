"""Signed checkpoints and proofs as files: what openssl and other programs for such logs must be able to read."""

import base64
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from monitor.evidence.keys import fingerprint, is_fingerprint, public_pem
from monitor.evidence.log import checkpoint as checkpoints
from monitor.evidence.log import proof as proofs
from monitor.evidence.log.checkpoint import Checkpoint
from monitor.evidence.log.note import BadNote, Signer, Verifier, opened, parted
from monitor.evidence.log.proof import TlogProof
from monitor.evidence.log.tree import BadProof, inclusion_path, leaf_hash, root_of

SIGNER = Signer("fernhill.example/evidence-log", Ed25519PrivateKey.from_private_bytes(b"k" * 32))
OTHER = Signer(SIGNER.name, Ed25519PrivateKey.from_private_bytes(b"o" * 32))
BODIES = [b"leaf %d" % number for number in range(11)]
HEAD = Checkpoint(SIGNER.name, len(BODIES), root_of([leaf_hash(body) for body in BODIES]))
NOTE = SIGNER.sign(HEAD.body())


def a_proof(index: int = 6) -> TlogProof:
    path = inclusion_path([leaf_hash(body) for body in BODIES], index)
    return TlogProof(index, path, NOTE, BODIES[index])


def test_openssl_alone_verifies_a_checkpoint(tmp_path: Path) -> None:
    """A court's expert would have to trust our program to check our program."""
    text, ((_, signature),) = parted(NOTE)
    (tmp_path / "body").write_text(text)
    (tmp_path / "signature").write_bytes(signature[4:])
    (tmp_path / "public.pem").write_bytes(public_pem(SIGNER.verifier))
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-rawin"]
    command += ["-in", "body", "-sigfile", "signature"]
    good = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert good.returncode == 0, good.stderr
    (tmp_path / "body").write_text(text.replace("11", "12"))
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0


def test_the_published_note_of_the_format_is_read() -> None:
    """Keys and notes of ours must be what other programs call so (the Go checksum database's own)."""
    vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    note = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    verifier = Verifier.parse(vkey)
    assert verifier.vkey == vkey
    assert opened(note, verifier).startswith("If you think cryptography")


def test_a_note_under_another_key_is_refused() -> None:
    """A log re-made by somebody else would pass for the school's."""
    with pytest.raises(BadNote, match="not signed by"):
        opened(OTHER.sign(HEAD.body()), SIGNER.verifier)
    with pytest.raises(BadNote, match="not signed by"):
        opened(NOTE, Verifier("elsewhere.example/log", SIGNER.verifier.public_key))


def flipped(text: str) -> Iterator[str]:
    """The text with one bit of each of its bytes turned round, one after the other."""
    for place in range(len(text.encode())):
        changed = bytearray(text.encode())
        changed[place] ^= 1
        yield changed.decode("utf-8", "surrogateescape")


def test_every_flipped_byte_of_a_note_is_refused() -> None:
    """A checkpoint with another size or root must not keep its signature."""
    for changed in flipped(NOTE):
        with pytest.raises(BadNote):
            checkpoints.parse(opened(changed, SIGNER.verifier))


@pytest.mark.parametrize("body", [
    "", "a\n1\n", "a\n01\n{root}\n", "a\n-1\n{root}\n", "a\n1\n{root}", "a b\n1\n{root}\n", "a\n1\n{root}\nmore\n",
    "a+b\n1\n{root}\n", "a\n1\n{root}=\n", "a\n1\nAAAA\n", "\n1\n{root}\n", "a\n١\n{root}\n", "a\n1\r\n{root}\n",
])  # fmt: skip
def test_a_body_that_could_be_read_in_two_ways_is_refused(body: str) -> None:
    """Two programs that read one checkpoint differently could each be shown another log."""
    root = base64.b64encode(b"r" * 32).decode()
    with pytest.raises(BadNote):
        checkpoints.parse(body.format(root=root))


def test_a_checkpoint_is_found_at_the_foot_of_a_mail() -> None:
    """The manager's mailbox is the outside witness: what it holds must be usable as it was saved."""
    shown = f"> Sent to you\n\n  {HEAD.body().replace(chr(10), chr(10) + '  ')}Key fingerprint:\nabcd"
    assert checkpoints.found_in(shown) == [HEAD]
    assert checkpoints.found_in("nothing of the kind\n12\nin here\n") == []


def test_a_proof_comes_back_from_its_file_and_holds() -> None:
    """What an officer is handed must be enough, years later, without us."""
    for index in range(len(BODIES)):
        text = a_proof(index).text()
        read = proofs.parse(text)
        assert read.text() == text
        assert read.verify(SIGNER.verifier) == HEAD
        assert read.verify(SIGNER.verifier, BODIES[index]) == HEAD


def test_every_flipped_byte_of_a_proof_file_is_refused() -> None:
    """One changed byte anywhere in the file an officer holds must be seen."""
    for changed in flipped(a_proof().text()):
        with pytest.raises((BadNote, BadProof)):
            proofs.parse(changed).verify(SIGNER.verifier, BODIES[6])


def test_a_proof_of_another_leaf_is_refused() -> None:
    """Two items exchanged in an export would pass for each other."""
    with pytest.raises(BadProof):
        a_proof(3).verify(SIGNER.verifier, BODIES[4])
    with pytest.raises(BadNote, match="no leaf"):
        TlogProof(3, a_proof(3).path, NOTE).verify(SIGNER.verifier)


def test_a_fingerprint_is_known_however_it_was_copied() -> None:
    """A manager who types it with capitals or colons must not be told of a forgery."""
    shown = fingerprint(SIGNER.verifier.public_key)
    assert len(shown.split()) == 16
    for copy in (shown, shown.upper(), shown.replace(" ", ""), shown.replace(" ", ":"), f" {shown}\n"):
        assert is_fingerprint(copy, SIGNER.verifier.public_key)
    assert not is_fingerprint(shown[:-1], SIGNER.verifier.public_key)
    assert not is_fingerprint(shown, OTHER.verifier.public_key)
