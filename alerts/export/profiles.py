"""For whom an export is: what a police officer, a host and a governor are given of the same facts."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from alerts.export.contents import CAPTURE_RECORD, PLACELESS, ExportContents, ExportedCapture, ExportedItem
from config.words import Lane

MASK = "[name left out]"
MASKED_WORDS = "[left out: the words name or point at a pupil]"
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_HANDLE = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+|@\w[\w.-]*")


class Profile(StrEnum):
    POLICE = "police"
    """Everything of the reader's lanes."""
    HOST = "host"
    """The items of one incident, for whoever hosts them: nothing of the school's own work."""
    GOVERNORS = "governors"
    """Names and pupils masked, sealed files left out; the proofs still fit what is kept at the school."""
    PERSON = "person"
    """One incident for whoever it is about, to take wherever they decide to (QC and Nunney 2.8.5)."""


WITHOUT_OUR_WORK = frozenset({Profile.HOST, Profile.PERSON})
"""Without tasks and custody: what the school does about it, and who at school looked at it."""


@dataclass(frozen=True, slots=True)
class Names:
    """Which words are names: of all in the register (lower case); of which items no word is shown."""

    words: frozenset[str] = frozenset()
    of_pupils: frozenset[str] = frozenset()
    """Ids of the items that name a pupil or point at one."""


def for_profile(contents: ExportContents, profile: Profile, names: Names) -> ExportContents:
    """The facts as this profile shows them. What it leaves out stands neither in a table nor in a file."""
    if profile in WITHOUT_OUR_WORK:
        return _without_our_work(contents)
    if profile is Profile.GOVERNORS:
        return _for_governors(contents, names)
    return contents


def _without_our_work(contents: ExportContents) -> ExportContents:
    """Nothing of a possible indecent image goes to a host or anybody else (design, promise 3)."""
    items = tuple(_offending(item) for item in contents.items if item.lane is not Lane.INDECENT_IMAGE)
    return replace(contents, items=items, tasks=(), custody=(), counts=None, categories_shown=False)


def _offending(item: ExportedItem) -> ExportedItem:
    """Its captures without the record of who at the school asked for them, and why."""
    return replace(item, captures=tuple(_unasked(one) for one in item.captures))


def _unasked(capture: ExportedCapture) -> ExportedCapture:
    """Of a picture that may say where it was taken, only the copy that does not (NEU 6.1)."""
    telling = {name.removeprefix(PLACELESS) for name in capture.files if name.startswith(PLACELESS)}
    left_out = telling | {CAPTURE_RECORD}
    return replace(
        capture, files={name: data for name, data in capture.files.items() if name not in left_out}
    )


def _for_governors(contents: ExportContents, names: Names) -> ExportContents:
    items = tuple(_masked(item, names) for item in contents.items if item.lane is not Lane.INDECENT_IMAGE)
    return replace(
        contents,
        items=items,
        tasks=tuple(replace(row, reason="") for row in contents.tasks),
        custody=tuple(replace(row, actor=row.role or MASK, purpose="") for row in contents.custody),
        exhibits_shown=False,
    )


def _masked(item: ExportedItem, names: Names) -> ExportedItem:
    text = MASKED_WORDS if item.item_id in names.of_pupils and item.text else masked(item.text, names.words)
    return replace(
        item, url="", external_id="", handle=MASK, exhibit_ref="", text=text, files={},
        withheld_reason=item.withheld_reason or "Masked for governors: the sealed files stay at the school.",
        shows_words=True, captures=(), captures_left_out="", observations=(),
    )  # fmt: skip


def masked(text: str, names: frozenset[str]) -> str:
    """Without handles, addresses and any word that is somebody's name in the register.

    A word that only sounds like a name (May, Rose) goes as well: too much left out is the smaller harm.
    """
    plain = _HANDLE.sub(MASK, text)
    return _WORD.sub(lambda found: MASK if _is_name(found[0], names) else found[0], plain)


def _is_name(word: str, names: frozenset[str]) -> bool:
    lowered = word.casefold().replace("’", "'")
    return lowered in names or re.sub(r"'s$|s'$", "", lowered) in names or lowered.rstrip("s") in names
