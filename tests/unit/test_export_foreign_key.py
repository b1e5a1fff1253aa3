"""What a forger can do who has seen an export and the school's fingerprint, and does not have its key."""

import base64
from pathlib import Path

import pytest
from support import export_facts
from support.export_facts import ORIGIN, SALT, good_bag, signer
from support.export_tampering import as_zip

from alerts.export.verify import check_export
from monitor.evidence.keys import public_pem
from monitor.evidence.leaf import LeafKind, commitment, leaf_body
from monitor.evidence.log.note import Signer, Verifier
from monitor.evidence.log.tree import leaf_hash

GOOD = good_bag()


class Forger(Signer):
    """Signs with a key of its own under the name and the number of the school's."""

    @property
    def verifier(self) -> Verifier:
        return signer().verifier


def test_a_foreign_key_behind_the_schools_own_would_sign_a_forged_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """openssl passes over a first block that is no public key; the fingerprint would be read out of it."""
    shown, used = public_pem(signer().verifier), public_pem(signer(7).verifier)
    both = shown.replace(b"PUBLIC KEY", b"COMMENT") + used
    monkeypatch.setattr(export_facts, "public_pem", lambda _: both)
    forged = good_bag(Forger(ORIGIN, signer(7).key))
    said = check_export(as_zip(tmp_path, forged.files, forged.proof), fingerprint=GOOD.fingerprint)
    assert "SEAL/pubkey.pem" in {fault.name for fault in said.faults}


def test_a_log_that_nobody_signed_would_prove_an_export(tmp_path: Path) -> None:
    """A true signature over the export's list, with the lines of an invented log behind it."""
    commit = commitment(bytes.fromhex(SALT), GOOD.files["manifest-sha256.txt"])
    leaf = leaf_body(0, LeafKind.EXPORT, export_facts.SEEN, "0200-1", commit)
    root = base64.b64encode(leaf_hash(leaf)).decode()
    head = f"c2sp.org/tlog-proof@v1\nextra {base64.b64encode(leaf).decode()}\nindex 0\n\n"
    invented = head + GOOD.files["SEAL/signed-files"].decode() + f"{ORIGIN}\n1\n{root}\n"
    said = check_export(as_zip(tmp_path, GOOD.files, invented.encode()))
    assert [fault.name for fault in said.faults] == ["the proof beside it"]
