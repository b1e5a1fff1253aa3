"""Writing an export: whole or not at all, the same each time, and nothing in it that must not leave."""

import hashlib
import os
import resource
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from support.export_facts import MADE, SEEN, contents, item

from alerts.export.contents import BadContents, Counts, SourceRow
from alerts.export.readme import readme
from alerts.export.writer import ExportFailed, export_files, school_slug, write_export, write_flushed
from config.words import Lane

NAME = "schoolwatch-fernhill-primary-nursery-school-2026-W47"


def test_an_export_made_twice_would_have_two_fingerprints(tmp_path: Path) -> None:
    one = write_export(contents(), tmp_path / "a", made_at=MADE)
    other = write_export(contents(), tmp_path / "b", made_at=MADE)
    assert one.sha256 == other.sha256 == hashlib.sha256(one.path.read_bytes()).hexdigest()
    assert one.path.name == f"{NAME}.zip"


def test_the_order_of_facts_would_change_the_bytes(tmp_path: Path) -> None:
    made = contents()
    turned = replace(made, items=made.items[::-1], sources=made.sources[::-1])
    assert export_files(made, made_at=MADE) == export_files(turned, made_at=MADE)


def test_sealed_bytes_would_be_changed_on_the_way(tmp_path: Path) -> None:
    every_byte = bytes(range(256)) * 3
    files = {"raw.json": every_byte, "pages/1.json": b"\r\n\x1a\n", "empty": b""}
    made = write_export(contents(items=(item(1, files=files),)), tmp_path, made_at=MADE)
    with zipfile.ZipFile(made.path) as archive:
        assert {name: archive.read(f"items/0193-1/{name}") for name in files} == files
        assert tuple(archive.namelist()) == made.files


def test_the_fingerprint_in_an_earlier_mail_would_fit_no_file(tmp_path: Path) -> None:
    """A second, different export of a week never takes the place of the first."""
    first = write_export(contents(), tmp_path, made_at=MADE)
    again = write_export(contents(), tmp_path, made_at=MADE)
    second = write_export(contents(contact="dsl@fernhill.example"), tmp_path, made_at=MADE)
    third = write_export(contents(contact="it@fernhill.example"), tmp_path, made_at=MADE)
    assert again == first
    assert [made.path.name for made in (second, third)] == [f"{NAME}-2.zip", f"{NAME}-3.zip"]
    assert hashlib.sha256(first.path.read_bytes()).hexdigest() == first.sha256


def test_anyone_would_need_us_to_check_it(tmp_path: Path) -> None:
    """The commands of the README, run as they stand there."""
    made = write_export(contents(), tmp_path, made_at=MADE)
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(made.path) as archive:
        archive.extractall(folder)
    command = ["sha256sum", "--check", "--strict", "manifest-sha256.txt"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.count(": OK") == len(made.files) - 1
    (folder / "index.csv").write_bytes(b"changed")
    assert subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 1


def test_a_file_of_an_indecent_image_would_be_handed_on() -> None:
    with pytest.raises(BadContents, match="only the reference"):
        item(1, lane=Lane.INDECENT_IMAGE)
    files = export_files(contents(), made_at=MADE)
    assert not [name for name in files if "0193-43" in name]
    assert b"0193-43" in files["index.csv"]
    assert b"Do not open those addresses" in files["README.txt"]


def test_a_reader_would_see_a_lane_that_is_not_theirs() -> None:
    with pytest.raises(BadContents, match="not among this reader's lanes"):
        contents(lanes=(Lane.STANDARD,))
    shown = contents(
        lanes=(Lane.STANDARD,), items=(item(1),), counts=Counts(9, 0, {Lane.STANDARD: 1, Lane.CHILD: 4})
    )
    assert "Safeguarding of a child: 4" in readme(shown, MADE)
    assert "Standard takedown: 1" not in readme(shown, MADE)


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
    quiet = contents(items=(), failures=(), counts=Counts(1523, 0))
    assert "Yes. These sources were read all week: facebook-page, x-mentions." in readme(quiet, MADE)
    assert "None of them is in this" in readme(quiet, MADE)
    blind = contents(items=(), sources=(SourceRow("x-mentions", "x", 0, None),), counts=Counts(0, 0))
    assert "No data from x-mentions Tue 17 Nov 2026, 03:10–09:40 GMT" in readme(blind, MADE)
    assert "x-mentions was NOT READ at all in this week" in readme(blind, MADE)
    assert "Do not take this for a quiet week" in readme(contents(sources=(), failures=(), items=()), MADE)


@pytest.mark.parametrize(
    "name", ["x\r\nMade: never", "\u202etfelloc", "nul\x00lone\ud800", "{{ 7 * 7 }}", "x" * 500]
)
def test_a_hostile_school_name_would_forge_the_readme(name: str) -> None:
    text = readme(contents(school_name=name), MADE)
    text.encode("utf-8")
    assert "\r\nMade: never" not in text
    assert not set(text) & set("\u202e\x00")
    assert "49" not in text.split("Please take care")[0]


def test_the_readme_would_run_over_the_edge() -> None:
    lines = readme(contents(), MADE).split("\r\n")
    assert max(map(len, lines)) <= 78
    assert not [line for line in lines if "\n" in line]


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
        "import resource, signal, sys; sys.path.insert(0, 'tests')\n"
        "from pathlib import Path\n"
        "from support.export_facts import MADE, contents\n"
        "from alerts.export.writer import ExportFailed, write_export\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "try:\n    write_export(contents(), Path(sys.argv[1]), made_at=MADE)\n"
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
        write_export(contents(), Path(place), made_at=MADE)
    assert caught.value.mend


def test_a_file_in_the_folders_place_would_be_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "export").write_text("x")
    with pytest.raises(ExportFailed, match="a file stands where a folder is needed"):
        write_export(contents(), tmp_path / "export", made_at=MADE)


def test_half_written_files_would_be_left_behind(tmp_path: Path) -> None:
    write_export(contents(), tmp_path, made_at=SEEN)
    assert [path.suffix for path in tmp_path.iterdir()] == [".zip"]


def test_anybody_with_a_login_on_the_computer_would_read_it(tmp_path: Path) -> None:
    made = write_export(contents(), tmp_path, made_at=MADE)
    assert made.path.stat().st_mode & 0o007 == 0
