"""The bag (BagIt 1.0, RFC 8493): payload under data/, everything else a tag file, two lists over them all.

bagit-python writes 0.97 and its own dates; these few lines write 1.0 and the same bytes each time. What BagIt
alone lets pass (a tag manifest taken away, a file added at the top, all lists written anew) is caught by
`SEAL/signed-files`: the school's signature over every file outside of data/ and over the payload's list.
"""

from collections.abc import Callable, Mapping
from datetime import date

from alerts.export.manifest import MANIFEST, rendered_hashes, written
from alerts.mail.wording import one_line

TAG_MANIFEST = "tagmanifest-sha256.txt"
SIGNED = "SEAL/signed-files"
SIGNED_HEADING = "schoolwatch export, format 1\n"
_BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def bagged(
    payload: Mapping[str, bytes],
    tags: Mapping[str, bytes],
    info: Mapping[str, str],
    sign: Callable[[str], str],
) -> dict[str, bytes]:
    """The whole bag: name → bytes. `payload` names begin with data/, `tags` names do not."""
    about = {**info, "Payload-Oxum": f"{sum(map(len, payload.values()))}.{len(payload)}"}
    files = {
        **tags,
        "bagit.txt": _BAGIT,
        "bag-info.txt": "".join(f"{label}: {_value(about[label])}\n" for label in sorted(about)).encode(),
        MANIFEST: written(payload),
    }
    files[SIGNED] = sign(SIGNED_HEADING + rendered_hashes(files)).encode()
    return {**payload, **files, TAG_MANIFEST: written(files)}


def bagging_date(day: date) -> str:
    return day.isoformat()


def _value(text: str) -> str:
    """On one line: a line break would begin another label."""
    return one_line(text) or "-"
