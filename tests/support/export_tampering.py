"""What somebody clever may do to an export: each gives the changed files and the names that must be said."""

import hashlib
from collections.abc import Callable
from enum import Enum, member
from pathlib import Path

from alerts.export.bag import TAG_MANIFEST
from alerts.export.container import packed
from alerts.export.manifest import MANIFEST, written

Files = dict[str, bytes]
ONE, OTHER = "0193-41", "0193-42"


def as_zip(folder: Path, files: Files, proof: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "export.zip"
    path.write_bytes(packed(files))
    return _with_proof(path, proof)


def as_folder(folder: Path, files: Files, proof: bytes) -> Path:
    root = folder / "export"
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return _with_proof(root, proof)


def _with_proof(path: Path, proof: bytes) -> Path:
    if proof:
        path.with_name("export.zip.tlog-proof").write_bytes(proof)
    return path


def relisted(files: Files) -> Files:
    """Both lists written anew over what is there: a valid bag, as bagit sees it."""
    payload = {name: data for name, data in files.items() if name.startswith("data/")}
    total = f"Payload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}"
    info = [line for line in files["bag-info.txt"].decode().splitlines() if "Oxum" not in line]
    tags = {name: data for name, data in files.items() if name not in payload and name != TAG_MANIFEST}
    tags |= {MANIFEST: written(payload), "bag-info.txt": ("\n".join([*info, total]) + "\n").encode()}
    return {**payload, **tags, TAG_MANIFEST: written(tags)}


def _without(files: Files, *names: str) -> Files:
    return {name: data for name, data in files.items() if name not in names}


def _swapped(files: Files, one: str, other: str) -> Files:
    return files | {one: files[other], other: files[one]}


def _two_files_exchanged(files: Files) -> tuple[Files, list[str]]:
    one, other = f"data/items/{ONE}/raw.json", f"data/items/{OTHER}/raw.json"
    return _swapped(files, one, other), [one, other]


def _tag_manifest_dropped(files: Files) -> tuple[Files, list[str]]:
    return _without(files, TAG_MANIFEST), [TAG_MANIFEST]


def _tag_manifest_dropped_and_info_edited(files: Files) -> tuple[Files, list[str]]:
    edited = files["bag-info.txt"].replace(b"police", b"nobody")
    return _without(files, TAG_MANIFEST) | {"bag-info.txt": edited}, [TAG_MANIFEST, "bag-info.txt"]


def _manifest_dropped(files: Files) -> tuple[Files, list[str]]:
    return _without(files, MANIFEST), [MANIFEST]


def _seal_dropped(files: Files) -> tuple[Files, list[str]]:
    seal = [name for name in files if name.startswith("SEAL/")]
    return _without(files, *seal), seal


def _seal_dropped_and_relisted(files: Files) -> tuple[Files, list[str]]:
    left, seal = _seal_dropped(files)
    return relisted(left), seal


def _items_exchanged(files: Files) -> tuple[Files, list[str]]:
    """Two folders change their names, and all lists are written anew."""
    changed = dict(files)
    for name in files:
        if f"data/items/{ONE}/" in name:
            changed = _swapped(changed, name, name.replace(ONE, OTHER))
    return relisted(changed), [f"data/items/{ONE}", f"data/items/{OTHER}", MANIFEST]


def _items_and_proofs_exchanged(files: Files) -> tuple[Files, list[str]]:
    changed = dict(files)
    for name in files:
        if f"/{ONE}" in name and name.startswith(("data/items/", "data/proofs/")):
            changed = _swapped(changed, name, name.replace(ONE, OTHER))
    return relisted(changed), [f"data/items/{ONE}", f"data/items/{OTHER}", MANIFEST]


def _captures_exchanged(files: Files) -> tuple[Files, list[str]]:
    changed = dict(files)
    for name in files:
        if f"data/captures/{ONE}/" in name:
            changed = _swapped(changed, name, name.replace(ONE, OTHER))
    return relisted(changed), [f"data/captures/{ONE}/1", f"data/captures/{OTHER}/1", MANIFEST]


def _observations_exchanged_with_proofs(files: Files) -> tuple[Files, list[str]]:
    changed = dict(files)
    for name in files:
        if f"data/observations/{ONE}/" in name or f"{ONE}.observation-" in name:
            changed = _swapped(changed, name, name.replace(ONE, OTHER))
    return relisted(changed), [f"data/observations/{ONE}/1", f"data/observations/{OTHER}/1", MANIFEST]


def _picture_exchanged(files: Files) -> tuple[Files, list[str]]:
    """A capture's picture and the seal's own hash of it, and every list."""
    name, seal = f"data/captures/{ONE}/1/media-1.png", f"data/captures/{ONE}/1/seal.json"
    old, new = (hashlib.sha256(data).hexdigest().encode() for data in (files[name], b"another"))
    changed = files | {name: b"another", seal: files[seal].replace(old, new)}
    return relisted(changed), [f"data/captures/{ONE}/1", MANIFEST]


def _proof_of_a_capture_dropped(files: Files) -> tuple[Files, list[str]]:
    name = f"data/proofs/{ONE}.capture-1.tlog-proof"
    return relisted(_without(files, name)), [f"data/captures/{ONE}/1", name]


def _salt_of_an_observation_changed(files: Files) -> tuple[Files, list[str]]:
    return relisted(files | {f"data/observations/{ONE}/1.salt": b"00" * 32}), [f"data/observations/{ONE}/1"]


def _payload_and_lists_rewritten(files: Files) -> tuple[Files, list[str]]:
    changed = files | {"data/custody.csv": files["data/custody.csv"].replace(b"schoolwatch", b"nobody")}
    return relisted(changed), ["SEAL/signed-files", MANIFEST]


def _item_taken_out_with_its_lines(files: Files) -> tuple[Files, list[str]]:
    return relisted({name: data for name, data in files.items() if OTHER not in name}), [MANIFEST]


def _words_of_an_item_changed(files: Files) -> tuple[Files, list[str]]:
    """The record and the seal's own hash of it, and every list."""
    name, seal = f"data/items/{ONE}/record.json", f"data/items/{ONE}/seal.json"
    record = files[name].replace(b"words 41", b"other 41")
    old, new = (hashlib.sha256(data).hexdigest().encode() for data in (files[name], record))
    changed = files | {name: record, seal: files[seal].replace(old, new)}
    return relisted(changed), [f"data/items/{ONE}", MANIFEST]


def _proof_of_another_item(files: Files) -> tuple[Files, list[str]]:
    one, other = f"data/proofs/{ONE}.tlog-proof", f"data/proofs/{OTHER}.tlog-proof"
    return relisted(files | {one: files[other]}), [f"data/items/{ONE}"]


def _verifier_replaced(files: Files) -> tuple[Files, list[str]]:
    return relisted(files | {"verify.py": b"print('Everything matches.')\n"}), ["verify.py"]


def _another_key_put_in(files: Files) -> tuple[Files, list[str]]:
    forged = files["SEAL/vkey.txt"][:-6] + b"AAAA=\n"
    return relisted(files | {"SEAL/vkey.txt": forged}), ["SEAL/pubkey.pem"]


def _lists_reordered(files: Files) -> tuple[Files, list[str]]:
    lines = files[MANIFEST].decode().splitlines(keepends=True)
    return files | {MANIFEST: "".join(reversed(lines)).encode()}, [MANIFEST]


class Tampered(Enum):
    """Name → what is done."""

    two_files_exchanged = member(_two_files_exchanged)
    tag_manifest_dropped = member(_tag_manifest_dropped)
    tag_manifest_dropped_and_info_edited = member(_tag_manifest_dropped_and_info_edited)
    manifest_dropped = member(_manifest_dropped)
    seal_dropped = member(_seal_dropped)
    seal_dropped_and_relisted = member(_seal_dropped_and_relisted)
    items_exchanged = member(_items_exchanged)
    items_and_proofs_exchanged = member(_items_and_proofs_exchanged)
    captures_exchanged = member(_captures_exchanged)
    observations_exchanged_with_proofs = member(_observations_exchanged_with_proofs)
    picture_exchanged = member(_picture_exchanged)
    proof_of_a_capture_dropped = member(_proof_of_a_capture_dropped)
    salt_of_an_observation_changed = member(_salt_of_an_observation_changed)
    payload_and_lists_rewritten = member(_payload_and_lists_rewritten)
    item_taken_out_with_its_lines = member(_item_taken_out_with_its_lines)
    words_of_an_item_changed = member(_words_of_an_item_changed)
    proof_of_another_item = member(_proof_of_another_item)
    verifier_replaced = member(_verifier_replaced)
    another_key_put_in = member(_another_key_put_in)
    lists_reordered = member(_lists_reordered)


Change = Callable[[Files], tuple[Files, list[str]]]
