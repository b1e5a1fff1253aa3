"""Rules that hide a comment on our own page before anybody looked: only those that are switched on."""

from sqlalchemy.orm import Session

from alerts.ladder.matter import Matter
from config.schema import OwnPage
from config.words import Flag, Label, Severity
from monitor.pipeline.own_pages.own_page import hide_by_rule
from monitor.site import Site
from monitor.store.models import Incident, Item


def hide_if_ruled(session: Session, site: Site, incident: Incident, item: Item, matter: Matter) -> None:
    """Plan to hide what one of the school's rules names; the caller's transaction opened the incident."""
    rule = rule_for(site.settings.own_page, matter)
    if rule is not None:
        hide_by_rule(session, site, incident, item, rule)


def rule_for(rules: OwnPage, matter: Matter) -> str | None:
    """The rule that names such a matter, with who decided it; None when none does."""
    severe = Flag.THREAT in matter.flags and matter.severity is Severity.CRITICAL
    if rules.hide_severe_threats and severe:
        return f"Rule for severe threats: {rules.hide_severe_threats}"
    if rules.hide_pupil_data and Label.PUPIL_INFORMATION in matter.labels:
        return f"Rule for pupils' data: {rules.hide_pupil_data}"
    return None
