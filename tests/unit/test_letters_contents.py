"""What every letter must say: each thing is a field that cannot be left out, or stands in the letter itself."""

from collections.abc import Iterator
from dataclasses import fields as facts_of
from datetime import UTC, datetime

import pytest
from support.letters import URL, WHOLE, WORDS, whole

from alerts.letters.filling import MODELS, NoSuchField, faults, filled, put, slots
from alerts.letters.kinds import LetterKind
from alerts.letters.mails import as_mail, as_text
from alerts.letters.papers import as_pdf
from alerts.letters.rendering import Letterhead, Rendered, rendered
from alerts.letters.wording import CONCLUSIONS, banned_words
from alerts.mail.facts import AlertFacts

K = LetterKind
HEAD = Letterhead(
    school="Fernhill Primary",
    sender="office@fernhill.example",
    reference="SW-2026-0041",
    dated=datetime(2026, 11, 16, 13, tzinfo=UTC),
    approved_by="B. Head, headteacher",
)

CONTENTS: dict[LetterKind, dict[str, str]] = {
    K.AUTHOR_REQUEST: {
        "to whom": "addressee", "a person confirmed who wrote it": "author_confirmed_by",
        "a request is appropriate": "appropriate", "exact address": "urls", "quoted words": "words",
        "why the school asks": "policy_clause", "what is asked": "asked", "by when": "answer_by",
        "invitation to meet": "meeting", "complaints procedure": "complaints_procedure",
        "how to reply": "reply_to", "what happens next": "next_steps", "data protection": "data_protection",
        "official sender": "signed_by",
    },
    K.HOST_REPORT: {
        "host": "host", "host's rule": "host_rule", "address": "urls", "permalink id": "post_id",
        "author's handle": "handle", "posted": "posted_at", "seen": "seen_at", "verbatim words": "words",
        "who is affected": "affected_role", "child or not": "child_affected", "capacity": "capacity",
        "earlier reports": "prior_references", "what is asked": "asked", "contact": "reply_to",
        "official sender": "signed_by",
    },
    K.SECTION_5_NOTICE: {
        "1 name": "complainant", "2 statement": "statement", "3 why": "why_defamatory", "4 where": "urls",
        "5 e-mail": "complainant_email", "6 meaning": "meaning", "7 what is inaccurate": "inaccurate",
        "8 poster not known": "cannot_identify", "9 details to the poster": "details_may_be_given",
        "earlier removals": "earlier_removals", "operator": "operator", "service address": "service_email",
        "signed by the person": "signed_by",
    },
    K.INFRA_NOTICE: {
        "provider": "provider", "address on the network": "ip", "domain": "domain", "page": "url",
        "time": "seen_at", "snapshot": "looked_up_at", "provider's rule": "acceptable_use",
        "summary": "summary", "host asked": "host_asked_at", "host's answer": "host_answer",
        "specific ask": "asked", "contact": "reply_to", "official sender": "signed_by",
    },
    K.POLICE_PACK: {
        "force reference": "force_reference", "order of time": "events", "who": "affected",
        "author": "author", "consent or override": "consent", "occasions": "occasions",
        "sections to consider": "consider", "manifest": "evidence", "how captured": "captured_how",
        "by whom": "captured_by", "system clock": "system_clock", "originals": "originals",
        "contact": "contact", "safeguarding": "safeguarding", "not viewed": "not_viewed",
        "limits on disclosure": "disclosure",
    },
    K.LADO_REFERRAL: {
        "facts": "facts", "adult's role": "adult_role", "source": "source", "address": "urls",
        "time": "seen_at", "what was not done": "not_done", "risk": "immediate_risk",
        "head or chair": "head_contact", "referred at": "referred_at",
    },
    K.PARENT_CHILD_AFFECTED: {
        "to whom": "addressee", "what was seen": "seen", "support": "support", "what was done": "school_did",
        "Report Remove": "report_remove", "contact": "reply_to", "official sender": "signed_by",
    },
    K.PARENT_CHILDS_POST: {
        "to whom": "addressee", "what was seen": "seen", "what is asked": "asked", "support": "support",
        "what was done": "school_did", "Report Remove": "report_remove", "contact": "reply_to",
        "official sender": "signed_by",
    },
    K.CRITICAL_INCIDENT_STAFF: {
        "event": "event", "news": "updates", "contact": "contact", "official sender": "signed_by",
    },
    K.CRITICAL_INCIDENT_PARENTS: {
        "event": "event", "news": "updates", "contact": "contact", "official sender": "signed_by",
    },
    K.WISHES_REQUEST: {
        "to whom": "addressee", "an adult": "adult", "what was found": "found", "support": "support",
        "union": "union", "who sees it": "who_sees", "reply by": "reply_by", "contact": "reply_to",
        "official sender": "signed_by",
    },
    K.REMOVAL_CONFIRMATION: {
        "to whom": "addressee", "what": "what", "where": "urls", "outcome": "outcome",
        "first check": "first_check", "second check": "second_check", "until": "checks_until",
        "contact": "reply_to", "official sender": "signed_by",
    },
    K.DIGEST_DETAIL: {
        "category": "categories", "state": "state", "priority": "priority", "opened": "opened_at",
        "overdue": "overdue", "re-opened": "reopened", "refused by host": "refused_by_host",
        "steps": "steps_taken",
    },
    K.COMPLAINTS_SIGNPOST: {
        "to whom": "addressee", "complaints procedure": "complaints_procedure", "contact": "reply_to",
        "official sender": "signed_by", "holding line or not": "holding_line",
    },
    K.BREACH_NOTE: {
        "aware": "aware_at", "nature": "nature", "people": "people", "records": "records",
        "DPO": "dpo_contact", "consequences": "consequences", "measures": "measures", "risk": "risk",
        "regulator": "told_regulator", "people told": "told_people",
    },
    K.INAPPROPRIATE_CONTENT: {
        "not a child's picture": "indecent_image", "submitted by": "staff_name", "who": "accessed_by",
        "pupils or parents": "seen_by_pupils_or_parents", "date": "seen_on", "full address": "urls",
        "nature": "nature", "action": "action_taken",
    },
    K.BLOCKED_CONTENT: {
        "requester": "requester", "date": "asked_on", "full address": "url", "site content": "site_content",
        "reasons": "reasons", "risks and controls": "risks_and_controls", "approved or not": "approved",
        "authoriser's reasons": "approvers_reasons",
    },
    K.RISK_ASSESSMENT: {
        "name": "service", "purpose": "purpose", "year groups": "year_groups",
        **{
            f"{question}, {part}": f"{question}.{part}"
            for question in (
                "age_restriction", "sign_up", "privacy_settings", "school_moderates", "owner_moderates",
                "file_upload", "advertisements", "direct_contact",
            )
            for part in ("risk", "pupils_at_risk", "methods", "existing")
        },
    },
}  # fmt: skip
"""What must be said → the field that says it."""

IN_THE_LETTER: dict[LetterKind, tuple[str, ...]] = {
    K.HOST_REPORT: ("Sections 20 and 21 of the Online Safety Act 2023", "No picture or film is attached", "UTC)"),
    K.SECTION_5_NOTICE: ("Take legal advice", "yours, not the school's", "keep proof of when", "England and Wales"),
    K.INFRA_NOTICE: ("We do not ask for the whole site", "UTC)", "no more personal data"),
    K.POLICE_PACK: ("Nobody at the school viewed or copied one", "SHA", "Not a legal finding"),
    K.LADO_REFERRAL: ("secure form only", "Facts only"),
    K.PARENT_CHILD_AFFECTED: ("do not share it", "delete no messages", "do not answer it", "Report Remove", "CEOP"),
    K.CRITICAL_INCIDENT_STAFF: ("keep it private", "do not post", "in the usual way"),
    K.CRITICAL_INCIDENT_PARENTS: ("do not post", "in the usual way"),
    K.WISHES_REQUEST: (
        "Nothing is done", "asks for it to be removed", "writes to the author", "report it to the platform",
        "section 5", "The police are told", "change your mind", "we do not take that for a yes",
    ),
    K.REMOVAL_CONFIRMATION: ("Copies may stand elsewhere", "We look again until"),
    K.DIGEST_DETAIL: ("No name and no word of the post",),
    K.COMPLAINTS_SIGNPOST: ("Thank you", "complaints procedure"),
    K.INAPPROPRIATE_CONTENT: ("not pasted or attached", "stop, look at nothing", "Signature"),
    K.BLOCKED_CONTENT: ("approved ✓", "Signature"),
    K.RISK_ASSESSMENT: ("Authorised", "Signature"),
}  # fmt: skip
"""What the letter says by itself."""


def letter(kind: LetterKind, **changes: str) -> Rendered:
    return rendered(kind, filled(kind, whole(kind, **changes)), HEAD)


def text(kind: LetterKind, **changes: str) -> str:
    return " ".join(as_text(letter(kind, **changes), HEAD).split())


def _each_content() -> Iterator[tuple[LetterKind, str, str]]:
    for kind, contents in CONTENTS.items():
        for what, field in contents.items():
            yield kind, what, field


@pytest.mark.parametrize(("kind", "what", "field"), [*_each_content()])
def test_a_letter_that_leaves_out_what_it_must_say_is_not_whole(
    kind: LetterKind, what: str, field: str
) -> None:
    """A host, an operator or the police would send it back, days later."""
    lacking = faults(kind, put(kind, WHOLE[kind], field, []))
    assert [one.slot.name for one in lacking] == [field], what
    assert lacking[0].what == "not filled in"


def test_no_field_is_asked_for_that_no_policy_asks_for() -> None:
    """A person would be kept from sending for want of something that nobody needs."""
    asked = {kind: {slot.name for slot in slots(kind)} for kind in LetterKind}
    assert asked == {kind: set(contents.values()) for kind, contents in CONTENTS.items()}
    assert set(MODELS) == set(LetterKind)


@pytest.mark.parametrize("kind", LetterKind)
def test_every_field_is_seen_by_whoever_reads_the_letter(kind: LetterKind) -> None:
    """What somebody filled in with care would be lost on the way."""
    inside = {"author_confirmed_by", "appropriate", "adult", "not_viewed", "indecent_image"}
    shown = text(kind, **({"report_remove": "yes"} if "report_remove" in CONTENTS[kind].values() else {}))
    form = filled(kind, WHOLE[kind])
    for slot in slots(kind):
        value = getattr(form, slot.name, None)
        if slot.name not in inside and isinstance(value, str) and len(value) > 12:
            assert " ".join(value.split()[:3]).rstrip(".") in shown.replace("| ", ""), slot.name


@pytest.mark.parametrize(("kind", "phrase"), [(k, p) for k, ps in IN_THE_LETTER.items() for p in ps])
def test_what_every_such_letter_says_stands_in_it(kind: LetterKind, phrase: str) -> None:
    """The warnings and limits that the policies ask for would depend on who writes that day."""
    assert phrase in text(kind) or (phrase == "SHA" and "ab" * 32 in text(kind))


@pytest.mark.parametrize("kind", LetterKind)
def test_reference_date_and_school_stand_on_every_letter(kind: LetterKind) -> None:
    """Nobody could answer it, or find it again."""
    shown = text(kind)
    for part in ("Fernhill Primary", "SW-2026-0041", "Mon 16 Nov 2026, 13:00 GMT"):
        assert part in shown


@pytest.mark.parametrize("kind", LetterKind)
def test_no_letter_of_ours_finds_somebody_guilty_or_promises_a_removal(kind: LetterKind) -> None:
    """The school would state what only a court can, in writing, under its own name."""
    assert list(banned_words(letter(kind).own_words)) == []


@pytest.mark.parametrize(
    "words", [*CONCLUSIONS, "breach of s.181", "breaches of section 1", "It WILL be\nremoved"]
)
def test_a_word_that_finds_guilt_is_seen(words: str) -> None:
    """It would leave the school because it stood at the end of a line, or in capitals."""
    assert list(banned_words(f"We say that this {words.upper()} here."))


def test_what_is_quoted_may_say_anything() -> None:
    """A post that calls somebody a criminal could not be reported in its own words."""
    assert list(banned_words(letter(K.HOST_REPORT, words="he is a criminal").own_words)) == []


@pytest.mark.parametrize("kind", LetterKind)
def test_the_subject_names_nobody_and_quotes_nothing(kind: LetterKind) -> None:
    """It is read on a lock screen, by whoever sits beside."""
    subject = as_mail(letter(kind), HEAD).subject
    for value in ("Teacher", "Parent", "stranger", "ABUSE", "Head"):
        assert value not in subject


@pytest.mark.parametrize("kind", LetterKind)
def test_every_letter_has_a_paper_form_and_the_same_letter_the_same_bytes(kind: LetterKind) -> None:
    """What is printed twice could not be shown to be one letter."""
    first = as_pdf(letter(kind), HEAD, kind)
    assert first.startswith(b"%PDF")
    assert first == as_pdf(letter(kind), HEAD, kind)


def test_a_strangers_words_are_no_marks_and_no_html() -> None:
    """A post that begins with # would become a heading of the school's letter, and <b> a tag."""
    found = letter(K.HOST_REPORT)
    (quote,) = [block for block in found.blocks if block.sort == "quote"]
    assert list(quote.lines) == WORDS.splitlines()
    assert "<b>" not in as_mail(found, HEAD).html
    named = letter(K.AUTHOR_REQUEST, addressee="# A\n- B", meeting="! come")
    assert "Dear # A - B," in as_text(named, HEAD)
    assert not [block for block in named.blocks if block.sort == "warning"]


def test_a_time_without_a_zone_is_the_schools_wall_clock() -> None:
    """A deadline typed as 16:00 in June would be shown as 17:00."""
    assert "Sun 21 Jun 2026, 16:00 BST" in text(K.AUTHOR_REQUEST, answer_by="2026-06-21 16:00")


@pytest.mark.parametrize(
    ("kind", "field", "value", "what"),
    [
        (K.AUTHOR_REQUEST, "appropriate", "no", "has to be yes"),
        (K.AUTHOR_REQUEST, "answer_by", "soon", "a day and a time"),
        (K.AUTHOR_REQUEST, "urls", "the forum", "whole address"),
        (K.INFRA_NOTICE, "asked", "close the whole site", "'forward' or 'remove_page'"),
        (K.HOST_REPORT, "child_affected", "perhaps", "yes or no"),
        (K.WISHES_REQUEST, "adult", "no", "has to be yes"),
        (K.POLICE_PACK, "not_viewed", "no", "has to be yes"),
        (K.SECTION_5_NOTICE, "cannot_identify", "no", "has to be yes"),
        (K.INAPPROPRIATE_CONTENT, "seen_on", "Tuesday", "a day"),
    ],
)
def test_an_answer_that_does_not_fit_says_what_is_expected(
    kind: LetterKind, field: str, value: str, what: str
) -> None:
    """It would be found by whoever receives the letter."""
    (fault,) = faults(kind, put(kind, WHOLE[kind], field, [value]))
    assert fault.slot.name == field
    assert what in fault.what


def test_a_field_that_a_letter_does_not_have_is_refused_with_those_it_has() -> None:
    """A quote would be written into the digest by a made-up field."""
    with pytest.raises(NoSuchField, match="steps_taken"):
        put(K.DIGEST_DETAIL, {}, "words", [URL])


def test_the_alert_mail_has_a_place_for_all_that_an_alert_says() -> None:
    """T12 is the mail of alerts/mail: reference, priority, lane, platform, time, next action, console."""
    names = {fact.name for fact in facts_of(AlertFacts)}
    assert names >= {"reference", "severity", "lane", "platform", "seen_at", "asked", "console_url"}
