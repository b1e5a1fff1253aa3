"""Locked items among those that an export opened: their files, and what their rows said, out of the boxes."""

import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from monitor.evidence.lockbox import BOX, BoxUnreadable, opened

ROW = "row.json"
"""In a box beside the files: what the item's rows said."""

Files = Mapping[str, bytes]


def out_of_boxes(
    given: Mapping[str, Files], key: X25519PrivateKey | None
) -> tuple[dict[str, Files], dict[str, Mapping[str, Any]]]:
    """Item → its files as they were sealed, and item → its words where they came out of a box.

    Raises BoxUnreadable, naming the item.
    """
    files: dict[str, Files] = dict(given)
    words: dict[str, Mapping[str, Any]] = {}
    for uid, found in given.items():
        if key is not None and BOX in found:
            files[uid], words[uid] = out_of_box(uid, found[BOX], key)
    return files, words


def out_of_box(uid: str, box: bytes, key: X25519PrivateKey) -> tuple[dict[str, bytes], dict[str, Any]]:
    """One item's sealed files, and what its rows said."""
    try:
        files = opened(box, key, uid.encode())
    except BoxUnreadable as unreadable:
        raise type(unreadable)(f"item {uid}: {unreadable}") from unreadable
    return files, json.loads(files.pop(ROW))
