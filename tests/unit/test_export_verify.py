"""Checking an export: whatever was changed, taken away or put in is named."""

import io
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.export_facts import MADE, contents, item

from alerts.export import manifest
from alerts.export.container import packed
from alerts.export.verify import Fault, Limits, verify_export
from alerts.export.writer import export_files, write_export

FILES = export_files(contents(), made_at=MADE)
WHOLE = packed(FILES)


def as_zip(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "export.zip"
    path.write_bytes(packed(files))
    return path


def as_folder(folder: Path, files: dict[str, bytes]) -> Path:
    root = folder / "export"
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


Form = Callable[[Path, dict[str, bytes]], Path]
both_forms = pytest.mark.parametrize("form", [as_zip, as_folder], ids=["zip", "folder"])
each_file = pytest.mark.parametrize("name", sorted(FILES))


def named(faults: list[Fault]) -> set[str]:
    return {fault.name for fault in faults}


@both_forms
def test_a_good_export_would_be_doubted(form: Form, tmp_path: Path) -> None:
    assert verify_export(form(tmp_path, FILES)) == []


def test_a_written_export_would_be_doubted(tmp_path: Path) -> None:
    assert verify_export(write_export(contents(), tmp_path, made_at=MADE).path) == []
    empty = contents(items=(), tasks=(), custody=(), failures=())
    assert verify_export(write_export(empty, tmp_path / "empty", made_at=MADE).path) == []


@both_forms
@each_file
def test_a_changed_byte_would_go_unseen(form: Form, name: str, tmp_path: Path) -> None:
    """First, middle and last byte of every file."""
    data = FILES[name]
    for place in {0, len(data) // 2, len(data) - 1}:
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        folder = tmp_path / str(place)
        folder.mkdir()
        faults = verify_export(form(folder, FILES | {name: changed}))
        assert faults
        assert name in named(faults) or name == manifest.MANIFEST


@both_forms
@each_file
@pytest.mark.parametrize(
    "change", [lambda data: data + b"\n", lambda data: data[:-1], lambda _: b""], ids=["more", "less", "none"]
)
def test_a_longer_or_shorter_file_would_go_unseen(
    form: Form, name: str, change: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    assert name in named(verify_export(form(tmp_path, FILES | {name: change(FILES[name])})))


@both_forms
@each_file
def test_a_file_taken_away_would_go_unseen(form: Form, name: str, tmp_path: Path) -> None:
    less = {other: data for other, data in FILES.items() if other != name}
    assert any(fault.name == name and "missing" in fault.why for fault in verify_export(form(tmp_path, less)))


@both_forms
@pytest.mark.parametrize("name", sorted(set(FILES) - {manifest.MANIFEST}))
def test_a_file_taken_away_with_its_line_would_go_unseen(form: Form, name: str, tmp_path: Path) -> None:
    less = {other: data for other, data in FILES.items() if other not in (name, manifest.MANIFEST)}
    faults = verify_export(form(tmp_path, less | {manifest.MANIFEST: manifest.written(less)}))
    assert name in named(faults) or name.rpartition("/")[0] in named(faults)


@both_forms
@pytest.mark.parametrize(
    "name",
    ["extra.txt", "items/0193-41/note.txt", "items/new/record.json", "noextension", ".hidden", "SEAL/x"],
)
def test_an_added_file_would_go_unseen(form: Form, name: str, tmp_path: Path) -> None:
    assert name in named(verify_export(form(tmp_path, FILES | {name: b"x"})))


@both_forms
def test_an_added_item_with_its_lines_would_go_unseen(form: Form, tmp_path: Path) -> None:
    more = {name: data for name, data in FILES.items() if name != manifest.MANIFEST} | {
        "items/new/record.json": b"{}"
    }
    faults = verify_export(form(tmp_path, more | {manifest.MANIFEST: manifest.written(more)}))
    assert faults == [Fault("items/new", "the index says 0 files, and 1 are there")]


@both_forms
def test_two_items_swapped_would_go_unseen(form: Form, tmp_path: Path) -> None:
    one, other = "items/0193-41/raw.json", "items/0193-42/raw.json"
    swapped = FILES | {one: FILES[other], other: FILES[one]}
    assert named(verify_export(form(tmp_path, swapped))) == {one, other}


@both_forms
def test_an_item_swapped_with_its_lines_would_pass_without_its_seal(form: Form, tmp_path: Path) -> None:
    """What the manifest cannot tell, the item's own seal tells: the hook gets each item and its bytes."""
    seen = {}

    def check(item_id: str, files: dict[str, bytes]) -> list[str]:
        seen[item_id] = files
        return ["its seal does not fit"] if b"42" in files["raw.json"] and item_id == "0193-41" else []

    forged = FILES | {"items/0193-41/raw.json": FILES["items/0193-42/raw.json"]}
    del forged[manifest.MANIFEST]
    forged[manifest.MANIFEST] = manifest.written(forged)
    assert verify_export(form(tmp_path, forged), check) == [Fault("items/0193-41", "its seal does not fit")]
    assert seen["0193-42"] == dict(item(42).files)


def test_a_changed_line_of_the_manifest_would_blame_nobody(tmp_path: Path) -> None:
    lines = FILES[manifest.MANIFEST].decode().splitlines(keepends=True)
    for broken in (
        [lines[0].upper(), *lines[1:]],
        lines[::-1],
        [*lines, lines[0]],
        [*lines, "\n"],
        [line.replace("\n", "\r\n") for line in lines],
        [lines[0].replace("  ", " *"), *lines[1:]],
        ["\ufeff", *lines],
    ):
        folder = as_folder(tmp_path, FILES | {manifest.MANIFEST: "".join(broken).encode()})
        assert [fault.name for fault in verify_export(folder)] == [manifest.MANIFEST]


@settings(max_examples=300)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_any_changed_byte_of_the_zip_would_go_unseen(
    tmp_path_factory: pytest.TempPathFactory, place: int, by: int
) -> None:
    """Also in names, times, sizes and the zip's own lists."""
    path = tmp_path_factory.getbasetemp() / "flipped.zip"
    path.write_bytes(WHOLE[:place] + bytes([WHOLE[place] ^ by]) + WHOLE[place + 1 :])
    assert verify_export(path)


@pytest.mark.parametrize(
    "data",
    [
        WHOLE + b"x",
        b"x" + WHOLE,
        WHOLE[:-1],
        WHOLE[:-200],
        WHOLE[100:],
        b"",
        b"PK\x05\x06" + b"\0" * 18,
        b"no zip",
    ],
)
def test_a_cut_or_longer_zip_would_go_unseen(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(data)
    assert verify_export(path)


def test_a_zip_made_again_would_be_called_tampering_with_evidence(tmp_path: Path) -> None:
    """The files are fine and only the container is not ours: the words must say so."""
    path = tmp_path / "again.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in FILES.items():
            archive.writestr(name, data)
    ((name, why),) = verify_export(path)
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
    faults = verify_export(crafted(tmp_path, [(name, b"x")]))
    assert any("leads elsewhere" in fault.why for fault in faults)


def test_a_name_would_write_on_the_terminal(tmp_path: Path) -> None:
    faults = verify_export(crafted(tmp_path, [("a\x1b[2J\n\u202eb", b"x")]))
    assert not set("".join(fault.name + fault.why for fault in faults)) & set("\x1b\n\u202e")


def test_a_folder_entry_or_link_in_the_zip_would_go_unseen(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    faults = verify_export(crafted(tmp_path, [("folder/", b""), (link, b"/etc/passwd")]))
    assert {"folder/", "link"} <= named(faults)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_would_show_the_wrong_one(tmp_path: Path) -> None:
    faults = verify_export(crafted(tmp_path, [("index.csv", b"forged")]))
    assert any(fault.name == "index.csv" and "twice" in fault.why for fault in faults)


def test_a_zip_bomb_would_fill_the_memory(tmp_path: Path) -> None:
    faults = verify_export(crafted(tmp_path, [("bomb", b"\0" * 3_000_000)]), limits=Limits(total=2_000_000))
    assert "too large" in faults[-1].why
    many = [(f"f{number}", b"") for number in range(50)]
    assert "too large" in verify_export(crafted(tmp_path, many), limits=Limits(files=40))[-1].why
    root = as_folder(tmp_path, FILES | {"bomb": b"\0" * 3_000_000})
    assert "too large" in verify_export(root, limits=Limits(total=2_000_000))[-1].why


def test_an_entry_that_lies_about_its_size_would_fill_the_memory(tmp_path: Path) -> None:
    """The directory says ten bytes, and three megabytes are packed behind it."""
    path = crafted(tmp_path, [("bomb", b"\0" * 3_000_000)])
    data = path.read_bytes().replace(struct.pack("<L", 3_000_000), struct.pack("<L", 10))
    path.write_bytes(data)
    assert "bomb" in named(verify_export(path, limits=Limits(total=2_000_000)))


def test_a_folder_with_links_and_pipes_would_be_followed(tmp_path: Path) -> None:
    root = as_folder(tmp_path, FILES)
    (root / "link").symlink_to("/etc/passwd")
    (root / "linked").symlink_to(tmp_path)
    os.mkfifo(root / "pipe")
    (root / "empty").mkdir()
    assert named(verify_export(root)) == {"link", "linked", "pipe", "empty"}


def test_a_path_that_is_not_there_would_pass(tmp_path: Path) -> None:
    ((_, why),) = verify_export(tmp_path / "none.zip")
    assert "cannot be read" in why


def test_an_index_that_is_no_table_would_be_a_traceback(tmp_path: Path) -> None:
    for data in (b"\xff\xfe", b"", b'"folder","files"\r\n"items/x","many"\r\n', b'"a"\r\n"\x00"'):
        assert "index.csv" in named(verify_export(as_folder(tmp_path, FILES | {"index.csv": data})))


def test_the_container_would_differ_between_machines() -> None:
    """Nothing of the time, the system or the compressor of this machine stands in it."""
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        for entry in archive.infolist():
            assert (entry.date_time, entry.create_system, entry.compress_type) == (
                (1980, 1, 1, 0, 0, 0),
                3,
                0,
            )
