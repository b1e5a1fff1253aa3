"""Storing a page: items, commitments, holding area and cursor, in the caller's one transaction."""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from connectors.interface import Gap, Page
from connectors.interface import Item as FetchedItem
from monitor.evidence.identity import new_uid
from monitor.evidence.leaf import LeafKind, commit_to
from monitor.evidence.machine import tool
from monitor.evidence.observation import Observation, Observed
from monitor.evidence.record import PageRecorder, envelope_document
from monitor.pipeline.incidents.visibility import look_at_what_is_back
from monitor.site import Site
from monitor.store import log
from monitor.store.bulk import insert_many
from monitor.store.models import (
    SEALED_STATES,
    EvidenceItem,
    Item,
    ItemState,
    Outage,
    Source,
    StreamCursor,
)
from monitor.store.observations import observe

HOLDING_TIME = timedelta(hours=24)
_TABLES = Item.metadata.tables
_ITEMS, _HOLDINGS, _ENVELOPES = _TABLES["items"], _TABLES["holdings"], _TABLES["envelopes"]
_SCHOOLS, _FORGOTTEN_ITEMS = _TABLES["schools"], _TABLES["forgotten_items"]
# With marks in place of values these are understood once, not once a page and once an id.
_SCHOOL = select(_SCHOOLS.c.id).where(_SCHOOLS.c.id == bindparam("school")).with_for_update(key_share=True)
_IDS = select(_ITEMS.c.uid, _ITEMS.c.id).where(
    _ITEMS.c.school_id == bindparam("school"), _ITEMS.c.uid.in_(bindparam("uids", expanding=True))
)
_SEEN = (
    select(Item, EvidenceItem.withheld)
    .outerjoin(EvidenceItem, EvidenceItem.item_id == Item.id)
    .where(
        Item.school_id == bindparam("school"),
        Item.platform.in_(bindparam("platforms", expanding=True)),
        Item.external_id.in_(bindparam("ids", expanding=True)),
    )
)
_FORGOTTEN = select(_FORGOTTEN_ITEMS.c.mark).where(
    _FORGOTTEN_ITEMS.c.school_id == bindparam("school"),
    _FORGOTTEN_ITEMS.c.mark.in_(bindparam("marks", expanding=True)),
)
_ENVELOPE = insert(_ENVELOPES).returning(_ENVELOPES.c.id)
_NO_MEDIA: list[Any] = []
"""One for all, so that the rows of a page share it."""
_Row = dict[str, Any]
"""Column → value of a row that is inserted with many others."""


class PageIntake:
    """Stores the pages of one stream, inside a transaction that the caller opened."""

    def __init__(self, session: Session, site: Site, source: Source, cursor: StreamCursor) -> None:
        self.session = session
        self.source = source
        self.cursor = cursor
        self.site = site
        self.token_key = site.token_key
        self.now = site.now()

    def store(self, page: Page) -> int:
        """Store what is new on a page, move the cursor behind it, and answer how many items were new."""
        # Two sources may show the same post at the same moment: one page of a school after the other.
        self.session.execute(_SCHOOL, {"school": self.source.school_id})
        seen = self._seen(page.items)
        items = self._not_closed(page.items, seen)
        known = {_key(row): row for row, _ in seen}
        unknown = _first_of_each([item for item in items if _key(item) not in known])
        new = self._not_forgotten(unknown)
        recorder = self._recorder(page)
        observed = [
            change
            for item in items
            if _key(item) in known and (change := _see_again(known[_key(item)], item, self.now))
        ]
        here = [known[_key(item)] for item in items if _key(item) in known]
        look_at_what_is_back(self.session, [row for row in here if row.state == ItemState.SEALED], self.now)
        if new:
            observed += self._edits(self._keep(new, self._envelope(page), recorder), seen)
        self._observe(observed, recorder)
        self._move_cursor(page)
        if page.gap is not None:
            self.session.add(_gap(self.source, page.gap, self.now))
        return len(new)

    def take_in(self, item: FetchedItem) -> bool:
        """Store a wording that a re-check brought, unless it is known or closed; no cursor moves by it.

        It waits to be judged like anything else. Answers whether it was new.
        """
        seen = self._seen([item])
        if not self._not_closed([item], seen) or _key(item) in {_key(row) for row, _ in seen}:
            return False
        recorder = self._recorder(Page(items=(item,), cursor={}, more=False))
        self._observe(self._edits(self._keep([item], None, recorder), seen), recorder)
        return True

    def _observe(self, observed: Sequence[Observation], recorder: PageRecorder) -> None:
        """What is seen anew of evidence gets leaves of its own; what was sealed is never changed."""
        if observed:
            observe(
                self.session, self.source.school_id, self.now, observed,
                tool=recorder.tool, how={**recorder.how, "clock": recorder.page_times["clock"]},
            )  # fmt: skip

    def _seen(self, items: Sequence[FetchedItem]) -> list[tuple[Item, str | None]]:
        """What is stored under the ids of a page, in every version; with each, why it is closed, if it is."""
        if not items:
            return []
        wanted = {
            "school": self.source.school_id,
            "platforms": list({self.source.platform, *(item.platform for item in items)}),
            "ids": list({item.external_id for item in items}),
        }
        return list(self.session.execute(_SEEN, wanted).all())

    def _edits(self, new: Sequence[_Row], seen: Sequence[tuple[Item, str | None]]) -> list[Observation]:
        """Which new rows are other wordings of what is evidence."""
        sealed: dict[str, list[str]] = {}
        for row, _ in seen:
            if row.platform == self.source.platform and row.state in SEALED_STATES:
                sealed.setdefault(row.external_id, []).append(row.uid)
        return [
            Observation(
                uid, Observed.EDITED, counts=row["counts"], version=row["version"], new_item_uid=row["uid"]
            )
            for row in new
            for uid in sealed.get(row["external_id"], ())
        ]

    def _not_closed(
        self, items: Sequence[FetchedItem], seen: Sequence[tuple[Item, str | None]]
    ) -> list[FetchedItem]:
        """Less what stands in the indecent-image lane: of that, nothing more is stored (QC 2.7.4)."""
        closed = {
            row.external_id
            for row, withheld in seen
            if withheld is not None and row.platform == self.source.platform
        }
        return [item for item in items if item.external_id not in closed]

    def _not_forgotten(self, items: Sequence[FetchedItem]) -> list[FetchedItem]:
        """Less those that were found harmless over a month ago and are still on the page."""
        marks = {mark_of(self.token_key, item): item for item in items}
        wanted = {"school": self.source.school_id, "marks": list(marks)}
        forgotten = set(self.session.scalars(_FORGOTTEN, wanted)) if marks else set()
        return [item for mark, item in marks.items() if mark not in forgotten]

    def _move_cursor(self, page: Page) -> None:
        self.cursor.cursor = dict(page.cursor)
        self.cursor.last_read_at = self.now
        if not page.more and self.cursor.first_pass_done_at is None:
            self.cursor.first_pass_done_at = self.now

    def _envelope(self, page: Page) -> int | None:
        """The id of the page's own; None when it came without one."""
        if not page.envelopes:
            return None
        last = page.envelopes[-1]
        row = {
            "school_id": self.source.school_id,
            "fetched_at": last.fetched_at,
            "body_sha256": last.body_sha256,
            "document": envelope_document(last),
        }
        made: int = self.session.execute(_ENVELOPE, row).scalar_one()
        return made

    def _keep(
        self, new: Sequence[FetchedItem], envelope_id: int | None, recorder: PageRecorder
    ) -> list[_Row]:
        rows = [_row(self.source, self.cursor, item, self.now) for item in new]
        raws = [commit_to(item.raw) for item in new]
        records = [
            recorder.record(item, uid=row["uid"], raw_commit=raw.commit)
            for item, row, raw in zip(new, rows, raws, strict=True)
        ]
        commitments = [commit_to(record) for record in records]
        entries = [
            log.Entry(LeafKind.ITEM, row["uid"], made.commit)
            for row, made in zip(rows, commitments, strict=True)
        ]
        leaves = log.append(self.session, self.source.school_id, self.now, entries)
        held = [
            {
                "school_id": self.source.school_id,
                "leaf_seq": leaf.seq,
                "salt": made.salt,
                "record": record,
                "raw_salt": raw.salt,
                "raw": item.raw,
                "envelope_id": envelope_id,
                "expires_at": self.now + HOLDING_TIME,
            }
            for item, raw, record, made, leaf in zip(new, raws, records, commitments, leaves, strict=True)
        ]
        self._insert(rows, held)
        return rows

    def _insert(self, rows: Sequence[_Row], held: Sequence[_Row]) -> None:
        """A statement for all items and one for all that is held: an object each takes four times as long."""
        insert_many(self.session, _ITEMS, rows)
        uids = [row["uid"] for row in rows]
        # Asked for afterwards: with RETURNING in order, SQLite takes its rows one by one.
        found = self.session.execute(_IDS, {"school": self.source.school_id, "uids": uids})
        ids = dict(found.all())
        items_held = [{**one, "item_id": ids[uid]} for one, uid in zip(held, uids, strict=True)]
        insert_many(self.session, _HOLDINGS, items_held)

    def _recorder(self, page: Page) -> PageRecorder:
        return PageRecorder(
            school=self.site.school_name,
            source=self.source.name,
            account=self._account(),
            seen_at=self.now,
            envelope=page.envelopes[-1] if page.envelopes else None,
            tool=tool(self.site.settings),
            clock=self.site.kernel_clock(),
        )

    def _account(self) -> str | None:
        """None for a source that the settings no longer name."""
        names = {one.name: one.account for one in self.site.settings.sources}
        return names.get(self.source.name)


_Key = tuple[str, str, str]


def _key(item: FetchedItem | Item) -> _Key:
    return (item.platform, item.external_id, item.version)


def mark_of(token_key: bytes, item: FetchedItem | Item) -> str:
    """What is left of an item that was forgotten: a keyed hash of platform, id and version."""
    return hmac.digest(token_key, "\0".join(_key(item)).encode("utf-8", "surrogatepass"), "sha256").hex()


def _first_of_each(items: Sequence[FetchedItem]) -> list[FetchedItem]:
    """A platform may list the same thing twice on one page."""
    return list({_key(item): item for item in reversed(items)}.values())[::-1]


def _see_again(row: Item, fetched: FetchedItem, now: datetime) -> Observation | None:
    """Answers what is new about an item of evidence."""
    row.last_seen_at = now
    before, row.counts = row.counts, dict(fetched.counts) or row.counts
    if fetched.on_own_account and not row.on_own_account:
        # A mention that turns out to stand under the school's own post can be hidden there.
        row.on_own_account, row.surface = True, str(fetched.surface)
    if row.state not in SEALED_STATES or row.counts == before:
        return None
    return Observation(row.uid, Observed.COUNTS, counts=row.counts, version=row.version)


def _row(source: Source, cursor: StreamCursor, item: FetchedItem, now: datetime) -> _Row:
    author = item.author
    return {
        "school_id": source.school_id,
        "uid": new_uid(now),
        "source_id": source.id,
        "platform": item.platform,
        "external_id": item.external_id,
        "version": item.version,
        "watch": str(item.stream.watch),
        "surface": str(item.surface),
        "url": item.url,
        "author_id": author.native_id if author else None,
        "author_handle": author.handle if author else None,
        "author_name": author.display_name if author else None,
        "parent_id": item.parent_id,
        "root_id": item.root_id,
        "on_own_account": item.on_own_account,
        "school_is_author": item.school_is_author,
        "text": item.text,
        "context": item.context,
        "counts": dict(item.counts) or None,
        "media": [{"kind": media.kind, "alt_text": media.alt_text} for media in item.media] or _NO_MEDIA,
        "posted_at": item.posted_at,
        "posted_at_raw": item.posted_at_raw,
        "edited_at": item.edited_at,
        "first_seen_at": now,
        "last_seen_at": now,
        "first_pass": cursor.first_pass_done_at is None,
        "state": ItemState.WAITING,
    }


def _gap(source: Source, gap: Gap, now: datetime) -> Outage:
    return Outage(
        school_id=source.school_id,
        source_id=source.id,
        started_at=gap.start,
        ended_at=gap.end or now,
        problem="gap",
        words=gap.why,
        mend="Look at the account by hand for this span.",
    )
