"""Whether a notice under section 5 is whole, and whether one can be given at all.

Defamation Act 2013 s.5(6), Defamation (Operators of Websites) Regulations 2013 reg. 2. A notice that lacks
one of the nine is defective: the operator says so within 48 hours, and nothing else happens.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from alerts.ladder.matter import INDIVIDUALS, UNKNOWN, Matter
from alerts.letters.filling import Fault, faults
from alerts.letters.kinds import LetterKind
from config.schema import Nation

NINE = (
    "complainant", "statement", "why_defamatory", "urls", "complainant_email", "meaning", "inaccurate",
    "cannot_identify", "details_may_be_given",
)  # fmt: skip
_NOT_KNOWN = frozenset({UNKNOWN, "stranger", "local"})


def lacking(form: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Which of the nine are missing or not as they must be, in their order."""
    found = {fault.slot.name: fault for fault in faults(LetterKind.SECTION_5_NOTICE, form)}
    return tuple(found[name] for name in NINE if name in found)


def why_not_possible(matter: Matter, nation: Nation) -> tuple[str, ...]:
    """Why no notice can be given about this matter; empty when one can."""
    return tuple(_obstacles(matter, nation))


def _obstacles(matter: Matter, nation: Nation) -> Iterator[str]:
    if nation not in (Nation.ENGLAND, Nation.WALES):
        yield "Section 5 is law in England and Wales only."
    if matter.affected_role not in INDIVIDUALS:
        yield (
            "Only a person can give the notice, not a school: record who is affected first, and take advice "
            "(Derbyshire 1993)."
        )
    if matter.author_role not in _NOT_KNOWN:
        yield "The author is known: the notice is for when they cannot be identified."


def why_not_theirs(form: Mapping[str, Any], school: str) -> str | None:
    """The notice is the person's own: signed by whoever complains, never in the school's name."""
    complainant = _name(form.get("complainant"))
    if not complainant:
        return None
    if complainant == _name(school):
        return "It cannot be given in the school's name; only the person it is about can complain."
    if _name(form.get("signed_by")) != complainant:
        return "It has to be signed by the person complaining, and by nobody for them."
    return None


def _name(text: object) -> str:
    return " ".join(str(text or "").casefold().split())
