"""Pupils' names in what is to leave the school: found by the register, and masked or refused."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select

from alerts.letters.filling import slots
from alerts.letters.kinds import LetterKind
from alerts.letters.values import Mark
from classifiers.normalising import normalise
from classifiers.register.matcher import Matcher
from classifiers.register.mentions import Form, Kind, Mention, Words
from monitor.pipeline.judgement.register import load_register
from monitor.site import Site
from monitor.store.models import IncidentItem, Judgement

MASK = "[name of a child]"
_WHOLE = (Form.FULL, Form.HANDLE)


class PupilNames:
    """Finds pupils of the school in a text.

    A whole name counts always. A first name or surname alone may be anybody's: it counts for the pupils
    whom the incident was judged to speak of.
    """

    def __init__(self, site: Site, incident_id: int | None) -> None:
        self._matcher = Matcher(load_register(site))
        self._spoken_of = _spoken_of(site, incident_id) if incident_id is not None else frozenset()

    def in_text(self, text: str) -> list[tuple[int, int]]:
        """Where each name starts and ends in the text, in order."""
        view = normalise(text)
        found = self._matcher.find(Words(view))
        return [view.span(one.start, one.end) for one in found if self._counts(one)]

    def masked(self, text: str) -> str:
        for start, end in reversed(self.in_text(text)):
            text = text[:start] + MASK + text[end:]
        return text

    def _counts(self, mention: Mention) -> bool:
        if mention.kind is not Kind.PUPIL:
            return False
        whole = mention.form in _WHOLE and not mention.common
        return whole or bool(self._spoken_of.intersection(mention.ids))


def _spoken_of(site: Site, incident_id: int) -> frozenset[str]:
    query = (
        select(Judgement.pupils)
        .join(IncidentItem, IncidentItem.item_id == Judgement.item_id)
        .where(IncidentItem.incident_id == incident_id)
    )
    with site.database.read() as session:
        return frozenset(pupil for pupils in session.scalars(query) for pupil in pupils)


def naming_fields(kind: LetterKind, form: Mapping[str, Any], names: PupilNames) -> Iterator[str]:
    """The fields in which a pupil's name stands; those that hold an adult's name are not looked through."""
    for slot in slots(kind):
        if Mark.PERSON not in slot.marks and any(map(names.in_text, _texts(form, slot.name))):
            yield slot.name


def _texts(form: Mapping[str, Any], name: str) -> Iterable[str]:
    found: Any = form
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return [found] if isinstance(found, str) else []
