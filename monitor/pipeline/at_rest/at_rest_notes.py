"""What the weekly mail says of evidence at rest: that it stays readable, what ends soon, what is overdue."""

from sqlalchemy.orm import Session

from monitor.pipeline.at_rest.holds import holds, today_in_london
from monitor.pipeline.at_rest.keeping import ending_soon
from monitor.site import Site

READABLE = (
    "Closed evidence stays readable on this machine: no keys are named under [evidence] in the settings "
    "(schoolwatch evidence keys new makes them)."
)


def at_rest_notes(session: Session, site: Site) -> tuple[str, ...]:
    """Numbers only: no reference of a lane that the reader may not hear of."""
    notes = [] if site.settings.evidence.manager_key else [READABLE]
    soon = ending_soon(session, site)
    if soon:
        notes.append(
            f"Closed matters whose period ends within four weeks: {soon}. Copy out or hold what is still "
            "needed; schoolwatch retention --dry-run lists them."
        )
    today = today_in_london(site.now())
    overdue = sum(1 for one in holds(session, site) if one.overdue(today))
    if overdue:
        notes.append(f"Legal holds whose review is overdue: {overdue}; schoolwatch hold list shows them.")
    return tuple(notes)
