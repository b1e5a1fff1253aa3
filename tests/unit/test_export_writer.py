"""Writing an export: whole or not at all, the same each time, and nothing in it that must not leave."""

import hashlib
import os
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support.export_facts import contents, good_bag, item, signer

from alerts.export.contents import BadContents, Counts, SourceRow
from alerts.export.files import export_files, payload_files
from alerts.export.profiles import MASK, MASKED_WORDS, Names, Profile, for_profile, masked
from alerts.export.readme import readme
from alerts.export.seal import Seal
from alerts.export.writer import (
    ExportFailed,
    file_stem,
    free_name,
    school_slug,
    write_flushed,
    write_whole,
)
from config.words import Lane

GOOD = good_bag()
SIZE = len(GOOD.log.leaves) - 1


def seal() -> Seal:
    return GOOD.log.seal(SIZE)


def text_of(**changes: object) -> str:
    return readme(contents(**changes), seal(), {"data/INDEX.csv": b""})


def test_an_export_made_twice_would_have_two_fingerprints() -> None:
    assert good_bag().files == GOOD.files


def test_the_order_of_facts_would_change_the_bytes() -> None:
    made = GOOD.contents
    turned = replace(made, items=made.items[::-1], sources=made.sources[::-1])
    assert export_files(turned, seal()) == export_files(made, seal())


def test_a_later_stamp_or_salt_would_change_the_payload() -> None:
    """The same checkpoint and profile give the same payload, whatever SEAL/ holds by then."""
    made = GOOD.contents
    other = replace(seal(), salt="00" * 32, consistency="1 x\n")
    assert payload_files(made, other) == payload_files(made, seal())


def test_sealed_bytes_would_be_changed_on_the_way() -> None:
    every_byte = bytes(range(256)) * 3
    files = {
        "raw.json": every_byte,
        "pages/1.json": b"\r\n\x1a\n",
        "empty": b"",
        "record.json": b"[no record",
    }
    payload = payload_files(contents(items=(item(1, files=files),)), seal())
    assert {name: payload[f"items/0193-1/{name}"] for name in files} == files


def test_the_fingerprint_in_an_earlier_mail_would_fit_no_file(tmp_path: Path) -> None:
    """A second export of a week never takes the place of the first, nor a name that a row promises."""
    stem = file_stem("Fernhill Primary", "2026-W47", "police")
    assert stem == "schoolwatch-fernhill-primary-week-2026-W47"
    assert file_stem("Fernhill", "SW-2026-0041", "host") == "schoolwatch-fernhill-SW-2026-0041-host"
    first = free_name(tmp_path, stem)
    first.write_bytes(b"x")
    assert free_name(tmp_path, stem).name == f"{stem}-2.zip"
    assert free_name(tmp_path, stem, {str(tmp_path / f"{stem}-2.zip")}).name == f"{stem}-3.zip"
    (tmp_path / f"{stem}-2.zip.box").write_bytes(b"x")
    assert free_name(tmp_path, stem).name == f"{stem}-3.zip"


def test_a_file_of_an_indecent_image_would_be_handed_on() -> None:
    with pytest.raises(BadContents, match="only the reference"):
        item(1, lane=Lane.INDECENT_IMAGE)
    assert not [name for name in GOOD.files if "items/0193-43" in name]
    assert b"0193-43" in GOOD.files["data/INDEX.csv"]
    assert b"Do not open those addresses" in GOOD.files["README.txt"]
    for profile in (Profile.HOST, Profile.GOVERNORS):
        shown = for_profile(contents(), profile, Names())
        assert Lane.INDECENT_IMAGE not in {one.lane for one in shown.items}


def test_a_reader_would_see_a_lane_that_is_not_theirs() -> None:
    with pytest.raises(BadContents, match="not among this reader's lanes"):
        contents(lanes=(Lane.STANDARD,))
    counts = Counts(9, 0, {Lane.STANDARD: 1, Lane.CHILD: 4})
    text = text_of(lanes=(Lane.STANDARD,), items=(item(1),), counts=counts)
    assert "Safeguarding of a child: 4" in text
    assert "Comment to look at: 1" not in text


@pytest.mark.parametrize(
    "bad",
    ["../x", "/etc/passwd", "a\\b", "C:x", "", ".", "..", "a//b", "a/", "x\n", "ü", "nul\x00", "-x", "a."],
)
def test_a_sealed_file_would_be_unpacked_elsewhere(bad: str) -> None:
    with pytest.raises(BadContents, match="cannot be the name"):
        item(1, files={bad: b"x"})
    with pytest.raises(BadContents, match="cannot be the name"):
        item(1, item_id=bad)


def test_files_that_are_withheld_would_be_handed_over() -> None:
    with pytest.raises(BadContents, match="must not be handed over"):
        item(1, withheld_reason="ask the DSL")
    with pytest.raises(BadContents, match="needs a reason"):
        item(1, files={})


def test_one_item_would_hide_another() -> None:
    with pytest.raises(BadContents, match="twice"):
        contents(items=(item(1, item_id="a"), item(2, item_id="A")))


def test_nothing_found_and_not_looked_would_look_alike() -> None:
    quiet = text_of(items=(), failures=(), counts=Counts(1523, 0))
    assert "Yes. These sources were read all through: facebook-page, x-mentions." in quiet
    assert "None of them is in this" in quiet
    blind = text_of(items=(), sources=(SourceRow("x-mentions", "x", 0, None),), counts=Counts(0, 0))
    assert "No data from x-mentions Tue 17 Nov 2026, 03:10–09:40 GMT" in blind
    assert "x-mentions was NOT READ at all in this time" in blind
    assert "Do not take this for a quiet time" in text_of(sources=(), failures=(), items=())


@pytest.mark.parametrize(
    "name", ["x\r\nMade: never", "\u202etfelloc", "nul\x00lone\ud800", "{{ 7 * 7 }}", "x" * 500]
)
def test_a_hostile_school_name_would_forge_the_readme_or_the_bag(name: str) -> None:
    text = text_of(school_name=name)
    text.encode("utf-8")
    assert "\r\nMade: never" not in text
    assert not set(text) & set("\u202e\x00")
    assert "49" not in text.split("Please take care")[0]
    assert "\nMade" not in export_files(contents(school_name=name), seal())["bag-info.txt"].decode()


def test_the_readme_would_run_over_the_edge() -> None:
    lines = GOOD.files["README.txt"].decode().split("\r\n")
    assert max(map(len, lines)) <= 78
    assert not [line for line in lines if "\n" in line]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Mr Crankshaw is a fool", f"Mr {MASK} is a fool"),
        ("CRANKSHAW'S lot, Crankshaws all", f"{MASK} lot, {MASK} all"),
        ("ask @crank_shaw or x.y@z.example", f"ask {MASK} or {MASK}"),
        ("see https://x.example/crank/1", f"see {MASK}"),
        ("O’Brien-Example came", f"{MASK} came"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_governors_would_read_a_name(written: str, shown: str) -> None:
    assert masked(written, frozenset({"crankshaw", "o'brien-example"})) == shown


def test_governors_would_read_what_points_at_a_pupil() -> None:
    shown = for_profile(GOOD.contents, Profile.GOVERNORS, Names(frozenset(), frozenset({"0193-41"})))
    words = {one.item_id: one.text for one in shown.items}
    assert words == {"0193-41": MASKED_WORDS, "0193-42": "words 42"}
    whole = b"".join(payload_files(replace(shown, profile="governors"), seal()).values())
    assert b"@a_parent" not in whole
    assert b"/status/" not in whole


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Fernhill Primary & Nursery School", "fernhill-primary-nursery-school"),
        ("Ysgol Gynradd Llanfair-ym-Muallt", "ysgol-gynradd-llanfair-ym-muallt"),
        ("Sgoil Àraich Ŵ", "sgoil-araich-w"),
        ("../../etc", "etc"),
        ("学校", "school"),
        ("", "school"),
    ],
)
def test_a_schools_name_would_not_be_a_file_name(name: str, slug: str) -> None:
    assert school_slug(name) == slug


def test_a_full_disk_would_leave_half_an_export(tmp_path: Path) -> None:
    """A real limit on file size, in a process of its own; what is there afterwards is nothing."""
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from alerts.export.writer import ExportFailed, write_whole\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "try:\n    write_whole(Path(sys.argv[1], 'export.zip'), b'x' * 5000)\n"
        "except ExportFailed as failed:\n    print(failed.place, '|', failed, '|', failed.mend)\n"
    )
    assert hasattr(resource, "RLIMIT_FSIZE")
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert str(tmp_path) in done.stdout
    assert "the disk or the quota is full" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_at_the_last_byte_would_count_as_written() -> None:
    with pytest.raises(OSError, match="No space left"):
        write_flushed(Path("/dev/full"), b"x")


@pytest.mark.parametrize("place", ["/proc/schoolwatch", "/sys/schoolwatch"])
def test_a_folder_that_cannot_be_written_would_be_a_traceback(place: str) -> None:
    with pytest.raises(ExportFailed, match=place) as caught:
        write_whole(Path(place, "export.zip"), b"x")
    assert caught.value.mend


def test_a_file_in_the_folders_place_would_be_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "export").write_text("x")
    with pytest.raises(ExportFailed, match="a file stands where a folder is needed"):
        write_whole(tmp_path / "export" / "export.zip", b"x")


def test_half_written_files_would_be_left_behind_or_read_by_anybody(tmp_path: Path) -> None:
    write_whole(tmp_path / "export.zip", b"x")
    (path,) = tmp_path.iterdir()
    assert (path.name, path.stat().st_mode & 0o007) == ("export.zip", 0)


def test_another_key_would_sign_what_the_school_says() -> None:
    """The lists are signed by the key whose public half lies beside them."""
    other = good_bag(signer(7)).files
    assert other["SEAL/signed-files"] != GOOD.files["SEAL/signed-files"]
    assert (
        hashlib.sha256(other["SEAL/pubkey.pem"]).digest()
        != hashlib.sha256(GOOD.files["SEAL/pubkey.pem"]).digest()
    )
