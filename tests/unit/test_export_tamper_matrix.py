"""Whatever is done to an export is named, by `evidence verify` and by a clean copy of its verify.py."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest
from support.export_facts import Bag, FakeLog, good_bag, signer
from support.export_tampering import Tampered, as_folder, as_zip, relisted

from alerts.export.files import verifier
from alerts.export.standalone import verify as standalone
from alerts.export.verify import check_export

GOOD = good_bag()
FILES = GOOD.files
SIZE = len(GOOD.log.leaves) - 1
"""Of the checkpoint in the bag; the last leaf is the export's own."""
Form = Callable[[Path, dict[str, bytes], bytes], Path]
both_forms = pytest.mark.parametrize("form", [as_zip, as_folder], ids=["zip", "folder"])
each_file = pytest.mark.parametrize("name", sorted(FILES))


@pytest.fixture(scope="module")
def clean_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verifier from somewhere else than the export that is checked."""
    path = tmp_path_factory.mktemp("clean") / "verify.py"
    path.write_bytes(verifier())
    return path


def by_script(script: Path, export: Path, *options: str) -> tuple[int, str]:
    """In a process without our packages, as at court."""
    command = [sys.executable, "-I", "-S", str(script), str(export), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def said_by_us(export: Path, **more: str | bytes) -> str:
    return "\n".join(f"{name}: {why}" for name, why in check_export(export, **more).faults)  # type: ignore[arg-type]  # its options


@both_forms
def test_a_good_export_would_be_doubted(form: Form, tmp_path: Path, clean_copy: Path) -> None:
    path = form(tmp_path, FILES, GOOD.proof)
    checked = check_export(path, fingerprint=GOOD.fingerprint, since=GOOD.earlier(3))
    assert checked.faults == ()
    told = "\n".join(checked.found)
    for word in (GOOD.fingerprint, "Items: 3, of which 2", "first 3 lines", f"line {SIZE} of the log"):
        assert word in told
    (tmp_path / "mail.txt").write_bytes(b"Dear A.\r\n\r\n" + GOOD.earlier(3).replace(b"\n", b"\r\n"))
    options = ["--fingerprint", GOOD.fingerprint.upper(), "--since", str(tmp_path / "mail.txt")]
    status, said = by_script(clean_copy, path, *options)
    assert (status, "Everything matches." in said, "Not checked" in said) == (0, True, False), said


def test_the_bag_would_be_no_bag_to_others(tmp_path: Path) -> None:
    """A council's archive validates it with the library that everybody uses (RFC 8493)."""
    bag = bagit.Bag(str(as_folder(tmp_path, FILES, b"")))
    assert bag.validate()
    assert bag.version_info == (1, 0)
    assert bag.info["External-Identifier"] == "EXP-2026-W47-police"


@each_file
def test_a_flipped_byte_would_go_unseen(name: str, tmp_path: Path) -> None:
    """First, middle and last byte of every file, in every export there is."""
    data = FILES[name]
    for place in sorted({0, len(data) // 2, len(data) - 1}):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        said = said_by_us(as_folder(tmp_path / str(place), FILES | {name: changed}, b""))
        assert name in said, f"byte {place} of {name}: {said}"


@each_file
def test_the_script_would_not_name_a_flipped_byte(name: str, tmp_path: Path, clean_copy: Path) -> None:
    data = FILES[name]
    changed = data[:-2] + bytes([data[-2] ^ 4]) + data[-1:]
    status, said = by_script(clean_copy, as_zip(tmp_path, FILES | {name: changed}, b""))
    assert (status, name in said) == (1, True), said


@both_forms
@each_file
def test_a_file_taken_away_would_go_unseen(form: Form, name: str, tmp_path: Path) -> None:
    less = {other: data for other, data in FILES.items() if other != name}
    assert name in said_by_us(form(tmp_path, less, b""))


@both_forms
@pytest.mark.parametrize(
    "name",
    ["extra.txt", "noextension", "data/extra.pdf", "data/items/0193-41/note.txt", "SEAL/x", "SEAL/other.tsr",
     "data/items/new/record.json", "data/proofs/new.tlog-proof", "verify2.py"],
)  # fmt: skip
def test_an_added_file_would_go_unseen(form: Form, name: str, tmp_path: Path, clean_copy: Path) -> None:
    path = form(tmp_path, FILES | {name: b"x"}, b"")
    assert name in said_by_us(path)
    status, said = by_script(clean_copy, path)
    assert (status, name in said) == (1, True)


@both_forms
def test_a_hidden_file_would_go_unseen(form: Form, tmp_path: Path) -> None:
    assert ".hidden" in said_by_us(form(tmp_path, FILES | {".hidden": b"x"}, b""))


@pytest.mark.parametrize("how", list(Tampered), ids=[how.name for how in Tampered])
def test_a_clever_change_would_go_unseen(how: Tampered, tmp_path: Path, clean_copy: Path) -> None:
    """Files exchanged, lists dropped or written anew: BagIt alone lets many of these pass."""
    files, named = how.value(FILES)
    path = as_zip(tmp_path, files, GOOD.proof)
    for said in (said_by_us(path), by_script(clean_copy, path)[1]):
        assert all(name in said for name in named), said


def test_an_export_made_anew_under_another_key_would_pass(tmp_path: Path, clean_copy: Path) -> None:
    """Nothing in it contradicts itself; only who knows the school's key can tell."""
    forged = good_bag(signer(7))
    path = as_zip(tmp_path, forged.files, forged.proof)
    assert check_export(path).faults == ()
    assert "another key" in said_by_us(path, fingerprint=GOOD.fingerprint)
    status, said = by_script(clean_copy, path, "--fingerprint", GOOD.fingerprint)
    assert (status, "another key" in said) == (1, True)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_log_rewritten_by_the_keys_holder_would_pass(size: int, tmp_path: Path, clean_copy: Path) -> None:
    """One line of long ago says something else, everything after it is signed again with the true key."""
    forged = good_bag(words={0: b"what it never was"})
    path = as_zip(tmp_path, forged.files, forged.proof)
    assert check_export(path, fingerprint=GOOD.fingerprint).faults == ()
    assert "the log was rewritten" in said_by_us(path, since=GOOD.earlier(size))
    (tmp_path / "since").write_bytes(GOOD.earlier(size))
    status, said = by_script(clean_copy, path, "--since", str(tmp_path / "since"))
    assert (status, "the log was rewritten" in said) == (1, True), said


@pytest.mark.parametrize("listed", [(3, 5), ()])
def test_an_honest_school_would_be_accused_over_an_old_mail(
    listed: tuple[int, ...], tmp_path: Path, clean_copy: Path
) -> None:
    """A checkpoint older than the export's list says nothing of the log; exit 1, as it was not checked."""
    bag = good_bag(listed=listed)
    path = as_zip(tmp_path, bag.files, bag.proof)
    plain = "cannot be checked here: older than the export's list; ask the school for a proof"
    for size in (1, 2):
        assert said_by_us(path, since=bag.earlier(size)) == f"the log: {plain}"
    (tmp_path / "since").write_bytes(bag.earlier(2))
    status, said = by_script(clean_copy, path, "--since", str(tmp_path / "since"))
    assert (status, plain in said, "rewritten" in said) == (1, True, False), said


def test_another_root_at_a_listed_size_would_be_excused_as_too_old(tmp_path: Path) -> None:
    """The oldest one listed is still held against the mail, and so is a size between two that are listed."""
    forged = good_bag(words={0: b"what it never was"}, listed=(3, 5))
    path = as_zip(tmp_path, forged.files, forged.proof)
    for size in (3, 4, 5, SIZE):
        assert "the log was rewritten" in said_by_us(path, since=GOOD.earlier(size))


def test_a_log_made_shorter_would_pass(tmp_path: Path) -> None:
    path = as_zip(tmp_path, FILES, b"")
    assert "newer than this export" in said_by_us(path, since=good_bag().earlier(SIZE + 1))
    assert "it knows of no checkpoint" in said_by_us(path, since=GOOD.earlier(4))
    assert said_by_us(path, since=GOOD.earlier(SIZE)) == ""
    assert "another log" in said_by_us(path, since=GOOD.earlier(3).replace(b"fernhill", b"elsewhere"))
    assert "holds no checkpoint" in said_by_us(path, since=b"Dear A. Manager,\nnothing here\n")


def test_the_proof_beside_it_would_be_of_a_log_written_anew(tmp_path: Path) -> None:
    """Whoever holds the key could tell another log of this export, one that does not begin as SEAL/ shows."""
    anew = good_bag(words={0: b"something else"}).log
    anew.leaves[-1] = GOOD.log.leaves[-1]
    line, sealed = len(anew.leaves) - 1, checkpoint_size(FILES)
    rewritten = "the log was rewritten: it no longer begins with"
    assert rewritten in said_by_us(as_zip(tmp_path / "1", FILES, anew.own_proof(line, sealed)))
    # The hashes of the true log beside the other's checkpoint, and none at all.
    for number, tie in enumerate((GOOD.log.tie(sealed), ()), start=2):
        proof = anew.own_proof(line, sealed, tie)
        assert "the proof beside it" in said_by_us(as_zip(tmp_path / str(number), FILES, proof))
    untied = said_by_us(as_zip(tmp_path / "4", FILES, GOOD.log.proof(line, line + 1)))
    assert "does not show that its log begins with SEAL/checkpoint" in untied


def checkpoint_size(files: dict[str, bytes]) -> int:
    return int(files["SEAL/checkpoint"].split(b"\n")[1])


def test_the_line_of_another_export_would_stand_for_this_one(tmp_path: Path) -> None:
    """The proof beside the zip is of this export, under this key, in this log, or it is named."""
    other = good_bag(tool="schoolwatch 9.9.9")
    elsewhere = good_bag(signer(7))
    broken = GOOD.proof.replace(b"index ", b"index 1")
    for proof in (other.proof, elsewhere.proof, broken, b"no proof", GOOD.proof[:-20]):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        assert "the proof beside it" in said_by_us(as_zip(folder, FILES, proof)), proof


def test_openssl_that_is_not_there_would_count_as_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = as_zip(tmp_path, FILES, b"")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "openssl program does not run" in said_by_us(path)


def test_the_script_would_be_too_long_to_read_or_need_our_packages() -> None:
    text = verifier().decode("ascii")
    assert text.count("\n") < 300
    ours = {"alerts", "monitor", "config", "cryptography", "connectors", "classifiers"}
    imported = {
        line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import", "from"))
    }
    assert imported <= set(sys.stdlib_module_names), imported - ours
    compile(text, "verify.py", "exec", dont_inherit=True)
    import ast

    ast.parse(text, feature_version=(3, 8))


@pytest.mark.parametrize("size", range(1, 40))
def test_the_scripts_own_tree_would_differ_from_the_logs(size: int) -> None:
    """It has its own few lines for proofs: they agree with the product's at every size, and with no wrong one."""
    log = FakeLog()
    for number in range(size):
        log.leaves.append(b"leaf %d" % number)
    root = log.checkpoint().root
    for old in range(1, size + 1):
        line = log.consistency([old], size).split() if old < size else []
        path = [standalone.unbase64(one) for one in line[2:]]
        standalone.check_consistent(old, log.checkpoint(old).root, size, root, path)
        for wrong_old, wrong_root in ((old, b"x" * 32), (old, root if old < size else b"y" * 32)):
            with pytest.raises(standalone.Bad):
                standalone.check_consistent(wrong_old, wrong_root, size, root, path)
    for index in range(size):
        proof = log.proof(index, size)
        assert standalone.proven_leaf(proof, log.key.name)[0] == f"leaf {index}"
        with pytest.raises(standalone.Bad):
            standalone.proven_leaf(
                proof.replace(b"index %d\n" % index, b"index %d\n" % ((index + 1) % (size + 1))), log.key.name
            )


# --- The zip itself ---


def test_any_changed_byte_of_the_zip_would_go_unseen(tmp_path: Path) -> None:
    """Also in names, times, sizes and the zip's own lists: every 997th byte, and all of the last 2,000."""
    whole = as_zip(tmp_path, FILES, b"").read_bytes()
    path = tmp_path / "flipped.zip"
    for place in [*range(0, len(whole), 49_999), *range(len(whole) - 60, len(whole))]:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert check_export(path).faults, place


@pytest.mark.parametrize("cut", [slice(0, -1), slice(0, -200), slice(100, None), slice(0, 0)])
def test_a_cut_zip_would_go_unseen(cut: slice, tmp_path: Path) -> None:
    path = as_zip(tmp_path, FILES, b"")
    path.write_bytes(path.read_bytes()[cut])
    assert check_export(path).faults


def test_a_zip_made_again_would_be_called_tampering_with_evidence(tmp_path: Path) -> None:
    """The files are fine and only the container is not ours: the words must say so."""
    path = tmp_path / "again.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in FILES.items():
            archive.writestr(name, data)
    ((name, why),) = check_export(path).faults
    assert name == "again.zip"
    assert "the files in it are unchanged" in why


def crafted(folder: Path, entries: list[tuple[zipfile.ZipInfo | str, bytes]]) -> Path:
    path = folder / "crafted.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, data in [*FILES.items(), *entries]:
            archive.writestr(entry, data)
    return path


@pytest.mark.parametrize(
    "name",
    ["../escape", "/etc/passwd", "items/../../x", "C:/x", "a\\..\\b", "items//x", "./x", "ü.txt", "a\nb"],
)
def test_a_name_that_leads_elsewhere_would_go_unseen(name: str, tmp_path: Path) -> None:
    assert "leads elsewhere" in said_by_us(crafted(tmp_path, [(name, b"x")]))


def test_a_name_would_write_on_the_terminal(tmp_path: Path, clean_copy: Path) -> None:
    path = crafted(tmp_path, [("a\x1b[2J\n\u202eb", b"x")])
    assert not set(said_by_us(path)) & set("\x1b\u202e")
    assert not set(by_script(clean_copy, path)[1]) & set("\x1b\u202e")


def test_a_folder_entry_or_link_in_the_zip_would_go_unseen(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    said = said_by_us(crafted(tmp_path, [("folder/", b""), (link, b"/etc/passwd")]))
    assert "folder/" in said
    assert "link: was added" in said


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_would_show_the_wrong_one(tmp_path: Path) -> None:
    assert "data/INDEX.csv: was added: it stands in the zip twice" in said_by_us(
        crafted(tmp_path, [("data/INDEX.csv", b"forged")])
    )


def test_a_zip_bomb_would_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standalone, "MOST_BYTES", 2_000_000)
    assert "too large" in said_by_us(crafted(tmp_path, [("bomb", b"\0" * 3_000_000)]))
    monkeypatch.setattr(standalone, "MOST_FILES", 40)
    many = [(f"f{number}", b"") for number in range(50)]
    assert "too large" in said_by_us(crafted(tmp_path, many))  # type: ignore[arg-type]  # lists are invariant


def test_a_folder_with_links_and_pipes_would_be_followed(tmp_path: Path) -> None:
    import os

    root = as_folder(tmp_path, FILES, b"")
    (root / "link").symlink_to("/etc/passwd")
    (root / "linked").symlink_to(tmp_path)
    os.mkfifo(root / "pipe")
    (root / "empty").mkdir()
    said = said_by_us(root)
    assert all(f"{name}: was added" in said for name in ("link", "linked", "pipe", "empty"))


def test_a_path_that_is_not_there_would_pass(tmp_path: Path) -> None:
    assert check_export(tmp_path / "none.zip").faults


def test_an_export_of_former_days_would_be_called_tampered_with(tmp_path: Path) -> None:
    """It was good when it was made; the words say what it is and what can still be checked."""
    path = tmp_path / "schoolwatch-fernhill-2026-W40.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("README.txt", "index.csv", "manifest-sha256.txt", "items/0193-41/record.json"):
            archive.writestr(name, b"x")
    ((name, why),) = check_export(path).faults
    assert name == path.name
    assert "before exports were signed" in why
    assert "sha256sum --check" in why


def test_an_items_own_check_would_be_left_out(tmp_path: Path) -> None:
    """The hook gets each item and its files, and is not asked about one that is accused already."""
    seen: dict[str, dict[str, bytes]] = {}

    def check(item_id: str, files: dict[str, bytes]) -> list[str]:
        seen[item_id] = files
        return ["its archive does not fit"] if item_id == "0193-41" else []

    checked = check_export(as_zip(tmp_path, FILES, b""), check)
    assert checked.faults == (("data/items/0193-41", "its archive does not fit"),)
    assert set(seen["0193-42"]) == {"record.json", "raw.json", "seal.json"}


def test_relisting_would_prove_nothing(tmp_path: Path) -> None:
    """The forger of these tests really makes lists that BagIt accepts."""
    forged = relisted(FILES | {"data/INDEX.csv": FILES["data/INDEX.csv"] + b"x"})
    assert bagit.Bag(str(as_folder(tmp_path, forged, b""))).validate()


def test_the_container_would_differ_between_machines(tmp_path: Path) -> None:
    """Nothing of the time, the system or the compressor of this machine stands in it."""
    with zipfile.ZipFile(io.BytesIO(as_zip(tmp_path, FILES, b"").read_bytes())) as archive:
        for entry in archive.infolist():
            assert (entry.date_time, entry.create_system, entry.compress_type) == (
                (1980, 1, 1, 0, 0, 0),
                3,
                0,
            )


def test_two_good_bags_would_differ() -> None:
    again: Bag = good_bag()
    assert again.files == FILES
