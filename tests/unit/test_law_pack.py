"""The law pack shows what somebody may consider; it never says that somebody did wrong."""

import re
from datetime import date
from pathlib import Path

import pytest

from alerts.ladder.matter import Matter
from alerts.law import Measured, to_consider
from config.policy.law import Trigger, law_pack, laws
from config.schema import Nation
from config.words import Flag, Label, Lane, Severity, Situation, Surface

BANNED = re.compile(
    r"\b(illegal|criminal|libel|libellous|guilty|harasser|offen[cs]e committed|breach of s)\b", re.IGNORECASE
)


def measured(
    *flags: Flag, nation: Nation = Nation.ENGLAND, lane: Lane = Lane.STANDARD, **more: object
) -> Measured:
    facts = {
        "labels": frozenset(more.pop("labels", frozenset())),
        "flags": frozenset(flags),
        "severity": more.pop("severity", Severity.HIGH),
        "surface": Surface.MENTION,
        "platform": "x",
        **{name: more.pop(name) for name in ("affected_role", "author_role", "situations") if name in more},
    }
    return Measured(Matter(**facts), lane, nation, **more)  # type: ignore[arg-type]  # facts by name, as a test reads best


def names(found: Measured) -> list[str]:
    return [one.law.name for one in to_consider(found)]


ALL = measured(
    *Flag,
    labels=Label,
    affected_role="staff",
    author_role="pupil",
    situations=frozenset(Situation),
    occasions=3,
    said_to_be_untrue=True,
)


def test_a_manager_would_read_a_finding_in_the_words() -> None:
    for one in to_consider(ALL):
        assert one.text.startswith("Consider ")
        assert " Shown because: " in one.text
        assert one.text.endswith("decides.")
        assert "Not a legal finding" in one.text
        assert not BANNED.search(one.text), one.text


def test_an_entry_would_never_be_shown() -> None:
    """Each trigger of the pack is met by some matter."""
    lanes = [measured(*Flag, lane=lane) for lane in (Lane.INTIMATE_IMAGE, Lane.OWN_BREACH)]
    shown = {one.law.trigger for found in (ALL, *lanes) for one in to_consider(found)}
    assert shown == set(Trigger)


def test_a_harmless_matter_would_be_hung_with_laws() -> None:
    assert names(measured(labels={Label.ABUSE}, severity=Severity.LOW)) == []


def test_one_occasion_would_be_called_a_course_of_conduct() -> None:
    assert "harassment" not in names(measured(affected_role="staff", occasions=1))
    assert "harassment" in names(measured(affected_role="staff", occasions=2))


def test_the_school_itself_would_be_told_that_it_is_harassed_or_defamed() -> None:
    """A school cannot be harassed, and cannot bring a claim for defamation (Derbyshire 1993)."""
    found = names(measured(labels={Label.DEFAMATION}, affected_role="school", occasions=5))
    assert "harassment" not in found
    assert "defamation" not in found


def test_an_untruth_would_be_alleged_for_somebody_who_never_said_so() -> None:
    assert "false_communication" not in names(measured(Flag.ALLEGATION_CRIME, affected_role="staff"))
    said = measured(Flag.ALLEGATION_CRIME, affected_role="staff", said_to_be_untrue=True)
    assert "false_communication" in names(said)


@pytest.mark.parametrize(
    ("nation", "there", "not_there"),
    [
        (Nation.ENGLAND, "defamation", "defamation_scotland"),
        (Nation.SCOTLAND, "defamation_scotland", "defamation"),
    ],
)
def test_a_school_would_be_shown_the_law_of_another_nation(
    nation: Nation, there: str, not_there: str
) -> None:
    found = names(measured(labels={Label.DEFAMATION}, affected_role="staff", nation=nation))
    assert there in found
    assert not_there not in found


def test_threats_in_scotland_would_be_filed_under_a_section_that_does_not_reach_there() -> None:
    assert "threatening_communication" not in names(measured(Flag.THREAT, nation=Nation.SCOTLAND))


def test_the_pack_would_grow_old_unseen() -> None:
    pack = law_pack()
    assert (
        pack.looked_at
        < pack.next_look
        <= date(pack.looked_at.year + 1, pack.looked_at.month, pack.looked_at.day)
    )


def test_what_nobody_confirmed_would_be_shown_as_certain() -> None:
    for law in laws().values():
        assert law.confirmed or law.shown_limits().endswith("(Not confirmed by a lawyer.)")


def test_no_other_wording_about_law_stands_in_the_templates() -> None:
    """`Law.consider` is the only place that speaks of acts as something to consider."""
    found = [
        str(file)
        for file in Path("alerts").rglob("*.j2")
        if re.search(r"\bAct (1|2)\d{3}\b.*\b(breach|broken|contrary)", file.read_text(encoding="utf-8"))
    ]
    assert found == []
