"""Letters about a closed incident: locked with the evidence that they quote, read again after an unlocking."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.at_rest import MANAGER, close, locking_school, references, reopen, what_a_thief_reads
from support.clock import SettableClock
from support.letter_school import flat
from support.letters import WHOLE
from support.monitor_bench import rows, say
from support.school import TestSchool

from alerts.letters.kinds import LetterKind
from config.schema import Role
from monitor.pipeline.at_rest.locking import lock_due
from monitor.pipeline.at_rest.unlocking import Opener, unlock
from monitor.pipeline.letters import letters
from monitor.pipeline.letters.letter_rows import LetterRefused
from monitor.store.models import Letter, LetterState

QUOTED = "wombat breath"
WHO = Opener("A. Manager", Role.SENIOR_MANAGER, "the police ask again")


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    with locking_school(tmp_path / "school", clock, sqlite_database) as running:
        say(running, f"ABUSE the head has {QUOTED}")
        yield running


def confirmed(school: TestSchool, reference: str) -> int:
    number = letters.new_letter(school.site, LetterKind.HOST_REPORT, reference, "A. Manager")
    whole = flat(WHOLE[LetterKind.HOST_REPORT] | {"words": f"the head has {QUOTED}"})
    letters.edit(school.site, number, whole, "A. Manager")
    return number


def test_a_locked_incident_leaves_no_quote_in_its_letters(school: TestSchool) -> None:
    """A stolen disk would give the words of a post that was closed and locked a year ago."""
    (reference,) = references(school)
    number = confirmed(school, reference)
    close(school, reference)
    school.clock.advance(timedelta(days=14, minutes=1))
    assert lock_due(school.site) == 1
    assert QUOTED.encode() not in what_a_thief_reads(school)
    shown = letters.show(school.site, number)
    assert shown.letter is None
    assert "locked" in (shown.note or "")
    with pytest.raises(LetterRefused, match="evidence unlock"):
        letters.edit(school.site, number, {"asked": ["restrict"]}, "A. Manager")
    reopen(school, reference)
    unlock(school.site, reference, MANAGER, WHO)
    assert QUOTED in letters.show(school.site, number).form["words"]


def test_a_letter_written_after_the_locking_is_locked_by_the_next_pass(school: TestSchool) -> None:
    """Whoever writes a late letter would leave the only clear copy of the words."""
    (reference,) = references(school)
    close(school, reference)
    school.clock.advance(timedelta(days=14, minutes=1))
    assert lock_due(school.site) == 1
    confirmed(school, reference)
    assert lock_due(school.site) == 1
    assert [(row.state, row.locked) for row in rows(school, Letter)] == [(LetterState.DRAFT, True)]
    assert QUOTED.encode() not in what_a_thief_reads(school)
    assert lock_due(school.site) == 0
