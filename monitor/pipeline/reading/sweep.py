"""A sweep of the school's own posts, however old (NEU Appendix): names, details, consents that are gone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from classifiers.pupil_information.own_posts import Kind, OwnPostReader
from classifiers.register.consents import Origin, Statement, in_force, last_word
from connectors.interface import Item as FetchedItem
from monitor.pipeline.at_rest.holds import today_in_london
from monitor.pipeline.judgement.register import load_register
from monitor.pipeline.own_pages.consents import statements_of
from monitor.pipeline.own_pages.own_posts import (
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

PURPOSE = "sweep"


@dataclass(frozen=True)
class Swept:
    """One post that the sweep has something to say of. It names nobody."""

    url: str
    posted_at: datetime | None
    kinds: tuple[str, ...]
    """What stands in it, or `no_consent`, or `consent_ended`."""
    became: str
    """`raised`, `known` with its reference, or `listed` where nothing has to be done."""


@dataclass(frozen=True)
class SweepReport:
    source: str
    posts: int
    found: tuple[Swept, ...]
    finished: bool
    problem: str | None


def sweep(site: Site, source: str, *, since: datetime | None = None) -> SweepReport:
    """Read all own posts of a source and store those that a person must look at; judging raises them."""
    sieve = Sieve.of(site)
    read = read_again(site, source, PURPOSE, sieve.matches, since=since)
    return SweepReport(source, read.posts, tuple(_told(read, sieve)), read.finished, read.problem)


def _told(read: TimelineRead, sieve: "Sieve") -> Iterable[Swept]:
    for match in read.raised:
        yield sieve.told(match, "raised")
    for match, reference in read.known:
        yield sieve.told(match, f"known: {reference}")
    yield from sieve.listed


class Sieve:
    """What a sweep looks for, and the posts that it lists without raising them."""

    def __init__(
        self, site: Site, reader: OwnPostReader, statements: dict[str, list[Statement]], shown: Published
    ) -> None:
        self._site = site
        self._reader = reader
        self._statements = statements
        self._published = shown
        self.listed: list[Swept] = []

    @classmethod
    def of(cls, site: Site) -> "Sieve":
        with site.database.read() as session:
            statements, shown = statements_of(session, site.school_id), published(session, site)
        return cls(site, OwnPostReader(load_register(site)), statements, shown)

    def matches(self, items: Sequence[FetchedItem]) -> list[Match]:
        return [match for item in items if (match := self._match(item)) is not None]

    def told(self, match: Match, became: str) -> Swept:
        kinds = [str(kind) for kind in self._kinds(match.item)]
        kinds += [one.kind for one in match.findings]
        return Swept(match.item.url, match.item.posted_at, tuple(dict.fromkeys(kinds)), became)

    def _match(self, item: FetchedItem) -> Match | None:
        findings = tuple(self._of_those_shown(item))
        if findings or self._kinds(item):
            return Match(item, findings)
        if any(self._has_ended(pupil, item) for pupil in self._published.shown_in(item)):
            self.listed.append(Swept(item.url, item.posted_at, ("consent_ended",), "listed"))
        return None

    def _kinds(self, item: FetchedItem) -> list[Kind]:
        """What the post says that it should not, its alternative texts included."""
        texts = [item.text, *(one.alt_text for one in item.media if one.alt_text)]
        problems = (one for text in texts for one in self._reader.problems(text, has_image=item.has_media))
        return list(dict.fromkeys(one.kind for one in problems if one.sure))

    def _of_those_shown(self, item: FetchedItem) -> Iterable[Finding]:
        """Pupils on record as shown who had no consent that day, or whose consent was withdrawn since."""
        for pupil_id in sorted(self._published.shown_in(item)):
            then = in_force(*self._about(pupil_id, item), day_of(item, self._site.now()))
            now = last_word(*self._about(pupil_id, item), self._today)
            if then is None:
                yield Finding(pupil_id, NO_CONSENT, BY_RECORD, False, None)
            elif now is not None and now.origin is Origin.WITHDRAWAL:
                yield Finding(pupil_id, WITHDRAWN, BY_RECORD, True, then.version)

    def _has_ended(self, pupil_id: str, item: FetchedItem) -> bool:
        """The consent held then and is over since: lawful, and good to know (Huntington 4.1)."""
        return in_force(*self._about(pupil_id, item), self._today) is None

    def _about(self, pupil_id: str, item: FetchedItem) -> tuple[list[Statement], str, str]:
        return self._statements.get(pupil_id, []), item.platform, medium_of_item(item)

    @property
    def _today(self) -> str:
        return today_in_london(self._site.now()).isoformat()
