"""What a person finds out about an incident that no program could: it changes the facts, never the past."""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from alerts.ladder.gates import HEADS
from alerts.ladder.machine import reconsider
from alerts.ladder.matter import Matter, OutOfSchool
from alerts.ladder.planning import refresh
from alerts.ladder.state import (
    Attribution,
    Change,
    Findings,
    Ladder,
    LadderRefused,
    Note,
    utc,
    while_open,
    words_of,
)
from alerts.ladder.words import Standing
from config.concerns import Concern
from config.schema import Role
from config.words import CommunityRole, Lane, Outcome, Situation


@dataclass(frozen=True)
class Correction:
    """What is known better now. What is None, or empty, stays as it was."""

    author_role: CommunityRole | None = None
    affected_role: CommunityRole | None = None
    affected_group: str | None = None
    about_harm_to_child: bool | None = None
    only_own_children: bool | None = None
    situations: frozenset[Situation] = frozenset()
    no_longer: frozenset[Situation] = frozenset()
    """Situations that were named by mistake."""
    out_of_school: frozenset[OutOfSchool] = frozenset()
    concerns: frozenset[Concern] = frozenset()
    attribution: Standing | None = None
    basis: str | None = None
    """On what the attribution rests."""
    findings: Findings = field(default_factory=Findings)


def correct(ladder: Ladder, correction: Correction, *, reason: str, by: str, at: datetime) -> Ladder:
    """Change the facts; lane, priority and tasks follow. The 24 hours stay where they were.

    Raises LadderRefused when nothing is said, or no reason is given.
    """
    at = while_open(ladder, at, "the correction")
    who = words_of(by, "Who says so")
    said = _said(correction)
    if not said:
        raise LadderRefused("Nothing to correct was given.")
    ladder = replace(
        ladder,
        changes=(*ladder.changes, Change(said, words_of(reason, "The reason"), who, at)),
        concerns=ladder.concerns | correction.concerns,
        findings=_found(ladder.findings, correction.findings),
        attributions=(*ladder.attributions, *_attributed(correction, who, at)),
    )
    after = refresh(reconsider(ladder, _changed(ladder.matter, correction), reason=reason, by=who, at=at), at)
    if after.lane is not ladder.lane and Lane.INDECENT_IMAGE in (after.lane, ladder.lane):
        raise LadderRefused(
            "A correction moves nothing into or out of the indecent-image lane. A suspicion is recorded with "
            "`incidents picture REF --suspected`; what is suspected, the police and the LADO rule on."
        )
    return after


def note(ladder: Ladder, text: str, *, by: str, role: Role, at: datetime) -> Ladder:
    """A note on the record. Once handed over, only the head and the DSL still write (QC and Nunney 1.2.3)."""
    handed_over = ladder.closing is not None and ladder.closing.outcome is Outcome.HANDED_OVER
    if handed_over and role not in _AFTER_A_HAND_OVER:
        raise LadderRefused(
            "It was handed over to another procedure; only the headteacher and the DSL add notes here now."
        )
    written = Note(words_of(text, "The note"), words_of(by, "Who writes it"), role, utc(at, "the note"))
    return replace(ladder, notes=(*ladder.notes, written))


_AFTER_A_HAND_OVER = HEADS | {Role.DSL, Role.DEPUTY_DSL}


_IN_PLACE_OF_THE_OLD = (
    "author_role", "affected_role", "affected_group", "about_harm_to_child", "only_own_children",
)  # fmt: skip


def _changed(matter: Matter, correction: Correction) -> Matter:
    """Roles and rulings in place of the old; situations and boxes beside those that stand."""
    changes: dict[str, object] = {
        name: str(said) if isinstance(said, CommunityRole) else said
        for name in _IN_PLACE_OF_THE_OLD
        if (said := getattr(correction, name)) is not None
    }
    situations = (matter.situations | correction.situations) - correction.no_longer
    boxes = matter.out_of_school_test | correction.out_of_school
    return replace(matter, situations=situations, out_of_school_test=boxes, **changes)  # type: ignore[arg-type]  # names and types are those of Correction


def _said(correction: Correction) -> tuple[str, ...]:
    """What the correction says, fact by fact; no free words of anybody."""
    words = []
    for each in fields(correction):
        said = getattr(correction, each.name)
        if each.name == "basis" or said is None or said in (frozenset(), Findings()):
            continue
        if each.name == "affected_group":
            words.append(each.name)
        elif isinstance(said, Findings):
            words += [part.name for part in fields(said) if getattr(said, part.name) is not None]
        else:
            shown = ", ".join(sorted(said)) if isinstance(said, frozenset) else str(said)
            words.append(f"{each.name}: {shown}")
    return tuple(words)


def _found(before: Findings, said: Findings) -> Findings:
    return Findings(
        said.policy_breach or before.policy_breach,
        said.host_rule_breach or before.host_rule_breach,
        said.law_to_consider or before.law_to_consider,
    )


def _attributed(correction: Correction, by: str, at: datetime) -> tuple[Attribution, ...]:
    if correction.attribution is None:
        return ()
    basis = words_of(correction.basis, "On what it rests that this author wrote it")
    return (Attribution(correction.attribution, basis, by, at),)
