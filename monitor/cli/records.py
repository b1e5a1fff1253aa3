"""`items`: what was seen; and where `tasks` hang on the command line."""

from collections.abc import Iterator
from typing import Any

import typer
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from monitor.cli.shared import JsonOption, login_name, print_records, site
from monitor.cli.tasks import tasks_app
from monitor.site import Site
from monitor.store.evidence_door import Access, shown_evidence
from monitor.store.models import SEALED_STATES, EvidenceItem, Item, Source


def add_to(app: typer.Typer) -> None:
    app.command()(items)
    app.add_typer(tasks_app, name="tasks")


def items(as_json: JsonOption = False) -> None:
    """Every item seen and still kept. `text` is null once it was dropped."""
    with site() as opened:
        _note_words_shown(opened)
        _print_items(opened, as_json=as_json)


def _note_words_shown(opened: Site) -> None:
    """Whoever lists the items reads the words of those that are evidence, too."""
    access = Access(login_name(), "command line", "list of the items", "the school")
    with opened.database.write() as session:
        uids = session.scalars(
            select(Item.uid).where(
                Item.school_id == opened.school_id, Item.state.in_(SEALED_STATES), Item.text.is_not(None)
            )
        )
        shown_evidence(session, opened, uids.all(), access)


def _print_items(opened: Site, *, as_json: bool) -> None:
    with opened.database.read() as session:
        query = select(Item).filter_by(school_id=opened.school_id).order_by(Item.id)
        columns = ("platform", "source", "external_id", "posted_at", "state")
        print_records(_item_records(session, query), columns, as_json=as_json)


def _item_records(session: Session, query: Select[Item]) -> Iterator[dict[str, Any]]:
    from_sources, closed = _source_names(session), _closed(session)
    for item in session.scalars(query.execution_options(yield_per=500)):
        yield {
            "platform": item.platform,
            "source": from_sources[item.source_id],
            "external_id": item.external_id,
            "version": item.version,
            "url": item.url,
            "author": item.author_handle or item.author_name or item.author_id,
            "posted_at": item.posted_at,
            "first_seen_at": item.first_seen_at,
            "state": str(item.state),
            # What was suspected to be an indecent image is shown to nobody by its words (QC 2.7.4).
            "text": None if item.id in closed else item.text,
        }


def _closed(session: Session) -> set[int]:
    return set(session.scalars(select(EvidenceItem.item_id).where(EvidenceItem.withheld.is_not(None))))


def _source_names(session: Session) -> dict[int, str]:
    return {source.id: source.name for source in session.scalars(select(Source))}
