"""Time stamps in an export: checked by openssl as of their own time, whenever that is."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from support.authority import Authority, time_authority
from support.export_facts import Bag, good_bag
from support.export_tampering import as_folder, as_zip

from alerts.export.seal import StampFile
from alerts.export.verify import check_export
from config.schema import TimeAuthority
from monitor.evidence.stamping.asking import new_request
from monitor.evidence.stamping.authority import load_authority
from monitor.evidence.stamping.chain import pem_of
from monitor.evidence.stamping.checking import checked

SIZE = len(good_bag().log.leaves) - 1


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    with time_authority(tmp_path / "authority", ends=timedelta(days=100)) as one:
        yield one


def stamp(authority: Authority, note: str, name: str = "tsa-one") -> StampFile:
    roots = authority.folder / "roots.pem"
    roots.write_bytes(authority.root.pem)
    between = authority.folder / "between.pem"
    settings = TimeAuthority(name=name, url=f"{authority.address}/stamp", roots=roots, chain=between)
    asked = new_request(note.encode())
    reply = authority.stamp(asked)
    found = checked(reply, asked, note.encode(), load_authority(settings))
    return StampFile(name, reply, pem_of(found.chain), found.token.gen_time)


def stamped_bag(authority: Authority, size: int, **more: Any) -> Bag:
    note = good_bag().log.note(size)
    earlier = size if size < SIZE else None
    return good_bag(stamps=(stamp(authority, note),), stamped=earlier, **more)


def root_of(authority: Authority) -> str:
    """SHA-256 of the root certificate, as the authority itself would publish it."""
    return x509.load_pem_x509_certificate(authority.root.pem).fingerprint(hashes.SHA256()).hex()


@pytest.mark.parametrize("size", [SIZE, 3], ids=["this state", "an earlier one"])
def test_a_stamp_would_prove_nothing(authority: Authority, size: int, tmp_path: Path) -> None:
    """An earlier state that was stamped is joined to this one by its proof."""
    bag = stamped_bag(authority, size)
    (line,) = [one for one in check_export(as_zip(tmp_path, bag.files, bag.proof)).found if "Time:" in one]
    assert f"first {size} lines, stamped by tsa-one" in line
    assert check_export(tmp_path / "export.zip").faults == ()


def test_the_line_of_the_readme_would_not_work_for_a_stamp(authority: Authority, tmp_path: Path) -> None:
    bag = stamped_bag(authority, 3)
    folder = as_folder(tmp_path, bag.files, b"")
    readme = (folder / "README.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    (line,) = [one.strip() for one in readme.splitlines() if one.strip().startswith("openssl ts")]
    assert "-attime" in line
    done = subprocess.run(line, shell=True, cwd=folder, capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout + done.stderr, done
    years_later = re.sub(r"-attime \d+", "-attime 2000000000", line)
    late = subprocess.run(years_later, shell=True, cwd=folder, capture_output=True, text=True, check=False)
    assert "expired" in late.stdout + late.stderr, "what -attime is for: the certificate has ended by then"


def test_a_stamp_under_anybodys_root_would_count_as_the_authoritys(
    authority: Authority, tmp_path: Path
) -> None:
    """The root lies in the export: whoever forges the stamp puts it there. Only the authority knows its own."""
    bag = stamped_bag(authority, SIZE)
    path = as_zip(tmp_path, bag.files, bag.proof)
    root, doubt = root_of(authority), "Not checked: whose root this is (compare it with the authority's own)"
    unasked = check_export(path)
    assert (unasked.faults, doubt in unasked.found, f"Root: {root}" in unasked.found) == ((), True, True)
    known = check_export(path, roots=[":".join(re.findall("..", root.upper())), root])
    assert (known.faults, doubt in known.found) == ((), False)
    foreign = check_export(path, roots=["ab" * 32])
    assert foreign.faults == (("--root", f"no stamp here leads to {'ab' * 32}"),)
    assert doubt in foreign.found
    command = [sys.executable, "-I", "alerts/export/standalone/verify.py", str(path), "--root"]
    for given, status in ((root, 0), ("ab" * 32, 1)):
        done = subprocess.run([*command, given], capture_output=True, text=True, check=False)
        assert (done.returncode, f"Root:  {root}" in done.stdout, doubt in done.stdout) == (
            status,
            True,
            bool(status),
        )
    readme = " ".join(bag.files["README.txt"].decode().split())
    assert "not shown whose root it is" in readme
    assert "--root" in readme


def test_the_authoritys_root_shown_would_not_be_the_one_believed(
    authority: Authority, tmp_path: Path
) -> None:
    """A forger's chain that ends in the true root, which anybody can have: the true one alone is believed."""
    with time_authority(tmp_path / "forger") as forger:
        forged = stamp(forger, good_bag().log.note(SIZE))
    both = StampFile(forged.authority, forged.reply, forged.chain + authority.root.pem, forged.gen_time)
    bag = good_bag(stamps=(both,))
    checked = check_export(as_zip(tmp_path, bag.files, bag.proof), roots=[root_of(authority)])
    assert "SEAL/tsa-one.tsr" in {fault.name for fault in checked.faults}
    assert not any(line.startswith("Time:") for line in checked.found)


def test_a_stamp_of_something_else_would_pass(authority: Authority, tmp_path: Path) -> None:
    """Signed lists and all: only openssl can tell that the stamp is over another log."""
    other = stamp(authority, good_bag(words={0: b"another log"}).log.note(SIZE))
    wrong = good_bag(stamps=(other,))
    said = "\n".join(
        f"{name}: {why}" for name, why in check_export(as_zip(tmp_path, wrong.files, b"")).faults
    )
    assert "SEAL/tsa-one.tsr: openssl does not accept it" in said


def test_a_stamped_state_of_another_log_would_be_joined(authority: Authority, tmp_path: Path) -> None:
    forged = good_bag(words={0: b"another log"}).log
    note = forged.note(3)
    bag = good_bag(stamps=(stamp(authority, note),), stamped=3)
    files = bag.files | {"SEAL/stamped-checkpoint": note.encode()}
    faults = check_export(as_zip(tmp_path, files, b"")).faults
    assert (
        "SEAL/stamped-checkpoint",
        "the log was rewritten: it no longer begins with the 3 lines that it had then",
    ) in faults


def test_a_flipped_byte_of_a_stamp_would_go_unseen(authority: Authority, tmp_path: Path) -> None:
    bag = stamped_bag(authority, SIZE)
    for name in ("SEAL/tsa-one.tsr", "SEAL/tsa-one-chain.pem"):
        data = bag.files[name]
        for place in (0, len(data) // 2, len(data) - 5):
            changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
            path = as_zip(tmp_path, bag.files | {name: changed}, b"")
            assert name in {fault.name for fault in check_export(path).faults}
    command = [sys.executable, "-I", str(Path("alerts/export/standalone/verify.py").absolute()), str(path)]
    assert (
        "SEAL/tsa-one-chain.pem"
        in subprocess.run(command, capture_output=True, text=True, check=False).stdout
    )
