"""Decided comments as labelled JSON lines: what `evaluate` reads and a training can use.

The file holds what people wrote about the school, names included, so it is made only where somebody says so,
readable by its owner alone, and the custody record says who made it. Labels are those that the judge gave
and a person confirmed; a dismissed comment has none. Nobody went through each label singly.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from config.words import Flag, Label
from monitor.pipeline.decided import DecidedComment
from monitor.site import Site
from monitor.store import custody


def write_labelled(site: Site, decided: Sequence[DecidedComment], path: Path, by: str) -> None:
    """Raises OSError, FileExistsError among them: a file that is there is never written over."""
    lines = "".join(json.dumps(_line(one)) + "\n" for one in decided)
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(opened, "w", encoding="utf-8") as file, site.database.write() as session:
            custody.note(
                session, site.school_id, site.now(), "decided_comments_exported", actor=by,
                comments=len(decided), incidents=len({one.reference for one in decided}),
            )  # fmt: skip
            file.write(lines)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _line(one: DecidedComment) -> dict[str, Any]:
    comment = one.comment
    return {
        "id": comment.id,
        "incident": one.reference,
        "decided": "confirmed" if one.confirmed else "dismissed",
        "platform": comment.platform,
        "surface": comment.surface,
        "author": comment.author,
        "context": comment.context,
        "has_image": comment.has_image,
        "text": comment.text,
        "labels": {label.value: int(one.confirmed and label in one.labels) for label in Label},
        "flags": [flag.value for flag in Flag if one.confirmed and flag in one.flags],
        "pupils": list(one.pupils) if one.confirmed else [],
        "staff": list(one.staff) if one.confirmed else [],
    }
