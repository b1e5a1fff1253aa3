"""The check before publishing: consents of those shown, names, details, hard words. Each answer is logged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from classifiers.interface import Comment, Judge
from classifiers.pupil_information.own_posts import Kind, OwnPostReader, Problem
from classifiers.register.consents import channel_of, in_force, medium_of
from config.schema import Role
from config.words import Label, Surface
from monitor.pipeline.at_rest.holds import today_in_london
from monitor.pipeline.own_pages.consents import statements_of
from monitor.pipeline.reading.published import words_mark
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import PostCheck, Pupil

MAY_SEE_IDS = frozenset({Role.HEADTEACHER, Role.SENIOR_MANAGER, Role.DSL})
"""Who may be told which pupil has no consent; everybody else gets a number (Huntington 4.2)."""
NO_CONSENT, SPEAKS_ILL = "no_consent", "speaks_ill"


class CheckRefused(Exception):
    """The check cannot be made; the text says what to give instead."""


@dataclass(frozen=True)
class Draft:
    """What is to be published. File names are read, files never opened."""

    text: str
    channel: str
    medium: str
    """image, video or text."""
    pupils: tuple[str, ...] = ()
    """Ids of those who are shown."""
    alternative_texts: tuple[str, ...] = ()
    file_names: tuple[str, ...] = ()

    @property
    def has_picture(self) -> bool:
        return medium_of(self.medium) != "text"


@dataclass(frozen=True)
class Asker:
    by: str
    role: Role | None = None
    publishing: bool = False
    """It is about to be published: keep who is shown, and open the checklist."""


@dataclass(frozen=True)
class Spot:
    """One thing in the draft that somebody must change, or look at."""

    kind: str
    where: str
    words: str
    """The draft's own words; they were its writer's before they were ours."""


@dataclass(frozen=True)
class Answer:
    number: int
    ok: bool
    problems: tuple[Spot, ...]
    look_at: tuple[Spot, ...]
    shown: int
    without_consent: int
    ids_without: tuple[str, ...] = field(default=())
    """Empty unless the asker's role may see them."""


def check_post(site: Site, draft: Draft, asker: Asker, reader: OwnPostReader, judge: Judge) -> Answer:
    """Whether a draft may be published as it is. The answer is logged before it is given."""
    found = [*_in_words(draft, reader), *_hard_words(draft, judge)]
    spots = [(sure, spot) for sure, spot in found if not _is_our_address(site, spot)]
    problems = [spot for sure, spot in spots if sure]
    with site.database.write() as session:
        without = _without_consent(session, site, draft)
        kinds = sorted({*(spot.kind for spot in problems), *([NO_CONSENT] if without else [])})
        row = _log(session, site, draft, asker, _Verdict(kinds, len(without)))
        return Answer(
            number=row.number,
            ok=row.ok,
            problems=tuple(problems),
            look_at=tuple(spot for sure, spot in spots if not sure),
            shown=len(set(draft.pupils)),
            without_consent=len(without),
            ids_without=tuple(without) if asker.role in MAY_SEE_IDS else (),
        )


def _is_our_address(site: Site, spot: Spot) -> bool:
    """Write to the office: an address in the domain from which the school itself writes."""
    ours = {site.settings.mail.sender, *(person.email for person in site.settings.people)}
    domains = {address.rpartition("@")[2].casefold() for address in ours}
    return spot.kind == Kind.EMAIL and spot.words.rstrip(".").rpartition("@")[2].casefold() in domains


def _in_words(draft: Draft, reader: OwnPostReader) -> Iterable[tuple[bool, Spot]]:
    yield from _spots("text", draft.text, reader.problems(draft.text, has_image=draft.has_picture))
    for text in draft.alternative_texts:
        yield from _spots("alternative text", text, reader.problems(text, has_image=True))
    for name in draft.file_names:
        for problem in reader.in_file_name(name):
            yield problem.sure, Spot(str(problem.kind), "file name", name)


def _spots(where: str, text: str, problems: Sequence[Problem]) -> Iterable[tuple[bool, Spot]]:
    for one in problems:
        yield one.sure, Spot(str(one.kind), where, text[one.start : one.end])


def _hard_words(draft: Draft, judge: Judge) -> Iterable[tuple[bool, Spot]]:
    """Words about a person that an own post should not hold (Market Drayton C)."""
    if not draft.text.strip():
        return
    comment = Comment(
        "draft", draft.text, surface=str(Surface.OWN_POST), author="school", has_image=draft.has_picture
    )
    (judgement,) = judge.judge([comment])
    if judgement.labels[Label.ABUSE] or judgement.labels[Label.DEFAMATION]:
        wanted = (Label.ABUSE, Label.DEFAMATION)
        told = [one.text for one in judgement.reasons if one.category in wanted and one.text]
        yield True, Spot(SPEAKS_ILL, "text", told[0] if told else draft.text[:80])


def _without_consent(session: Session, site: Site, draft: Draft) -> list[str]:
    """Ids of those shown for whom no consent for this channel and medium is in force today."""
    pupils = sorted(set(draft.pupils))
    known = set(session.scalars(select(Pupil.pupil_id).filter_by(school_id=site.school_id)))
    if unknown := [one for one in pupils if one not in known]:
        raise CheckRefused(f"the register has no pupil {unknown[0]}; give the ids of the pupils' list")
    if not draft.has_picture:
        return []
    statements, today = statements_of(session, site.school_id), today_in_london(site.now()).isoformat()
    return [
        one for one in pupils if in_force(statements.get(one, ()), draft.channel, draft.medium, today) is None
    ]


@dataclass(frozen=True)
class _Verdict:
    kinds: list[str]
    without_consent: int


def _log(session: Session, site: Site, draft: Draft, asker: Asker, verdict: _Verdict) -> PostCheck:
    """Who asked, when, for which channel, and what was answered (Huntington 4.13); no words, no names."""
    custody.first_in_line(session, site.school_id)
    last = session.scalar(select(func.max(PostCheck.number)).filter_by(school_id=site.school_id))
    row = PostCheck(
        school_id=site.school_id,
        number=(last or 0) + 1,
        at=site.now(),
        by=asker.by,
        role=str(asker.role) if asker.role else None,
        channel=channel_of(draft.channel),
        medium=medium_of(draft.medium),
        has_image=draft.has_picture,
        ok=not verdict.kinds,
        problems=verdict.kinds,
        shown=len(set(draft.pupils)),
        without_consent=verdict.without_consent,
        publishing=asker.publishing,
        pupils=sorted(set(draft.pupils)) if asker.publishing else [],
        words_mark=words_mark(site.token_key, draft.text) if asker.publishing else None,
    )
    session.add(row)
    session.flush()
    custody.note(
        session, site.school_id, site.now(), "post_checked", actor=asker.by, role=row.role,
        number=row.number, channel=row.channel, medium=row.medium, ok=row.ok,
    )  # fmt: skip
    return row
