"""What of an incident was handed in by a person: a line each on its screen."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.concerns import Concern
from monitor.cli.shared import london
from monitor.store.models import HandedIn, HandedInState, Incident


def handed_in_lines(session: Session, incident: Incident) -> Iterator[str]:
    """By whom, how and when it was seen; what was picked of it, and the files that are kept."""
    query = select(HandedIn).filter_by(incident_id=incident.id, state=HandedInState.KEPT)
    for row in session.scalars(query.order_by(HandedIn.id)):
        kind, channel = row.kind.replace("_", " "), row.channel.replace("_", " ")
        yield f"By {row.handed_in_by}: {kind}, {channel}, seen {london(row.captured_at)}"
        yield from (f"  {Concern(one).shown_as}" for one in row.concerns)
        yield from (f"  {one['form']}, {one['size']:,} bytes, SHA-256 {one['sha256']}" for one in row.files)
