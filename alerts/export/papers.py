"""The sheets of an export for people: what `alerts.export.sheets` is given, and their names."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from alerts.export.contents import CustodyRow, ExportContents, ExportedItem
from alerts.export.profiles import Profile
from alerts.export.seal import Seal
from alerts.export.sheets import (
    Exhibit,
    FileHash,
    IndexFacts,
    IndexRow,
    LogPlace,
    Missing,
    Stamp,
    StatementFacts,
    Step,
    Witness,
    exhibit_sheet,
    index_sheet,
    statement_draft,
    statement_sheet,
    text_card,
)
from config.words import Lane


def papers(contents: ExportContents, seal: Seal) -> dict[str, bytes]:
    """INDEX.pdf, the exhibits and the draft of a statement, by their names under data/."""
    names = sheet_names(contents)
    files = {"INDEX.pdf": index_sheet(_index(contents, seal, names))}
    custody: dict[str, list[CustodyRow]] = {}
    for row in contents.custody:
        custody.setdefault(row.item_id, []).append(row)
    draw = text_card if contents.profile == Profile.HOST else exhibit_sheet
    for item in contents.items:
        if item.item_id in names:
            facts = _exhibit(contents, seal, item, custody.get(item.item_id, []))
            files[names[item.item_id]] = draw(facts)
    if contents.profile == Profile.POLICE:
        statement = _statement(contents, seal, names)
        files["statement-draft.txt"] = statement_draft(statement).encode()
        files["statement-draft.pdf"] = statement_sheet(statement)
    return files


def sheet_names(contents: ExportContents) -> dict[str, str]:
    """Item → the name of its exhibit sheet: by its exhibit number, else by incident and order."""
    if not contents.exhibits_shown:
        return {}
    names: dict[str, str] = {}
    within: Counter[str] = Counter()
    for item in sorted(contents.items, key=lambda one: one.item_id):
        within[item.reference] += 1
        named = item.exhibit_ref.replace("/", "-") or f"{item.reference}-{within[item.reference]}"
        names[item.item_id] = f"exhibits/{named}.pdf"
    return names


def _index(contents: ExportContents, seal: Seal, names: Mapping[str, str]) -> IndexFacts:
    about = f"week {contents.week}" if contents.week else f"incident {contents.incident}"
    return IndexFacts(
        export_id=contents.export_id,
        school=contents.school_name,
        contact=contents.contact,
        about=about,
        profile=contents.profile,
        start=contents.week.start if contents.week else None,
        end=contents.week.end if contents.week else None,
        as_of=contents.as_of,
        tool=contents.tool,
        exhibits=tuple(_rows(contents, names)),
        log=_place(contents, seal, None),
        failures=_missing(contents),
        unread=contents.unread,
        counted_only=sum(contents.counted_only.values()),
        indecent=any(item.lane is Lane.INDECENT_IMAGE for item in contents.items),
        witnesses=tuple(
            Witness(mail.message_id, mail.sent_at, mail.role, mail.size) for mail in contents.witnesses
        ),
    )


def _rows(contents: ExportContents, names: Mapping[str, str]) -> list[IndexRow]:
    ordered = sorted(contents.items, key=lambda item: (item.reference, item.item_id))
    return [
        IndexRow(
            exhibit_ref=item.exhibit_ref,
            reference=item.reference,
            item_id=item.item_id,
            platform=item.platform,
            handle=item.handle,
            seen_at=item.seen_at,
            words=item.text,
            file=f"data/{names[item.item_id]}" if item.item_id in names else "",
            withheld_reason=None if item.text and item.shows_words else item.withheld_reason,
            captures=tuple(_captured(item)),
            captures_left_out=item.captures_left_out,
            handed_in=item.handed_in,
        )
        for item in ordered
    ]


def _captured(item: ExportedItem) -> Iterator[str]:
    for one in item.captures:
        taken = sorted(name for name in one.files if name not in ("seal.json", "capture.json"))
        yield f"data/captures/{item.item_id}/{one.number}: {', '.join(taken)}"


def _missing(contents: ExportContents) -> tuple[Missing, ...]:
    ordered = sorted(contents.failures, key=lambda row: (row.start, row.source))
    return tuple(Missing(row.source, row.start, row.end, row.words) for row in ordered)


def _place(contents: ExportContents, seal: Seal, line: int | None) -> LogPlace:
    """The stamps stand only where they are over this line."""
    covered = line is None or line < contents.stamped_size
    stamps = tuple(Stamp(name, at) for name, at in contents.stamps) if covered else ()
    return LogPlace(seal.origin, seal.size, line, seal.root_base64, seal.fingerprint, stamps)


def _exhibit(contents: ExportContents, seal: Seal, item: ExportedItem, custody: list[CustodyRow]) -> Exhibit:
    """Text, author and times as the sealed record has them; without it, what the reference says."""
    record = _record(item)
    what, who, when = record.get("what", {}), record.get("who") or {}, record.get("when", {})
    return Exhibit(
        exhibit_ref=item.exhibit_ref,
        reference=item.reference,
        item_id=item.item_id,
        school=contents.school_name,
        platform=item.platform,
        url=item.url,
        external_id=item.external_id,
        handle=item.handle,
        display_name=str(who.get("display_name") or ""),
        text=str(what.get("text") or item.text),
        posted_raw=when.get("posted_raw"),
        posted_at=item.posted_at,
        seen_at=item.seen_at,
        sealed_at=item.sealed_at,
        context=str(what.get("context") or ""),
        edited=True if when.get("edited_utc") else None,
        edited_at=_instant(when.get("edited_utc")),
        has_media=bool(what.get("media_not_fetched")),
        withheld_reason=item.withheld_reason,
        indecent=item.lane is Lane.INDECENT_IMAGE,
        continuity=tuple(_step(row) for row in sorted(custody, key=lambda row: (row.at, row.log_line or 0))),
        hashes=tuple(
            FileHash(name, hashlib.sha256(data).hexdigest()) for name, data in sorted(item.files.items())
        ),
        log=_place(contents, seal, item.log_line),
        tool=contents.tool,
        handed_in=item.handed_in,
        captured_at=_instant(when.get("captured_utc")),
    )


def _record(item: ExportedItem) -> dict[str, Any]:
    """A record that cannot be read was tampered with: the sheet shows the reference, the check names it."""
    try:
        read = json.loads(item.files.get("record.json", b"{}"))
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _instant(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _step(row: CustodyRow) -> Step:
    return Step(row.at, row.action.replace("_", " "), row.actor, row.sha256)


def _statement(contents: ExportContents, seal: Seal, names: Mapping[str, str]) -> StatementFacts:
    return StatementFacts(
        school=contents.school_name,
        exhibits=tuple(_rows(contents, names)),
        log=_place(contents, seal, None),
        tool=contents.tool,
        as_of=contents.as_of,
        export_id=contents.export_id,
        witness_name=contents.produced_by,
        failures=_missing(contents),
        unread=contents.unread,
    )
