"""What mails say: complete, readable on a phone, and without a word that a stranger wrote."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.mail import drafts, wording
from alerts.mail.drafts import Draft
from alerts.mail.facts import (
    AlertFacts,
    Asked,
    DigestFacts,
    DigestLine,
    Gap,
    OperatorFacts,
    ReminderFacts,
    Tally,
    Undelivered,
    WeeklyFacts,
)
from alerts.mail.folding import COLUMNS, folded
from config.words import Flag, Label, Lane, Severity

SCHOOL = "Fernhill Primary & Nursery School"
SEEN = datetime(2026, 11, 21, 23, 10, tzinfo=UTC)
ALERT = AlertFacts(
    school_name=SCHOOL,
    reference="SW-2026-0042",
    severity=Severity.HIGH,
    lane=Lane.STANDARD,
    platform="x",
    seen_at=SEEN,
    asked=(
        Asked("Report the post to the host", SEEN + timedelta(hours=24)),
        Asked("Offer the member of staff support", None),
        Asked("Look at it and decide what it is", SEEN + timedelta(hours=4)),
    ),
    reasons=(Label.ABUSE, Flag.THREAT, Flag.STAFF_TARGET),
    items_count=3,
    not_judged=1,
    evidence_note="sealed Sat 21 Nov 2026, 23:11 GMT",
)
LINES = (
    DigestLine("SW-2026-0040", Severity.LOW, Lane.STANDARD, "facebook", None),
    DigestLine("SW-2026-0041", Severity.CRITICAL, Lane.CHILD, "x", SEEN + timedelta(hours=1)),
)
DIGEST = DigestFacts(SCHOOL, LINES, "facebook-page", 1204, 3)
REMINDER = ReminderFacts(
    SCHOOL,
    "SW-2026-0042",
    Severity.HIGH,
    Lane.STANDARD,
    "x",
    Asked("Report it", SEEN),
    SEEN + timedelta(hours=3, minutes=20),
)
OPERATOR = OperatorFacts(
    school_name=SCHOOL,
    headline="source x-mentions is not being read",
    since=SEEN,
    explanation="X does not accept this source's token (401).",
    mend="Renew this source's token.",
    effects=("Mentions of the school on X are not seen.",),
)
UNDELIVERED = Undelivered(
    SCHOOL,
    "senior manager",
    "alert",
    SEEN,
    "550 5.1.1 no such mailbox",
    "SW-2026-0042",
    Severity.HIGH,
    ALERT.asked,
)
WEEKLY = WeeklyFacts(
    school_name=SCHOOL,
    week="2026-W47",
    start=datetime(2026, 11, 16, tzinfo=UTC),
    end=datetime(2026, 11, 23, tzinfo=UTC),
    items_seen=1523,
    items_raised=12,
    not_judged=3,
    by_category=(Tally("abuse", 7),),
    by_lane=(Tally("Comment to look at", 10),),
    by_state=(Tally("open", 4),),
    by_severity=(Tally("High", 3),),
    in_other_lanes=2,
    overdue=LINES[1:],
    gaps=(
        Gap(
            "x-mentions",
            datetime(2026, 11, 17, 3, 10, tzinfo=UTC),
            datetime(2026, 11, 17, 9, 40, tzinfo=UTC),
            "no answer",
        ),
    ),
    file=Path("/var/lib/schoolwatch/export/schoolwatch-fernhill-2026-W47.zip"),
    sha256="5b" * 32,
)
ALL = {
    "alert": drafts.alert_draft(ALERT),
    "digest": drafts.digest_draft(DIGEST),
    "reminder": drafts.reminder_draft(REMINDER),
    "operator": drafts.operator_draft(OPERATOR),
    "undelivered": drafts.permanent_failure_draft(UNDELIVERED),
    "weekly": drafts.weekly_draft(WEEKLY),
}

GOLDEN_ALERT = """\
HIGH: SW-2026-0042 on X

Do not reply or share: do not answer the post, and do not pass on the post or
this e-mail.

What is asked
-------------
- Look at it and decide what it is
  by Sun 22 Nov 2026, 03:10 GMT
- Report the post to the host
  by Sun 22 Nov 2026, 23:10 GMT
- Offer the member of staff support

What was seen
-------------
Reference: SW-2026-0042
Severity:  High
Matter:    Comment to look at
Platform:  X
Seen:      Sat 21 Nov 2026, 23:10 GMT
Items:     3, of which not judged (picture only): 1
Reasons:   abuse, threat, aimed at a member of staff
Evidence:  sealed Sat 21 Nov 2026, 23:11 GMT

To see it, use the computer at school that runs schoolwatch: this mail carries
no link because no public address is set up. `schoolwatch incidents` and
`schoolwatch tasks` list everything there. Only somebody who may know of this
matter should look.

--\x20
Sent by schoolwatch for Fernhill Primary & Nursery School. It shows what to
consider; people decide. No names and no words of a post stand in its mails.
"""


class _Html(HTMLParser):
    """Collects what a mail program would load or run, and the visible text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = dict(attrs)
        self.loads += [
            str(values[name]) for name in ("src", "srcset", "background", "data") if name in values
        ]
        self.links += [str(values["href"])] if "href" in values else []

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> _Html:
    parser = _Html()
    parser.feed(html)
    parser.close()
    return parser


def test_the_alert_would_read_otherwise_than_agreed() -> None:
    assert ALL["alert"].text == GOLDEN_ALERT
    assert ALL["alert"].subject == "High: SW-2026-0042 on X, act by Sun 22 Nov 03:10"


@pytest.mark.parametrize("name", ["alert", "digest", "reminder", "undelivered"])
def test_a_manager_would_answer_the_author(name: str) -> None:
    """NEU 8.1: every alert says so, in both parts."""
    assert wording.DO_NOT_REPLY in " ".join(ALL[name].text.split())
    assert wording.DO_NOT_REPLY in read(ALL[name].html).text


@pytest.mark.parametrize("name", list(ALL))
def test_opening_a_mail_would_tell_a_stranger(name: str) -> None:
    """Nothing is loaded, nothing runs, no pixel counts."""
    page = read(ALL[name].html)
    assert page.loads == []
    assert not {"script", "img", "link", "iframe", "object", "form", "video", "svg"} & set(page.tags)
    assert not re.search(r"url\(|@import|@font-face|javascript:", ALL[name].html, re.IGNORECASE)


@pytest.mark.parametrize("name", list(ALL))
def test_plain_text_would_be_cut_off_on_a_narrow_screen(name: str) -> None:
    assert max(len(line) for line in ALL[name].text.split("\n")) <= COLUMNS


@pytest.mark.parametrize("name", list(ALL))
def test_the_two_parts_would_say_different_things(name: str) -> None:
    shown = " ".join(read(ALL[name].html).text.split())
    for fact in ("SW-2026-0042", "21 Nov 2026, 23:10", SCHOOL, "5b" * 32, "x-mentions"):
        assert (fact in " ".join(ALL[name].text.split())) <= (fact in shown)
    assert SCHOOL in shown


def test_without_a_public_console_a_dead_link_would_be_sent() -> None:
    assert all(read(draft.html).links == [] for draft in ALL.values())
    assert "use the computer at school" in " ".join(ALL["alert"].text.split())


def test_with_a_public_console_the_manager_would_have_to_search() -> None:
    url = "https://watch.fernhill.example/incidents/SW-2026-0042"
    draft = drafts.alert_draft(replace(ALERT, console_url=url))
    assert read(draft.html).links == [url]
    assert f"\n{url}\n" in draft.text
    assert "no public address" not in draft.text


@pytest.mark.parametrize("lane", list(Lane))
def test_a_lane_without_its_caution_would_invite_a_mistake(lane: Lane) -> None:
    draft = drafts.alert_draft(replace(ALERT, lane=lane))
    assert wording.LANES[lane] in draft.text
    if lane is not Lane.STANDARD:
        assert wording.CAUTIONS[lane] in " ".join(draft.text.split())
        assert wording.CAUTIONS[lane] in read(draft.html).text


def test_somebody_would_open_an_indecent_image_to_check() -> None:
    text = " ".join(drafts.alert_draft(replace(ALERT, lane=Lane.INDECENT_IMAGE)).text.split())
    assert text.index("Never view, copy, print, share or save") < text.index("What is asked")


def test_the_lock_screen_would_show_what_the_matter_is() -> None:
    """A subject is read by whoever sits beside the phone: reference, severity, platform and time only."""
    for lane in Lane:
        subject = drafts.alert_draft(replace(ALERT, lane=lane)).subject
        assert subject == "High: SW-2026-0042 on X, act by Sun 22 Nov 03:10"


def test_every_word_of_the_classifiers_would_need_a_word_of_ours() -> None:
    assert set(wording.CATEGORIES) == {*Label, *Flag}
    assert set(wording.LANES) == set(Lane)
    assert set(wording.SEVERITIES) == set(Severity)


def test_the_most_urgent_would_stand_last_in_a_digest() -> None:
    text = ALL["digest"].text
    assert text.index("SW-2026-0041") < text.index("SW-2026-0040")
    assert "1,204 items were read" in text
    assert "3 items were not judged (picture only)" in text


def test_an_old_page_would_make_a_mail_of_a_thousand_lines() -> None:
    many = tuple(
        DigestLine(f"SW-{number:04}", Severity.LOW, Lane.STANDARD, "x", None) for number in range(1000)
    )
    draft = drafts.digest_draft(replace(DIGEST, lines=(*many, *LINES)))
    assert draft.subject.endswith("1,002 matters to look at")
    assert draft.text.count("SW-") == drafts.DIGEST_LIMIT
    assert "And 962 more" in draft.text
    assert "And 962 more" in read(draft.html).text
    assert "SW-2026-0041" in draft.text


def test_a_late_task_would_look_like_one_in_time() -> None:
    assert "OVERDUE by 3 h 20 min" in ALL["reminder"].text
    early = drafts.reminder_draft(replace(REMINDER, now=SEEN - timedelta(minutes=90)))
    assert (early.subject, "Due in 1 h 30 min" in early.text) == ("Due soon: SW-2026-0042, High", True)
    never = drafts.reminder_draft(replace(REMINDER, asked=Asked("Look at it", None)))
    assert "Still open" in never.text


def test_the_deputy_would_not_know_why_it_is_theirs() -> None:
    draft = drafts.reminder_draft(replace(REMINDER, passed_on_from="senior manager"))
    assert "The senior manager has not answered, so this is now yours." in draft.text


def test_a_silent_watcher_would_look_like_a_quiet_week() -> None:
    assert 'nothing found" may mean "not looked"' in ALL["operator"].text
    mended = drafts.operator_draft(replace(OPERATOR, mended_at=SEEN + timedelta(hours=2)))
    assert mended.subject.startswith("Working again")
    assert "not looked" not in mended.text
    quiet = replace(WEEKLY, items_raised=0, gaps=())
    assert "every source answered all week" in drafts.weekly_draft(quiet).text
    unseen = drafts.weekly_draft(replace(WEEKLY, items_raised=0)).text
    assert "not everything was read" in unseen
    assert "No data from x-mentions Tue 17 Nov 2026, 03:10–09:40 GMT" in unseen


def test_a_gap_that_goes_on_would_look_closed() -> None:
    gap = Gap("facebook-page", datetime(2026, 11, 20, 3, 10, tzinfo=UTC), None)
    assert (
        "facebook-page since Fri 20 Nov 2026, 03:10 GMT"
        in drafts.weekly_draft(replace(WEEKLY, gaps=(gap,))).text
    )


def test_the_weekly_notice_would_not_let_anyone_check_the_file() -> None:
    text = ALL["weekly"].text
    assert "5b" * 32 in text.split("\n")
    assert str(WEEKLY.file) in text
    assert "not attached" in text


@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Sun 25 Oct 2026, 01:30 BST"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Sun 25 Oct 2026, 01:30 GMT"),
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "Sun 28 Mar 2027, 00:59 GMT"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "Sun 28 Mar 2027, 02:00 BST"),
    ],
)
def test_the_hour_that_comes_twice_would_be_ambiguous(instant: datetime, shown: str) -> None:
    assert wording.shown(instant) == shown


def test_a_gap_over_the_clock_change_would_seem_an_hour_long() -> None:
    span = wording.shown_span(
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    )
    assert span == "Sun 25 Oct 2026, 01:30 BST – Sun 25 Oct 2026, 01:30 GMT"


HOSTILE = [
    "</td><script>alert(1)</script>",
    "{{ facts.school_name }}{% include 'x' %}",
    "a\r\nBcc: x@evil.example",
    "nul\x00 lone\ud800 rtl\u202eevil\u2066",
    "line\u2028separator",
    "x" * 100_000,
    "",
    "😀" * 500,
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda text: repr(text[:20]))
def test_hostile_text_in_a_fact_would_break_out_of_the_mail(hostile: str) -> None:
    facts = replace(
        ALERT, school_name=hostile, platform=hostile, asked=(Asked(hostile, SEEN),), evidence_note=hostile
    )
    for draft in (
        drafts.alert_draft(facts),
        drafts.operator_draft(replace(OPERATOR, headline=hostile, explanation=hostile, mend=hostile)),
        drafts.permanent_failure_draft(replace(UNDELIVERED, server_said=hostile, role=hostile)),
    ):
        assert_safe(draft)


@given(st.text(max_size=300))
def test_any_text_in_a_fact_would_break_out_of_the_mail(text: str) -> None:
    facts = replace(ALERT, school_name=text, platform=text, asked=(Asked(text, SEEN),), evidence_note=text)
    assert_safe(drafts.alert_draft(facts))


def assert_safe(draft: Draft) -> None:
    page = read(draft.html)
    assert "script" not in page.tags
    assert page.links == []
    assert "\n" not in draft.subject
    assert len(draft.subject) <= drafts.SUBJECT_LIMIT
    for part in (draft.subject, draft.text, draft.html):
        part.encode("utf-8")  # no lone surrogate
        assert not re.search("[\x00\r\u202e\u2066\u2028]", part)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=400))
def test_folding_would_lose_words(text: str) -> None:
    assert folded(text).split() == wording.clean(text).split()


@given(st.lists(st.text(alphabet="abc -", max_size=70), max_size=6).map(" ".join))
def test_folding_would_leave_long_lines(text: str) -> None:
    longest = max((len(word) for word in text.split()), default=0)
    assert all(len(line) <= max(COLUMNS, longest + 3) for line in folded(text).split("\n"))
