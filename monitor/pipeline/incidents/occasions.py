"""The occasions of an incident's accounts, out of what was raised and of nothing else.

No account is looked up, followed or put together with another one: what stands here stood in an incident.
Even that is counted when it is shown, and many looks at one account are a matter for the data protection
officer.
"""

from collections.abc import Collection, Iterator

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from alerts.ladder.matter import INDIVIDUALS
from alerts.mail.drafts import reminder_draft
from alerts.mail.facts import Asked, ReminderFacts
from alerts.occasions import VIEWED_OFTEN, VIEWED_WITHIN, Occasion, Sighting, occasions
from alerts.recipients import NobodyToTell, holders
from config.schema import Person, Role
from config.words import Lane, Severity
from monitor.pipeline.at_rest.clear_words import ERASED
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.pipeline.incidents.marks import marks_of_author
from monitor.pipeline.incidents.recirculation import is_no_repeat, parent_link
from monitor.pipeline.telling import outbox
from monitor.pipeline.telling.people import head_is_among, named_staff
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import (
    AuthorReview,
    AuthorView,
    Incident,
    IncidentItem,
    Item,
    ItemMark,
    ItemState,
    Judgement,
    Likeness,
    MarkKind,
)

_EVERY_LANE = tuple(Lane)
_NOT_SHOWN = "account locked with the evidence"


class NoReview(Exception):
    """There is nothing to review; the text says so, and where to look."""


def occasions_of(
    session: Session, site: Site, incident: Incident, *, lanes: Collection[Lane] = _EVERY_LANE
) -> tuple[Occasion, ...]:
    """The occasions of the accounts that wrote in this incident, about the persons that it is about.

    Those of other incidents are among them, as far as they lie in `lanes` and were not found to be unfounded.
    Empty for an incident that is itself unfounded, or whose account the platform does not name.
    """
    accounts = marks_of_author(session, incident)
    if not accounts or is_no_repeat(incident):
        return ()
    seen = [one for one in _sightings(session, site, accounts) if Lane(one[0].lane) in lanes]
    here = {(one.account, one.person) for of, one in seen if of.id == incident.id}
    return occasions(one for _, one in seen if (one.account, one.person) in here)


def all_occasions(session: Session, site: Site) -> tuple[Occasion, ...]:
    """Of every account with several, each once."""
    query = select(ItemMark.mark).filter_by(school_id=site.school_id, kind=MarkKind.AUTHOR).distinct()
    found = _sightings(session, site, set(session.scalars(query)))
    return occasions(one for _, one in found)


def _sightings(
    session: Session, site: Site, accounts: Collection[str]
) -> Iterator[tuple[Incident, Sighting]]:
    """What the accounts wrote, a post once (its first wording that needed a look), for each person in it.

    Of a suspected indecent image nothing is listed: its lane is closed to whoever reads these.
    """
    query = (
        select(Incident, Item, Judgement, ItemMark.mark)
        .join(IncidentItem, IncidentItem.incident_id == Incident.id)
        .join(Item, Item.id == IncidentItem.item_id)
        .join(ItemMark, ItemMark.item_id == Item.id)
        .join(Judgement, Judgement.item_id == Item.id)
        .where(Incident.school_id == site.school_id, Incident.lane != Lane.INDECENT_IMAGE)
        .where(Item.state == ItemState.SEALED)
        .where(ItemMark.kind == MarkKind.AUTHOR, ItemMark.mark.in_(accounts))
        .order_by(Item.id)
    )
    posts: set[tuple[str, str]] = set()
    handles = _handles(session, site, accounts)
    for incident, item, judgement, account in session.execute(query).all():
        post = (item.platform, item.external_id)
        if post in posts or is_no_repeat(incident) or _only_links(session, incident, judgement):
            continue
        posts.add(post)
        shown_as = handles.get(account, f"{item.platform}: {_NOT_SHOWN}")
        for person in _persons(incident, judgement):
            yield incident, _sighting(incident, item, account, shown_as, person)


def _only_links(session: Session, incident: Incident, judgement: Judgement) -> bool:
    """Harmless words that pass something on say nothing about anybody themselves."""
    link = parent_link(session, incident)
    harmless = not any(judgement.labels.values()) and judgement.severity == Severity.NONE
    return harmless and link is not None and link.likeness == Likeness.SAME_ADDRESS


def _sighting(incident: Incident, item: Item, account: str, shown_as: str, person: str) -> Sighting:
    return Sighting(
        account=account,
        shown_as=shown_as,
        person=person,
        at=item.posted_at or item.first_seen_at,
        posted=item.posted_at is not None,
        reference=incident.reference,
        item=f"{item.platform}:{item.external_id}",
    )


def _handles(session: Session, site: Site, accounts: Collection[str]) -> dict[str, str]:
    """Account → platform and handle, where one of its posts still shows it in clear. Never a name of a person
    where there is a handle.
    """
    query = (
        select(ItemMark.mark, Item.platform, Item.author_handle, Item.author_name, Item.author_id)
        .join(Item, Item.id == ItemMark.item_id)
        .where(ItemMark.school_id == site.school_id, ItemMark.kind == MarkKind.AUTHOR)
        .where(ItemMark.mark.in_(accounts))
        .order_by(Item.id)
    )
    shown: dict[str, str] = {}
    for mark, platform, handle, name, native_id in session.execute(query).all():
        who = f"@{handle}" if handle else name or native_id
        if who:
            shown[mark] = f"{platform}: {who}"
    return shown


def _persons(incident: Incident, judgement: Judgement) -> list[str]:
    """Register ids where the words point at somebody; else the role, if it is a person's at all."""
    ids = [*judgement.staff, *judgement.pupils]
    if ids:
        return sorted(set(ids))
    role = read_ladder(incident).matter.affected_role
    return [f"{role}, nobody recorded"] if role in INDIVIDUALS else []


def note_views(session: Session, site: Site, shown: Collection[Occasion], by: str) -> None:
    """Count that somebody is shown these accounts' occasions; many looks at one ask for a review."""
    newest = {one.account: one.references[-1] for one in sorted(shown, key=lambda one: one.began_at)}
    for account, reference in sorted(newest.items()):
        incident = session.scalars(
            select(Incident).filter_by(school_id=site.school_id, reference=reference)
        ).one()
        row = {"school_id": site.school_id, "incident_id": incident.id, "author_mark": account}
        session.add(AuthorView(**row, viewed_at=site.now(), viewed_by=by))
        session.flush()
        views = _views(session, site, account)
        if views > VIEWED_OFTEN and not _is_reviewed(session, site, account):
            session.add(AuthorReview(**row, wanted_at=site.now(), views=views))
            _ask_for_review(session, site, incident)


def _views(session: Session, site: Site, account: str) -> int:
    query = select(func.count(AuthorView.id)).filter_by(school_id=site.school_id, author_mark=account)
    return session.scalar(query.where(AuthorView.viewed_at > site.now() - VIEWED_WITHIN)) or 0


def _is_reviewed(session: Session, site: Site, account: str) -> bool:
    """Asked for and not answered yet, or answered within the time that is counted."""
    query = select(AuthorReview).filter_by(school_id=site.school_id, author_mark=account)
    newest = session.scalars(query.order_by(AuthorReview.id.desc()).limit(1)).first()
    if newest is None or newest.reviewed_at is None:
        return newest is not None
    return newest.reviewed_at > site.now() - VIEWED_WITHIN


def _ask_for_review(session: Session, site: Site, incident: Incident) -> None:
    now = site.now()
    words = f"Review how often one account was looked at: schoolwatch occasions review {incident.reference}"
    facts = ReminderFacts(
        school_name=site.school_name,
        reference=incident.reference,
        severity=Severity(incident.severity),
        lane=Lane(incident.lane),
        platform=incident.platform,
        asked=Asked(words, None),
        now=now,
    )
    custody.note(session, site.school_id, now, "views_to_review", reference=incident.reference)
    event = f"views:{incident.reference}:{now.date()}"
    for person in _reviewers(session, site, incident):
        letter = outbox.Letter(
            "reminder", event, person.email, outbox.WEEKLY_PRIORITY, reminder_draft(facts), incident.id
        )
        outbox.queue(session, site.school_id, site.settings.mail, letter, now)


def _reviewers(session: Session, site: Site, incident: Incident) -> tuple[Person, ...]:
    named = named_staff(session, incident)
    is_head = head_is_among(session, site.school_id, named)
    try:
        return holders(Role.DPO, site.settings.people, named_staff=named, subject_is_head=is_head)
    except NobodyToTell:
        return ()


def review_views(site: Site, reference: str, *, by: str, note: str) -> int:
    """Record the data protection officer's word; answers how many looks it was about. Raises NoReview."""
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        query = (
            select(AuthorReview)
            .join(Incident, Incident.id == AuthorReview.incident_id)
            .where(AuthorReview.school_id == site.school_id, Incident.reference == reference)
            .where(AuthorReview.reviewed_at.is_(None))
        )
        waiting = session.scalars(query).all()
        if not waiting:
            raise NoReview(f"{reference} has no looks to review; `schoolwatch occasions` lists the occasions")
        for row in waiting:
            row.reviewed_at, row.reviewed_by, row.note = site.now(), by, note
        views = sum(row.views for row in waiting)
        custody.note(
            session, site.school_id, site.now(), "views_reviewed", actor=by, reference=reference, views=views
        )
        return views


def forget(session: Session, incident_ids: Collection[int]) -> None:
    """By what the incidents' items were known again, and who looked: it ends with their evidence."""
    for table in (ItemMark, AuthorView):
        session.execute(delete(table).where(table.incident_id.in_(incident_ids)))
    emptied = update(AuthorReview).where(AuthorReview.incident_id.in_(incident_ids))
    session.execute(emptied.values(author_mark="", note=ERASED, reviewed_by=None))
