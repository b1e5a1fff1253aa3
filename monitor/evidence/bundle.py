"""The files an item is promoted to, and what they say of each other.

record.json    what was seen; the item's leaf commits to it
raw.json       the platform's own object, byte for byte as it was committed to
envelope.json  the request and answer it came in, with the hash of the whole page
raw.warc.gz    the request, the answer's headers and the object once more, as WARC 1.1 (ISO 28500)
context.json   the words it answers to, when they were known
seal.json      both leaves with their salts, and the manifest that the second one commits to
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from monitor.evidence.canonical import canonical_json, sha256
from monitor.evidence.leaf import Commitment, commitment
from monitor.evidence.warc import WARC, warc_gz

SEAL = "seal.json"
WITHHELD_FILES = frozenset({"record.json", SEAL})
"""All that stands of an item in the indecent-image lane."""


@dataclass(frozen=True)
class Held:
    """What the holding area has of an item."""

    uid: str
    salt: bytes
    raw_salt: bytes
    record: bytes
    raw: bytes
    envelope: bytes
    context: bytes | None
    item_leaf: bytes
    withheld: bool = False
    """The indecent-image lane: the record stands, the platform's answer is not kept (QC 2.7.1, 2.7.4)."""


@dataclass(frozen=True)
class Bundle:
    files: Mapping[str, bytes]
    manifest: Commitment
    """What the evidence leaf commits to."""


def make_bundle(held: Held) -> Bundle:
    files = _files(held)
    manifest = digests_of(files)
    committed = _commit_again(held.salt, canonical_json(manifest))
    seal = {
        "item_id": held.uid,
        "leaf": held.item_leaf.decode(),
        "salt": held.salt.hex(),
        "raw_salt": None if held.withheld else held.raw_salt.hex(),
        "manifest": manifest,
        "manifest_salt": committed.salt.hex(),
        "manifest_commit": committed.commit,
    }
    return Bundle({**files, SEAL: canonical_json(seal)}, committed)


def reduced(uid: str, files: Mapping[str, bytes]) -> Bundle:
    """The bundle of an item that was sealed whole and is to be withheld now."""
    seal = json.loads(files[SEAL])
    return make_bundle(
        Held(
            uid=uid,
            salt=bytes.fromhex(seal["salt"]),
            raw_salt=b"",
            record=files["record.json"],
            raw=b"",
            envelope=b"",
            context=None,
            item_leaf=seal["leaf"].encode(),
            withheld=True,
        )
    )


def _files(held: Held) -> dict[str, bytes]:
    files = {"record.json": held.record}
    if not held.withheld:
        files |= {"raw.json": held.raw, "envelope.json": held.envelope}
        files |= {WARC: warc_gz(held.uid, held.record, held.envelope, held.raw)}
        files |= {"context.json": held.context} if held.context is not None else {}
    return files


def _commit_again(item_salt: bytes, content: bytes) -> Commitment:
    """A second salt that follows from the first, so that a promotion done twice writes the same bytes."""
    salt = hashlib.sha256(b"schoolwatch manifest" + item_salt).digest()
    return Commitment(salt, commitment(salt, content))


class Read(NamedTuple):
    """An item's files, read once: what is wrong with them, and what seal and record say (empty where they
    could not be read).
    """

    faults: list[str]
    seal: Mapping[str, Any]
    record: Mapping[str, Any]


def faults_within(uid: str, files: Mapping[str, bytes]) -> list[str]:
    """What is wrong with an item's files when only they are at hand (an export, a copy on a stick)."""
    return read_bundle(uid, files, digests_of(files)).faults


def digests_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """File name → SHA-256 of its bytes, in hex."""
    return {name: sha256(content) for name, content in files.items()}


def read_bundle(uid: str, files: Mapping[str, bytes], digests: Mapping[str, str]) -> Read:
    """Read an item's files and hold them against each other. `digests` are those of these very files."""
    try:
        seal = json.loads(files[SEAL])
        record = json.loads(files["record.json"]) if "record.json" in files else {}
        return Read(_check_seal(uid, seal, record, files, digests), seal, record)
    except KeyError as missing:
        return Read([f"{missing.args[0]} is missing"], {}, {})
    except (ValueError, TypeError, AttributeError):
        return Read([f"{SEAL} cannot be read"], {}, {})


def _check_seal(
    uid: str,
    seal: dict[str, Any],
    record: Mapping[str, Any],
    files: Mapping[str, bytes],
    digests: Mapping[str, str],
) -> list[str]:
    manifest: dict[str, str] = seal["manifest"]
    leaf = json.loads(seal["leaf"])
    faults = _against_manifest(manifest, digests)
    if canonical_json(seal) != files[SEAL]:
        faults.append(f"{SEAL} was changed")
    if seal["item_id"] != uid or leaf["item_id"] != uid:
        faults.append("the seal belongs to another item")
    if commitment(bytes.fromhex(seal["manifest_salt"]), canonical_json(manifest)) != seal["manifest_commit"]:
        faults.append("the manifest does not match its commitment")
    if "record.json" in files:
        if commitment(bytes.fromhex(seal["salt"]), files["record.json"]) != leaf["commit"]:
            faults.append("record.json does not match the commitment made when it was seen")
        how = record["how"]
        faults += [*_check_raw(seal, files, how), *_check_envelope(digests, how)]
    return faults


def _against_manifest(manifest: Mapping[str, str], digests: Mapping[str, str]) -> list[str]:
    if {SEAL: digests.get(SEAL), **manifest} == digests:
        return []
    faults = [f"{name} was added" for name in digests if name not in manifest and name != SEAL]
    faults += [f"{name} is missing" for name in manifest if name not in digests]
    changed = (name for name in manifest if name in digests and digests[name] != manifest[name])
    return faults + [f"{name} was changed" for name in changed]


def _check_envelope(digests: Mapping[str, str], how: Mapping[str, Any]) -> list[str]:
    """Records of version 1 spoke of the page only."""
    told = how.get("envelope_sha256")
    if told is None or digests.get("envelope.json", told) == told:
        return []
    return ["envelope.json is not the request and answer that record.json speaks of"]


def _check_raw(seal: dict[str, Any], files: Mapping[str, bytes], how: Mapping[str, Any]) -> list[str]:
    if "raw.json" not in files:
        return []
    if commitment(bytes.fromhex(seal["raw_salt"]), files["raw.json"]) != how["raw_commit"]:
        return ["raw.json is not the object that record.json speaks of"]
    return []
