"""A capture's files: in a folder of their own beside the items', with a seal that the log's leaf commits to.

capture.json     who asked, why, what was asked for and reached, and what could not be had
page.*, media-*  what was captured, byte for byte as it came
seal.json        the manifest of the others, its salt and its commitment

A folder of their own, because an item's folder holds exactly the files that its own seal names.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.evidence import folder
from monitor.evidence.bundle import SEAL
from monitor.evidence.canonical import canonical_json, sha256
from monitor.evidence.leaf import Commitment, commit_to, commitment

RECORD = "capture.json"
CAPTURE_SCHEMA = "schoolwatch-capture-1"


@dataclass(frozen=True)
class SealedCapture:
    files: Mapping[str, bytes]
    manifest: Commitment
    """What the CAPTURE leaf commits to."""


def seal_capture(item_uid: str, number: int, files: Mapping[str, bytes]) -> SealedCapture:
    manifest = {name: sha256(content) for name, content in files.items()}
    committed = commit_to(canonical_json(manifest))
    seal = {
        "item_id": item_uid,
        "capture": number,
        "manifest": manifest,
        "manifest_salt": committed.salt.hex(),
        "manifest_commit": committed.commit,
    }
    return SealedCapture({**files, SEAL: canonical_json(seal)}, committed)


def capture_root(evidence: Path) -> Path:
    return evidence / "captures"


def capture_folder(evidence: Path, item_uid: str, number: int) -> Path:
    return folder.item_folder(capture_root(evidence), _name(item_uid, number))


def write_capture(evidence: Path, item_uid: str, number: int, files: Mapping[str, bytes]) -> None:
    """Whole and durable, or not there. Raises EvidenceNotWritten."""
    folder.write_item(capture_root(evidence), _name(item_uid, number), files)


def add_to_capture(evidence: Path, item_uid: str, number: int, files: Mapping[str, bytes]) -> None:
    """Put files beside those that are there. Raises EvidenceNotWritten."""
    folder.add_files(capture_root(evidence), _name(item_uid, number), files)


def keep_in_capture(evidence: Path, item_uid: str, number: int, names: Collection[str]) -> None:
    """Overwrite and remove every file but these."""
    folder.remove_others(capture_root(evidence), _name(item_uid, number), names)


def read_capture(evidence: Path, item_uid: str, number: int) -> dict[str, bytes]:
    return folder.read_item(capture_root(evidence), _name(item_uid, number))


def remove_capture(evidence: Path, item_uid: str, number: int) -> None:
    """Overwrite and remove; nothing is said when it is not there."""
    folder.remove_item(capture_root(evidence), _name(item_uid, number))


def _name(item_uid: str, number: int) -> str:
    return f"{item_uid}-capture-{number:03d}"


def capture_faults_within(item_uid: str, number: int, files: Mapping[str, bytes]) -> list[str]:
    """What is wrong with a capture's files when only they are at hand."""
    try:
        seal = json.loads(files[SEAL])
        manifest: dict[str, str] = seal["manifest"]
        faults = [f"{name} was added" for name in files if name not in manifest and name != SEAL]
        faults += [f"{name} is missing" for name in manifest if name not in files]
        faults += [
            f"{name} was changed"
            for name in manifest
            if name in files and sha256(files[name]) != manifest[name]
        ]
        if (seal["item_id"], seal["capture"]) != (item_uid, number) or canonical_json(seal) != files[SEAL]:
            faults.append(f"{SEAL} was changed")
        if (
            commitment(bytes.fromhex(seal["manifest_salt"]), canonical_json(manifest))
            != seal["manifest_commit"]
        ):
            faults.append("the manifest does not match its commitment")
    except KeyError as missing:
        return [f"{missing.args[0]} is missing"]
    except (ValueError, TypeError, AttributeError):
        return [f"{SEAL} cannot be read"]
    return faults
