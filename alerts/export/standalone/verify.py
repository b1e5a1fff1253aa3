#!/usr/bin/env python3
"""Check an export of schoolwatch with Python 3.8 or later and the `openssl` program (3.0 or later) alone.

    python3 verify.py [FOLDER or ZIP] [--fingerprint HEX] [--root HEX] [--since FILE] [--proof FILE]

FOLDER or ZIP   the export; the folder that this file lies in if left out.
--fingerprint   of the school's key, from paper or an earlier e-mail; without it an export made anew under another looks good.
--root          SHA-256 of a stamping authority's root certificate, from the authority; without it anybody's looks good.
--since         a file with the three lines at the foot of an earlier e-mail: shows that the log still begins as it did then.
--proof         NAME.zip.tlog-proof, which came beside the zip; looked for beside the export if left out.

Checked: (1) every file against the two lists of a BagIt bag (RFC 8493), and that there is nothing besides; (2) the
school's Ed25519 signatures over these and the log's checkpoint; (3) each item, capture and later observation against
its seal and its lines in the log, and these against the checkpoint (Merkle tree, RFC 6962); (4) its time stamps
(RFC 3161); (5) --since; (6) the export's own line in a log that begins as this one. Exit status: 0 all matches, 1 not, and named, 2 misuse.
"""

# fmt: off
from __future__ import annotations

import argparse
import hashlib
import json
import re
import ssl
import stat
import subprocess
import sys
import tempfile
import zipfile
from base64 import b64decode as unbase64
from collections.abc import Callable
from pathlib import Path
from typing import Any

PAYLOAD, TAGS, SIGNED = "manifest-sha256.txt", "tagmanifest-sha256.txt", "SEAL/signed-files"
HEAD, STAMPED, KEY = "SEAL/checkpoint", "SEAL/stamped-checkpoint", "SEAL/pubkey.pem"
REQUIRED = {PAYLOAD, TAGS, SIGNED, HEAD, KEY, "SEAL/vkey.txt", "SEAL/consistency", "SEAL/export-salt",
            "README.txt", "bag-info.txt", "bagit.txt", "verify.py", "data/INDEX.csv"}
MOST_FILES, MOST_BYTES = 200_000, 2 * 1024**3
PLAIN = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?"

class Bad(Exception): """Something does not hold; the text says what."""
def sha256(data: bytes) -> bytes: return hashlib.sha256(data).digest()
def digits(text: str) -> str: return re.sub("[^0-9a-f]", "", text.lower())
def canonical(value: object) -> bytes:  # the one spelling of a JSON value that is hashed
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()

def attempt(faults: list[tuple[str, str]], name: str, what: Callable[..., Any], *arguments: Any) -> Any:
    """What a check finds, or stumbles over, becomes a fault under a name."""
    try: return what(*arguments)
    except KeyError as missing: faults.append((name, f"could not be checked: {missing.args[0]} is missing"))
    except Bad as wrong: faults.append((name, str(wrong)))
    except Exception as error: faults.append((name, f"was changed: it cannot be read ({error})"))
    return None

def read(path: Path, faults: list[tuple[str, str]]) -> dict[str, bytes]:
    """Name -> bytes of every file, held in memory: nothing is unpacked, and no link is followed."""
    entries: list[tuple[str, int, int, Callable[[], bytes]]]
    if path.is_dir():
        there = [(one, one.lstat()) for one in path.rglob("*")]
        entries = [(one.relative_to(path).as_posix(), of.st_mode, of.st_size, one.read_bytes)
                   for one, of in there if not stat.S_ISDIR(of.st_mode) or not any(one.iterdir())]
    else:
        archive = zipfile.ZipFile(path)  # reads no more of an entry than the size that it claims
        entries = [(one.filename, one.external_attr >> 16, one.file_size,
                    lambda one=one: archive.read(one)) for one in archive.infolist()]  # type: ignore[misc]  # a default binds it now
    if len(entries) > MOST_FILES or sum(entry[2] for entry in entries) > MOST_BYTES:
        raise Bad(f"is too large: more than {MOST_FILES:,} files or {MOST_BYTES:,} bytes; not read")
    files: dict[str, bytes] = {}
    for name, mode, _, content in entries:
        if name in files: faults.append((name, "was added: it stands in the zip twice"))
        elif stat.S_IFMT(mode) not in (0, stat.S_IFREG) or not re.fullmatch(f"{PLAIN}(?:/{PLAIN})*", name):
            faults.append((name, "was added: no plain file, or a name that leads elsewhere"))
        else: files[name] = attempt(faults, name, content) or b""
    return files

# --- (1) The lists ---
def listed(data: bytes) -> dict[str, str]:
    """Lines as `sha256sum` writes them -> {name: hash}; any other spelling of the same is refused."""
    found = {name: digest for digest, name in (line.split("  ", 1) for line in data.decode().splitlines())}
    if "".join(f"{found[name]}  {name}\n" for name in sorted(found)).encode() != data:
        raise Bad("was changed: its lines are not in order or not whole")
    return found

def check_lists(files: dict[str, bytes], faults: list[tuple[str, str]]) -> None:
    faults += [(name, "is missing") for name in sorted(REQUIRED - set(files))]
    known = {TAGS, *REQUIRED}
    for manifest, of_payload in ((PAYLOAD, True), (TAGS, False)):
        for name, digest in (attempt(faults, manifest, listed, files.get(manifest, b"")) or {}).items():
            known.add(name)
            if name.startswith("data/") != of_payload or name == TAGS:
                faults.append((manifest, f"was changed: it lists {name}"))
            elif name in files and sha256(files[name]).hex() != digest:
                faults.append((name, f"was changed (or its line in {manifest} was): its SHA-256 differs"))
            elif name not in files and name not in REQUIRED:
                faults.append((name, f"is missing: {manifest} lists it"))
    faults += [(name, "was added: no list names it") for name in sorted(set(files) - known)]

# --- (2) The school's key ---
def openssl(arguments: str, **handed: bytes) -> tuple[bool, str]:
    """(Whether openssl agreed, what it said). What is handed over by name lies in its folder as a file."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in handed.items(): Path(folder, name).write_bytes(data)
        try: done = subprocess.run(["openssl", *arguments.split()], cwd=folder, capture_output=True)
        except OSError as error: raise Bad(f"could not be checked: the openssl program does not run ({error})") from error
    return done.returncode == 0, (done.stdout + done.stderr).decode("utf-8", "replace")

def public_key(files: dict[str, bytes]) -> tuple[str, bytes]:
    """The log's name, and the 32 bytes of its key; pubkey.pem and vkey.txt must speak of the same one."""
    name, _, encoded = files["SEAL/vkey.txt"].decode("ascii").strip().split("+", 2)
    key, (begin, inside, *end) = unbase64(encoded)[1:], files[KEY].split(b"\n")
    # To the byte, or openssl might read another key out of it. RFC 8410: 12 bytes that say "Ed25519".
    whole = unbase64(inside, validate=True) == bytes.fromhex("302a300506032b6570032100") + key and len(key) == 32
    if not whole or [begin, *end] != [b"-----BEGIN PUBLIC KEY-----", b"-----END PUBLIC KEY-----", b""]:
        raise Bad("pubkey.pem and vkey.txt are not the same Ed25519 key")
    return name, key

def opened(note: bytes, files: dict[str, bytes]) -> str:
    """The text of a signed note (C2SP): text, empty line, `- name base64(key id + signature)`."""
    (name, key), (text, _, foot) = public_key(files), note.decode("utf-8").rpartition("\n\n")
    wanted = "pkeyutl -verify -pubin -inkey pem -rawin -in text -sigfile signature"
    for line in foot.splitlines():
        raw, key_id = unbase64(line.rsplit(" ", 1)[-1]), sha256(name.encode() + b"\n\x01" + key)[:4]
        handed = {"pem": files[KEY], "text": (text + "\n").encode(), "signature": raw[4:]}
        if line.startswith(f"\u2014 {name} ") and raw[:4] == key_id and openssl(wanted, **handed)[0]:
            return text + "\n"
    raise Bad("was changed, or is not signed by the key in SEAL/pubkey.pem")

def checkpoint(text: str) -> tuple[str, int, bytes]:
    """The three lines of a checkpoint (C2SP), as a note or in a mail: the log's name, its size, its root."""
    found = re.search(r"^(\S+)\r?\n(\d+)\r?\n([A-Za-z0-9+/]{43}=)\r?$", text, re.MULTILINE)
    if not found: raise Bad("holds no checkpoint: expected three lines, name of the log, size, root")
    return found[1], int(found[2]), unbase64(found[3])

def check_signed_files(files: dict[str, bytes]) -> None:
    """The signature covers the list of the payload and every file outside of data/."""
    first, _, lines = opened(files[SIGNED], files).partition("\n")
    signed, tags = listed(lines.encode()), {one for one in files if not one.startswith("data/")} - {SIGNED, TAGS}
    odd = [one for one in sorted({*tags, *signed}) if sha256(files.get(one, b"")).hex() != signed.get(one)]
    if first != "schoolwatch export, format 1" or odd:
        raise Bad(f"the school signed something else than what is here: {', '.join(odd)}")

# --- (3) The log ---
def climb(at: int, last: int, old: bytes, new: bytes, path: list[bytes]) -> tuple[bytes, bytes]:
    """Two ways up the tree at once, of an older tree and a newer one (RFC 9162, 2.1.3.2 and 2.1.4.2)."""
    for sibling in path:
        if last == 0: raise Bad("its proof is too long")
        if at & 1 or at == last:
            old, new = sha256(b"\x01" + sibling + old), sha256(b"\x01" + sibling + new)
            while at and not at & 1: at, last = at >> 1, last >> 1
        else: new = sha256(b"\x01" + new + sibling)
        at, last = at >> 1, last >> 1
    if last: raise Bad("its proof is too short")
    return old, new

def check_consistent(size: int, root: bytes, new_size: int, new_root: bytes, path: list[bytes]) -> None:
    """The newer tree begins with the whole older one."""
    at, last, path = size - 1, new_size - 1, path if size & (size - 1) else [root, *path]
    while at & 1 and size != new_size: at, last = at >> 1, last >> 1
    shown = (new_root, root) if size == new_size else climb(at, last, path[0], path[0], path[1:])
    if shown != (root, new_root): raise Bad(f"the log was rewritten: it no longer begins with the {size} lines that it had then")

def proven_leaf(data: bytes, log: str) -> tuple[str, bytes, list[bytes]]:
    """The line of the log in a proof (C2SP tlog-proof), the checkpoint under which it stands, and what stands behind it."""
    head, _, note = data.decode("utf-8").partition("\n\n")
    kind, extra, index, *path = head.split("\n")
    (leaf, *more), at, (origin, size, root) = unbase64(extra[6:]).split(b"\n"), int(index[6:]), checkpoint(note)
    start = sha256(b"\x00" + leaf)  # `extra ` and `index ` have six characters
    top = climb(at, size - 1, start, start, [unbase64(one) for one in path])[1]
    if kind != "c2sp.org/tlog-proof@v1" or origin != log or not 0 <= at < size or top != root:
        raise Bad("its line does not stand in the log at that checkpoint")
    return leaf.decode(), note.encode(), more

def as_sealed(own: dict[str, bytes]) -> Any:
    """The seal of an item or a capture; capture.json, and a picture beside its copy without a place, may be left out."""
    seal = json.loads(own["seal.json"])
    manifest, hashed = seal["manifest"], {name: sha256(data).hex() for name, data in own.items() if name != "seal.json"}
    there = {**{one: manifest[one] for one in manifest if one == "capture.json" or f"no-place-{one}" in hashed}, **hashed}
    odd = sorted(one for one in {*there, *manifest} if there.get(one) != manifest.get(one))
    commit = sha256(bytes.fromhex(seal["manifest_salt"]) + canonical(manifest)).hex()
    if odd or commit != seal["manifest_commit"] or canonical(seal) != own["seal.json"]:
        raise Bad(f"not as it was sealed: {', '.join(odd) or 'seal.json'}")
    return seal

def told(name: str, kind: str, files: dict[str, bytes], log: str) -> tuple[str, str, str]:
    """What a line of the log says, proven under the checkpoint of this export: line, of what, commitment."""
    leaf, *rest = proven_leaf(files[f"data/proofs/{name}.tlog-proof"], log)
    line = json.loads(leaf)
    if [line["kind"], *rest] != [kind, files[HEAD], []]: raise Bad("its proof is of something else or another checkpoint")
    return leaf, line["item_id"], line["commit"]

def check_item(uid: str, own: dict[str, bytes], files: dict[str, bytes], log: str) -> None:
    """An item's files against its seal, and the seal against two lines of the log."""
    seen, of, seen_commit = told(uid, "item", files, log)
    if of != uid: raise Bad("its proof is of another item")
    if not own: return  # only the reference is here; the proof will fit the files when they are shown one day
    seal, (_, of, sealed) = as_sealed(own), told(f"{uid}.evidence", "evidence", files, log)
    record = sha256(bytes.fromhex(seal["salt"]) + own["record.json"]).hex()
    if (seal["item_id"], of, seal["leaf"], seal["manifest_commit"], record) != (uid, uid, seen, sealed, seen_commit):
        raise Bad("its seal, its files or its record.json are not those that the log was told of")

def check_later(which: tuple[str, str, str], own: dict[str, bytes], files: dict[str, bytes], log: str) -> None:
    """A capture that a person asked for, or what was seen of an item later, against its line in the log."""
    (kind, uid, number), captured = which, which[0] == "capture"
    _, of, commit = told(f"{uid}.{kind}-{number}", kind, files, log)
    said = as_sealed(own) if captured else json.loads(own["json"])
    own_commit = said["manifest_commit"] if captured else sha256(bytes.fromhex(own["salt"].decode()) + own["json"]).hex()
    named = said["item_id"], said.get("observation_id", uid), str(said.get("capture", number))
    if (*named, own_commit) != (uid, of, number, commit): raise Bad("it is not what the log was told of")

def check_items(files: dict[str, bytes], faults: list[tuple[str, str]], log: str) -> str:
    items: dict[str, dict[str, bytes]] = {}
    later: dict[tuple[str, str, str], dict[str, bytes]] = {}
    for name, data in files.items():
        item = re.match(r"data/(?:items/([^/]+)/(.+)|proofs/([^/.]+)\.)", name)
        more = re.match(r"data/(capture|observation)s/([^/]+)/(\d+)[/.](.+)", name)
        if item: items.setdefault(item[1] or item[3], {}).update({item[2]: data} if item[1] else {})
        if more: later.setdefault((more[1], more[2], more[3]), {})[more[4]] = data
    for uid, own in sorted(items.items()): attempt(faults, f"data/items/{uid}", check_item, uid, own, files, log)
    for one, own in sorted(later.items()): attempt(faults, "data/{}s/{}/{}".format(*one), check_later, one, own, files, log)
    return f"Items: {len(items)}, of which {sum(map(bool, items.values()))} with their files; seen or captured later: {len(later)}"

# --- (4) Time, (5) the past, (6) the export itself ---
def check_stamp(name: str, files: dict[str, bytes], roots: set[str]) -> list[str]:
    """A time stamp over a checkpoint, as of its own time: the certificate may have ended since."""
    over, chain = STAMPED if STAMPED in files else HEAD, files[name[:-len(".tsr")] + "-chain.pem"]
    said = openssl("ts -reply -in reply -text", reply=files[name])[1]
    shown = re.search(r"^Time stamp: (\w{3} +\d+ \d\d:\d\d:\d\d)(?:\.\d+)?( \d{4}) GMT", said, re.MULTILINE)
    if not shown: raise Bad("is no time stamp that openssl can read")
    at = ssl.cert_time_to_seconds(f"{shown[1]}{shown[2]} GMT")
    root = ssl.PEM_cert_to_DER_cert(chain[chain.rindex(b"-----BEGIN"):].decode())  # only the last one is trusted
    agreed, said = openssl(f"ts -verify -data data -in reply -CAfile root -untrusted chain -attime {at}",
                           data=files[over], reply=files[name], chain=chain, root=ssl.DER_cert_to_PEM_cert(root).encode())
    if not agreed: raise Bad(f"openssl does not accept it over {over}: {' '.join(said.split())[-160:]}")
    return [f"Time:  the log's first {checkpoint(files[over].decode())[1]} lines, stamped by {name[5:-4]} at {shown[1] + shown[2]} UTC",
            f"Root:  {sha256(root).hex()}",
            *([] if sha256(root).hex() in roots else ["Not checked: whose root this is (compare it with the authority's own)"])]

def check_since(earlier: bytes, files: dict[str, bytes]) -> str:
    """SEAL/consistency holds every earlier checkpoint of the log, each with the proof up to this one."""
    (log, new_size, new_root), (origin, size, root) = (checkpoint(one.decode()) for one in (files[HEAD], earlier))
    lines = [line.split() for line in files["SEAL/consistency"].decode().splitlines()]
    paths = {new_size: [], **{int(line[0]): [unbase64(one) for one in line[2:]] for line in lines}}
    if origin != log or not 0 < size <= new_size:
        raise Bad("could not be checked: the earlier checkpoint is newer than this export, or of another log")
    if size < min(paths): raise Bad("cannot be checked here: older than the export's list; ask the school for a proof")
    if size not in paths: raise Bad(f"the log was rewritten: it knows of no checkpoint with {size} lines")
    check_consistent(size, root, new_size, new_root, paths[size])
    return f"Since: the first {size} lines of the log are those of the earlier checkpoint"

def check_export_line(proof: bytes, files: dict[str, bytes], log: str) -> str:
    """The log's own line about this export commits to the list of the payload, in a log that begins with SEAL/checkpoint."""
    (text, note, tie), sealed = proven_leaf(proof, log), checkpoint(files[HEAD].decode())
    leaf, salt = json.loads(text), bytes.fromhex(files["SEAL/export-salt"].decode().strip())
    if checkpoint(opened(note, files)) != checkpoint(note.decode()): raise Bad("its checkpoint was not signed")
    if not tie: raise Bad("it does not show that its log begins with SEAL/checkpoint; ask the school for a newer export")
    check_consistent(*sealed[1:], *checkpoint(note.decode())[1:], [unbase64(one) for one in tie])
    if leaf["kind"] != "export" or leaf["commit"] != sha256(salt + files[PAYLOAD]).hex():
        raise Bad("the log was told of another export than this one")
    return f"Proof: this export is line {leaf['seq']} of the log"

def check(path: Path, wanted: str, since: bytes, proof: bytes, roots: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Everything: what is wrong, by name, and what was found. `since` and `proof` are the files' bytes."""
    faults: list[tuple[str, str]] = []
    files = attempt(faults, path.name, read, path, faults)
    if files is None: return faults, []
    check_lists(files, faults)
    log, key = attempt(faults, KEY, public_key, files) or ("", b"")
    if wanted and digits(wanted) != sha256(key).hex():
        faults.append((KEY, "the export was made under another key than that of --fingerprint"))
    attempt(faults, SIGNED, check_signed_files, files)
    size = (attempt(faults, HEAD, lambda: checkpoint(opened(files[HEAD], files))) or (log, 0))[1]
    found: list[Any] = ["Key:   " + " ".join(re.findall("....", sha256(key).hex())), f"Log:   {log}, {size} lines",
                        check_items(files, faults, log)]
    stamps, known = [one for one in sorted(files) if one.endswith(".tsr")], {digits(one) for one in roots}
    for one in stamps: found += attempt(faults, one, check_stamp, one, files, known) or []
    faults += [("--root", f"no stamp here leads to {one}") for one in known if f"Root:  {one}" not in found]
    if STAMPED in files: attempt(faults, STAMPED, check_since, files[STAMPED], files)
    found.append(since and attempt(faults, "the log", check_since, since, files))
    found.append(proof and attempt(faults, "the proof beside it", check_export_line, proof, files, log))
    return sorted(set(faults)), [one for one in found if one]

def main() -> int:
    options = argparse.ArgumentParser(description="Check an export of schoolwatch.")
    options.add_argument("export", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    options.add_argument("--fingerprint", default="")
    options.add_argument("--root", action="append", default=[])
    for name in ("--since", "--proof"): options.add_argument(name, type=Path)
    given = options.parse_args()
    beside = given.proof or Path(re.sub(r"\.zip$", "", str(given.export)) + ".zip.tlog-proof")
    proof = beside.read_bytes() if given.proof or beside.is_file() else b""
    faults, found = check(given.export, given.fingerprint, given.since.read_bytes() if given.since else b"", proof, given.root)
    found += [] if proof else ["Not checked: the export's line in the log (no .tlog-proof beside it)"]
    found += [] if given.fingerprint else ["Not checked: whose key it is (compare it with the school's paper)"]
    found += [f"FAILED {ascii(name)[1:-1]}: {ascii(why)[1:-1]}" for name, why in faults]
    print(*found, f"{len(faults)} faults" if faults else "Everything matches.", sep="\n")
    return 1 if faults else 0
if __name__ == "__main__": sys.exit(main())
