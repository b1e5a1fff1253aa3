"""A consent that is withdrawn, and the pupil's earlier posts that are found then (Huntington 4.3–4.6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from classifiers.pupil_information.own_posts import OwnPostReader
from classifiers.register.consents import (
    ALL,
    Origin,
    Statement,
    channel_covers,
    channel_of,
    in_force,
    medium_covers,
    medium_of,
)
from connectors.interface import Item as FetchedItem
from monitor.pipeline.at_rest.holds import today_in_london
from monitor.pipeline.judgement.register import load_register
from monitor.pipeline.own_pages.consents import record, statements_of
from monitor.pipeline.own_pages.own_posts import (
    BY_NAME,
    BY_RECORD,
    NO_CONSENT,
    WITHDRAWN,
    Finding,
    Match,
    TimelineRead,
    read_again,
)
from monitor.pipeline.reading.published import Published, day_of, medium_of_item, published
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import ConsentSearch, Pupil, SearchState

TRIED_AGAIN_AFTER = timedelta(minutes=15)
log = structlog.get_logger()


class WithdrawalRefused(Exception):
    """A withdrawal cannot be recorded so; the text says what is missing."""


@dataclass(frozen=True)
class Withdrawal:
    pupil_id: str
    document_ref: str
    """Where the written request is filed: parents inform the school in writing (Huntington 4.3)."""
    by: str
    channel: str = ALL
    medium: str = ALL
    effective_on: date | None = None
    """The day from which it counts; today if left out."""


@dataclass(frozen=True)
class Recorded:
    search_id: int
    version: int
    """Of the pupil's statements: the one by which it was withdrawn."""
    effective_on: str
    sources: tuple[str, ...]
    """Whose own posts are searched."""


def withdraw(site: Site, wanted: Withdrawal) -> Recorded:
    """Put a withdrawal on record, with the search for earlier posts. Raises WithdrawalRefused."""
    _check_document(wanted)
    effective = (wanted.effective_on or today_in_london(site.now())).isoformat()
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        about = _on_record(session, site, wanted.pupil_id)
        record(session, site, about, [_statement(wanted, effective)], wanted.by)
        version = max((one.version for one in about), default=0) + 1
        search = _search(site, wanted, version, effective)
        session.add(search)
        session.flush()
        custody.note(
            session, site.school_id, site.now(), "consent_withdrawn", actor=wanted.by,
            channel=channel_of(wanted.channel), medium=medium_of(wanted.medium), effective_on=effective,
        )  # fmt: skip
        return Recorded(search.id, version, effective, tuple(search.sources_left))


def _check_document(wanted: Withdrawal) -> None:
    if not wanted.document_ref.strip():
        raise WithdrawalRefused(
            "the reference of the written request is missing: a consent is withdrawn in writing "
            "(Huntington 4.3); file the letter or e-mail and give its reference with --document-ref"
        )


def _on_record(session: Session, site: Site, pupil_id: str) -> list[Statement]:
    """What was said of the pupil before. Raises WithdrawalRefused when nobody knows them."""
    about = statements_of(session, site.school_id, pupil_id).get(pupil_id, [])
    in_register = select(Pupil.id).filter_by(school_id=site.school_id, pupil_id=pupil_id)
    if not about and session.scalar(in_register) is None:
        raise WithdrawalRefused(f"the register has no pupil {pupil_id}; give the id of the pupils' list")
    return about


def _statement(wanted: Withdrawal, effective: str) -> Statement:
    return Statement(
        wanted.pupil_id, 0, channel_of(wanted.channel), medium_of(wanted.medium), False, effective, "",
        wanted.document_ref.strip(), "", Origin.WITHDRAWAL,
    )  # fmt: skip


def _search(site: Site, wanted: Withdrawal, version: int, effective: str) -> ConsentSearch:
    sources = [
        one.name for one in site.settings.sources if channel_covers(wanted.channel, channel_of(one.platform))
    ]
    return ConsentSearch(
        school_id=site.school_id,
        pupil_id=wanted.pupil_id,
        consent_version=version,
        channels=[channel_of(wanted.channel)],
        media=[medium_of(wanted.medium)],
        effective_on=effective,
        document_ref=wanted.document_ref.strip(),
        asked_by=wanted.by,
        asked_at=site.now(),
        state=SearchState.OPEN if sources else SearchState.DONE,
        sources_left=sources,
        last_tried_at=None,
    )


def search_due(site: Site) -> None:
    """Go on with every search that is open and has rested; what a platform refuses is tried again."""
    now = site.now()
    today = today_in_london(now).isoformat()
    with site.database.read() as session:
        query = select(ConsentSearch).filter_by(school_id=site.school_id, state=SearchState.OPEN)
        due = [
            one.id
            for one in session.scalars(query)
            if one.effective_on <= today
            and (one.last_tried_at is None or now - one.last_tried_at >= TRIED_AGAIN_AFTER)
        ]
    for search_id in due:
        search(site, search_id)


def search(site: Site, search_id: int) -> list[TimelineRead]:
    """Read the own posts of every source that is left; those that show the pupil are stored and raised."""
    with site.database.read() as session:
        row = session.get_one(ConsentSearch, search_id)
        sieve = _Sieve(
            site,
            row,
            statements_of(session, site.school_id, row.pupil_id).get(row.pupil_id, []),
            published(session, site),
            OwnPostReader(load_register(site)),
        )
    reads = []
    # An account that the settings no longer name cannot be read; its posts are taken down by hand.
    for source in [name for name in row.sources_left if name in site.source_names]:
        reads.append(read_again(site, source, f"withdrawal:{search_id}", sieve.matches))
        log.info("searched_own_posts", source=source, posts=reads[-1].posts, found=len(reads[-1].raised))
    _note_read(site, search_id, {read.source for read in reads if not read.finished})
    return reads


def _note_read(site: Site, search_id: int, left: set[str]) -> None:
    with site.database.write() as session:
        row = session.get_one(ConsentSearch, search_id)
        row.last_tried_at = site.now()
        row.sources_left = sorted(left)
        row.state = SearchState.OPEN if left else SearchState.DONE


class _Sieve:
    """Which own posts show the pupil of one withdrawal, in what was withdrawn."""

    def __init__(
        self,
        site: Site,
        search: ConsentSearch,
        statements: Sequence[Statement],
        shown: Published,
        reader: OwnPostReader,
    ) -> None:
        self._site = site
        self._search = search
        self._statements = statements
        self._published = shown
        self._reader = reader

    def matches(self, items: Sequence[FetchedItem]) -> list[Match]:
        return [Match(item, tuple(found)) for item in items if (found := list(self._findings(item)))]

    def _findings(self, item: FetchedItem) -> Iterable[Finding]:
        named = self._search.pupil_id in self._reader.pupils_named(_texts(item))
        on_record = self._search.pupil_id in self._published.shown_in(item)
        if not (named or on_record) or not self._is_withdrawn_there(item):
            return
        held = in_force(self._statements, item.platform, medium_of_item(item), day_of(item, self._site.now()))
        yield Finding(
            self._search.pupil_id,
            WITHDRAWN if held else NO_CONSENT,
            BY_RECORD if on_record else BY_NAME,
            # No consent ever let a name stand with a picture (Huntington 4.11).
            lawful_when_posted=held is not None and not (named and item.has_media),
            consent_version=held.version if held else None,
            search_id=self._search.id,
        )

    def _is_withdrawn_there(self, item: FetchedItem) -> bool:
        on_channel = any(channel_covers(one, item.platform) for one in self._search.channels)
        medium = medium_of_item(item)
        return on_channel and (
            not item.has_media or any(medium_covers(one, medium) for one in self._search.media)
        )


def _texts(item: FetchedItem) -> str:
    return "\n".join([item.text, *(one.alt_text for one in item.media if one.alt_text)])
