"""Which model a letter has, how a field is set, and what is still missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from alerts.letters import asking, paper_forms, referring, telling
from alerts.letters.kinds import LetterKind
from alerts.letters.values import Fields, Mark

MODELS: Mapping[LetterKind, type[Fields]] = {
    LetterKind.AUTHOR_REQUEST: asking.AuthorRequest,
    LetterKind.HOST_REPORT: asking.HostReport,
    LetterKind.SECTION_5_NOTICE: asking.SectionFiveNotice,
    LetterKind.INFRA_NOTICE: asking.InfraNotice,
    LetterKind.POLICE_PACK: referring.PolicePack,
    LetterKind.LADO_REFERRAL: referring.LadoReferral,
    LetterKind.PARENT_CHILD_AFFECTED: telling.ParentChildAffected,
    LetterKind.PARENT_CHILDS_POST: telling.ParentChildsPost,
    LetterKind.CRITICAL_INCIDENT_STAFF: telling.CriticalIncidentMessage,
    LetterKind.CRITICAL_INCIDENT_PARENTS: telling.CriticalIncidentMessage,
    LetterKind.WISHES_REQUEST: telling.WishesRequest,
    LetterKind.REMOVAL_CONFIRMATION: referring.RemovalConfirmation,
    LetterKind.DIGEST_DETAIL: referring.DigestDetail,
    LetterKind.COMPLAINTS_SIGNPOST: telling.ComplaintsSignpost,
    LetterKind.BREACH_NOTE: referring.BreachNote,
    LetterKind.INAPPROPRIATE_CONTENT: paper_forms.InappropriateContent,
    LetterKind.BLOCKED_CONTENT: paper_forms.BlockedContent,
    LetterKind.RISK_ASSESSMENT: paper_forms.RiskAssessment,
}

Form = dict[str, Any]
"""Field → value as it was typed, in plain JSON; a part of a question stands as `question.part` inside."""


class NoSuchField(Exception):
    """The letter has no such field; the text lists those that it has."""


@dataclass(frozen=True)
class Slot:
    """One field that a person can set."""

    name: str
    title: str
    hint: str
    marks: frozenset[Mark]


@dataclass(frozen=True)
class Fault:
    """What keeps a letter from being whole."""

    slot: Slot
    what: str

    def __str__(self) -> str:
        return f"{self.slot.name} ({self.slot.title}): {self.what}"


def slots(kind: LetterKind) -> tuple[Slot, ...]:
    """Every field that can be set, in the order of the form; parts of a question as `question.part`."""
    return tuple(_slots(MODELS[kind]))


def _slots(model: type[Fields], above: str = "", question: str = "") -> Iterator[Slot]:
    for name, field in model.model_fields.items():
        title = f"{question} {field.title}".strip() if question else field.title or name
        if isinstance(field.annotation, type) and issubclass(field.annotation, Fields):
            yield from _slots(field.annotation, f"{above}{name}.", title)
        else:
            yield Slot(f"{above}{name}", title, field.description or "", _marks(field))


def _marks(field: FieldInfo) -> frozenset[Mark]:
    return frozenset(mark for mark in field.metadata if isinstance(mark, Mark))


def put(kind: LetterKind, form: Mapping[str, Any], name: str, values: Sequence[str]) -> Form:
    """The form with one field set: several values are the lines of a list, none empties it.

    Raises NoSuchField.
    """
    known = [slot.name for slot in slots(kind)]
    if name not in known:
        raise NoSuchField(f"a letter “{kind.value}” has no field {name!r}; it has: {', '.join(known)}")
    changed = {key: dict(value) if isinstance(value, dict) else value for key, value in form.items()}
    *above, last = name.split(".")
    holder = changed
    for part in above:
        holder = holder.setdefault(part, {})
    if values:
        holder[last] = "\n".join(values)
    else:
        holder.pop(last, None)
    return changed


def faults(kind: LetterKind, form: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Everything that is missing or not as expected; empty when the letter is whole."""
    try:
        MODELS[kind].model_validate(form)
    except ValidationError as errors:
        return tuple(_fault(kind, error) for error in _each(kind, errors))
    return ()


def filled(kind: LetterKind, form: Mapping[str, Any]) -> Fields:
    """The letter's fields. Raises pydantic's ValidationError while `faults` finds any."""
    return MODELS[kind].model_validate(form)


def _each(kind: LetterKind, errors: ValidationError) -> Iterator[tuple[str, str, Any]]:
    """Field, sort of error and what was expected; a question that is missing is missing in each part."""
    known = [slot.name for slot in slots(kind)]
    told: set[str] = set()
    for error in errors.errors():
        place = ".".join(str(part) for part in error["loc"] if isinstance(part, str))
        for name in known:
            if f"{name}.".startswith(f"{place}.") and name not in told:
                told.add(name)
                yield name, error["type"], error.get("ctx", {})


def _fault(kind: LetterKind, error: tuple[str, str, Any]) -> Fault:
    name, sort, context = error
    slot = next(slot for slot in slots(kind) if slot.name == name)
    return Fault(slot, _what(sort, context))


def _what(sort: str, context: Mapping[str, Any]) -> str:
    if sort == "literal_error":
        expected = str(context["expected"])
        return "has to be yes" if expected == "True" else f"expected {expected}"
    return next((what for start, what in _WHAT.items() if sort.startswith(start)), "not as expected")


_WHAT = {
    "missing": "not filled in",
    "string_too_short": "not filled in",
    "too_short": "not filled in",
    "string_too_long": "too long",
    "string_pattern": "expected a whole address that starts with https://",
    "datetime": "expected a day and a time, e.g. 2026-11-21 16:00",
    "date": "expected a day, e.g. 2026-11-21",
    "bool": "expected yes or no",
}
"""Start of pydantic's word for an error → ours; the first that fits."""
