"""What is watched at all, and how words are judged: the clauses that belong to no single step."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.clock import SettableClock
from support.monitor_bench import rows, task_of
from support.policy import serves, switch
from support.school import TestSchool, running_school

from alerts.ladder.state import Decision
from alerts.ladder.words import DecisionKind, Step
from classifiers.interface import Comment, Register, StaffMember
from classifiers.judge import load_judge
from config.loading import load_settings
from config.mistakes import SettingsError
from config.words import Label, Outcome, Surface
from monitor.pipeline.incidents.decisions import decide
from monitor.store.models import Incident, TakedownTask

SETTINGS = """
[school]
name = "Fernhill Primary"
dpia_reference = "DPIA-TEST"
[mail]
host = "127.0.0.1"
port = 25
security = "none"
sender = "schoolwatch@fernhill.example"
[[people]]
role = "senior_manager"
name = "A. Manager"
email = "manager@fernhill.example"
[[sources]]
name = "page"
platform = "facebook"
account = "fernhillprimary"
account_id = "123456789"
base_url = "http://127.0.0.1:9/"
[sources.credentials]
"""


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, sqlite_database) as running:
        running.first_look()
        yield running


@serves("NEU App./2", without=switch("alerts.ladder.lanes.removal_steps", lambda _: ()))
def test_a_tag_would_stay_on_the_schools_account(school: TestSchool) -> None:
    """Removing the tag is recorded as that, and not as a removal of the post."""
    school.facebook.mention("ABUSE look at this place", "someone", school.clock.now())
    school.look("facebook")
    decide(
        school.site, task_of(school, Step.TRIAGE).id, Decision(DecisionKind.DONE, "A. Manager", reason="seen")
    )
    untag = task_of(school, Step.UNTAG)
    decide(school.site, untag.id, Decision(DecisionKind.DONE, "A. Manager", Outcome.UNTAGGED))
    [done] = [row for row in rows(school, TakedownTask) if row.id == untag.id]
    assert done.outcome == Outcome.UNTAGGED
    [incident] = rows(school, Incident)
    assert incident.state == "open"


IDENTITIES = (
    "I'm gay and I love this school.",
    "As a Muslim mum I felt so welcome at the fair.",
    "My lad's autistic and his teacher has been brilliant.",
    "Diolch yn fawr i bawb am noson wych!",
    "Wagwan, big respect to the science department, they did bits today.",
    "We are traveller family, thank you school for helping my childrens.",
)


@serves(
    "Huntington 2.1/2",
    without=switch("classifiers.judge.thresholds_for", lambda _, heads, __: dict.fromkeys(heads, 0.0)),
)
@pytest.mark.parametrize("words", IDENTITIES)
def test_who_somebody_is_would_be_taken_for_abuse(words: str) -> None:
    [judged] = load_judge(Register()).judge([Comment("1", words, surface=Surface.COMMENT_ON_OWN_POST)])
    assert not judged.raises, judged.reasons


@serves("Huntington 5.1", without=switch("config.secrets.looks_like_a_secret", lambda _: False))
def test_a_token_would_stand_in_the_settings_for_all_to_read(tmp_path: Path) -> None:
    settings = tmp_path / "schoolwatch.toml"
    token = "EAABsbCS1iHgBO7aZC2" + "x1Y" * 9
    for clear in (f'"{token}"', f'{{ env = "{token}" }}'):
        settings.write_text(f"{SETTINGS}page_token = {clear}\n")
        with pytest.raises(SettingsError) as refused:
            load_settings(settings)
        assert token not in str(refused.value)
    (tmp_path / "token").write_text("EAAB")
    settings.write_text(SETTINGS + 'page_token = { file = "token" }\n')
    assert load_settings(settings).sources[0].credentials["page_token"].read() == "EAAB"


@serves(
    "QC 2.3.7, Nunney 2.3.10",
    without=switch("classifiers.reasons.told", lambda _: iter(())),
)
def test_an_accusation_would_be_raised_without_saying_what_it_is() -> None:
    """Who, what and how; and never that somebody did it."""
    head = StaffMember("S1", "Mrs", "Ann", "Bellweather", "Headteacher")
    [judged] = load_judge(Register("Fernhill Primary", staff=(head,))).judge(
        [
            Comment(
                "1",
                "The headteacher has been stealing from the trip money for years.",
                surface=Surface.MENTION,
            )
        ]
    )
    assert judged.labels[Label.DEFAMATION]
    why = next(one.why for one in judged.reasons if one.category == Label.DEFAMATION)
    assert "someone must look" in why
    assert "imputes a crime about a member of staff, as a statement" in why
