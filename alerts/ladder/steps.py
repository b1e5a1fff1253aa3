"""What each step says to the person who does it, how it may end, and why it may be skipped."""

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.ladder.lane_words import IN_LANE
from alerts.ladder.situations import said_of
from alerts.ladder.words import Step
from config.schema import Nation
from config.words import Lane, Outcome, Situation


@dataclass(frozen=True)
class StepRule:
    what_to_do: str
    outcomes: frozenset[Outcome]
    """What `done` may carry."""
    skip_reasons: tuple[str, ...] = ()
    asks_outside: bool = False
    may_be_refused: bool = False
    needs_reason: bool = False
    needs_reference: bool = False
    """Whether a number of another record must be given: of advice, of a behaviour record."""
    answers: tuple[str, ...] = ()
    """The answers of which `done` must carry one; empty where done is answer enough."""


_DONE_AWAY = frozenset(
    {Outcome.REMOVED, Outcome.AMENDED, Outcome.REPLACED, Outcome.UNTAGGED, Outcome.NOT_PUBLICLY_VISIBLE}
)
_ENDS_NOTHING = frozenset({Outcome.NOT_APPLICABLE, Outcome.HANDED_OVER})
_MOOT = ("already gone", "already hidden")
_NOT_A_VIOLATION = (
    "opinion or criticism",
    "a parent's post about their own child only",
    "not about our school",
)


def _asks(what_to_do: str, *skip_reasons: str) -> StepRule:
    reasons = (*skip_reasons, *_MOOT, *_NOT_A_VIOLATION, "the affected person does not want it")
    return StepRule(what_to_do, _DONE_AWAY, reasons, asks_outside=True, may_be_refused=True)


def _does(what_to_do: str, *skip_reasons: str, outcomes: frozenset[Outcome] = _ENDS_NOTHING) -> StepRule:
    return StepRule(what_to_do, outcomes, skip_reasons, may_be_refused=True)


def _must(what_to_do: str, *, needs_reason: bool = False) -> StepRule:
    return StepRule(what_to_do, _ENDS_NOTHING | {Outcome.UNFOUNDED}, needs_reason=needs_reason)


RULES: Mapping[Step, StepRule] = {
    Step.TRIAGE: _must(
        "Read the sealed words, not the post on the platform. Say whose matter it is, who wrote it "
        "and who is affected as far as you know. Opinion and complaint are no reason to remove anything. "
        "Do not reply, do not share, and do not look up the author."
    ),
    Step.AFFECTED_INFORMED: _does(
        "Tell the person it is about, in person, before anybody else does. Ask what they wish to happen "
        "and record the answer: nothing, removal, contact with the author, police. Do not press them, and "
        "do not promise that it will be removed.",
        "already knows",
        "cannot be reached",
        "not safe to tell now",
    ),
    Step.SUPPORT_OFFER: StepRule(
        "Offer support: a named colleague, counselling or the employee assistance programme, and their "
        "trade union or professional association (NEU 9.6). Record accepted or declined; a no today may be "
        "a yes next week.",
        frozenset(),
        ("already supported", "not a member of staff"),
        answers=("accepted", "declined"),
    ),
    Step.OWN_PAGE_HIDE: _does(
        "Hide it on our page. Hiding can be undone, and the evidence is sealed already. Do not reply and "
        "do not delete: deleting is a second decision. The platform may still show it to its author and "
        "their friends. If the platform will not hide it, record that as refused.",
        *_MOOT,
        *_NOT_A_VIOLATION,
        outcomes=frozenset({Outcome.HIDDEN, Outcome.REMOVED, Outcome.NOT_PUBLICLY_VISIBLE}),
    ),
    Step.OWN_PAGE_DELETE: _does(
        "Delete it on our page if hiding is not enough. This cannot be undone. When the police are "
        "involved, somebody other than the person who hid it decides.",
        "hidden is enough",
        *_MOOT,
        outcomes=frozenset({Outcome.REMOVED, Outcome.NOT_PUBLICLY_VISIBLE}),
    ),
    Step.OWN_POST_REMOVE: _does(
        "Take our own post down now, on every channel where it stands, or replace it with one that shows "
        "no pupil's name with a picture and no surname. Do not post an explanation that repeats the "
        "details.",
        "nobody can be identified from it",
        "published with consent, and no name stands with a picture",
        "not reasonably practicable",
        *_MOOT,
        outcomes=_DONE_AWAY,
    ),
    Step.UNTAG: _does(
        "Remove the tag from our account. The post itself stays where it is. Do not comment on it.",
        "the platform has no such function",
        *_MOOT,
        *_NOT_A_VIOLATION,
        outcomes=_DONE_AWAY,
    ),
    Step.PASTORAL_TALK: _does(
        "A member of staff who knows the pupil speaks with them, asks them to take it down, and follows "
        "the behaviour and anti-bullying policies. No letter, and never through social media. Do not ask "
        "for a password or a phone.",
        "the DSL advises against it",
        "not a pupil of ours",
        *_MOOT,
        outcomes=_DONE_AWAY | _ENDS_NOTHING,
    ),
    Step.BEHAVIOUR_ROUTE: _does(
        "Most incidents are dealt with under the school's own behaviour policy (Huntington 8.5). First say "
        "why something written out of school is the school's business: orderly running, a threat to "
        "somebody, or the school's reputation (Market Drayton E). Think of special needs. Any sanction is "
        "decided and kept elsewhere.",
        "another route is taken",
        "not a pupil of ours",
    ),
    Step.MEETING: StepRule(
        "Invite the affected person to a meeting, and a child's parents with them, to hear what troubles "
        "them (Huntington 8.6). Say what the school has done and what it cannot promise. Record held or "
        "declined. The meeting delays nothing else.",
        _ENDS_NOTHING,
        ("not safe", *_MOOT),
        may_be_refused=True,
        answers=("held", "declined"),
    ),
    Step.AUTHOR_MEETING: StepRule(
        "Invite the author, after the affected person and only if that is safe (Huntington 8.6). Listen to "
        "the complaint, ask for removal, hand over the complaints procedure. Do not say who reported it. "
        "Record held or declined.",
        _DONE_AWAY | _ENDS_NOTHING,
        ("not safe", "author not known", *_MOOT),
        may_be_refused=True,
        answers=("held", "declined"),
    ),
    Step.AUTHOR_REQUEST: _asks(
        "If it is appropriate, write to the author from the school's official address: the exact link, "
        "the words, what is asked and by when, how to complain. Do not threaten, do not name a pupil or "
        "the person who reported it, and do not write in public or from a private account.",
        "author not known",
        "not appropriate",
        "not safe",
        "the author is not an adult",
    ),
    Step.NEXT_STEP: StepRule(
        "The author did not take it down. Decide what the school does next, and say why: report it to the "
        "host, write to the provider, take advice, or stop here (Huntington 8.7). Nothing follows by "
        "itself.",
        frozenset(),
        ("the author has acted after all", *_MOOT),
        needs_reason=True,
        answers=("host", "infra", "advice", "stop"),
    ),
    Step.FIRST_PARTY_REPORT: _asks(
        "This host takes such a report only from the person concerned, not from the head or a colleague "
        "(NEU 9.3). Give them the pack: the link, the words, the times and the route. Sit with them while "
        "they send it from an account of their own. Do not ask for their password. Note the reference. It "
        "should be amended or removed within 24 hours of when we first saw it.",
        "the person does not want it",
    ),
    Step.HOST_REPORT: _asks(
        "Report it with the platform's own form, naming the rule of the platform that it breaks, the "
        "link, the author's handle and the times. Note the reference. Some forms take a report only from "
        "the person concerned: then they send it, with your help (NEU 9.3). Attach no picture of a child. "
        "The content should be amended or removed within 24 hours of when we first saw it.",
        "breaks no rule of the platform",
        "the person concerned reports it",
    ),
    Step.HOST_ESCALATION: _asks(
        "Appeal to the host. If 48 hours have passed, or at once where a child's safety is concerned, "
        "call the Professionals Online Safety Helpline. Report Harmful Content takes it when the host has "
        "answered no, or not at all for a week. Keep the host's answer: they will ask for it.",
        "no prospect",
    ),
    Step.SECTION_5_NOTICE: _asks(
        "The person it is about may send the operator of the website a notice under section 5; it is "
        "theirs, not the school's. It needs their name and e-mail, the words and where they stand, what "
        "they take them to mean and what is untrue, and whether their name may be passed on. Advise them "
        "to take advice first.",
        "the person does not want it",
    ),
    Step.INFRA_NOTICE: _asks(
        "Write to the abuse address of the hosting provider, with the host's refusal or silence, the "
        "link, the address and times in UTC, and the rule of theirs that it breaks. Ask for this page, "
        "never for a whole site. The head approves it first. Give no more personal data than it takes.",
        "no abuse address found",
        "the host has now acted",
    ),
    Step.POLICE_CONSIDERED: StepRule(
        "Decide whether to tell the police, and say why. Done means yes, and opens the report; done with "
        "the outcome “not applicable” means no. If there is danger now, ring 999 and record it "
        "afterwards. Hear the affected person first where there is time.",
        frozenset({Outcome.NOT_APPLICABLE}),
        needs_reason=True,
    ),
    Step.POLICE_REPORTED: StepRule(
        "Report it to the police: 999 if there is danger now, otherwise 101 or online. Give times, links "
        "and the evidence list, and note the log number. Say that we keep the sealed evidence. Do not "
        "investigate, and do not tell the author.",
        frozenset({Outcome.HANDED_OVER}),
        (
            "the affected person does not want it",
            "the affected person reports it",
            "the police advise otherwise",
        ),
        needs_reason=True,
    ),
    Step.LADO_REFERRAL: _must(
        "Ring the local authority's designated officer (LADO) today. Give the facts only: the adult's "
        "role, the words, the link. Do not investigate, do not speak to the adult or to the author before "
        "advice, and note what was advised.",
        needs_reason=True,
    ),
    Step.HR_ADVICE: StepRule(
        "Before anybody speaks to the member of staff, take advice from human resources or the LADO "
        "(Nunney 2.7.5). Nothing is asked of them and nothing is said to them until then. Note who "
        "advised what, and the number of the advice.",
        _ENDS_NOTHING | {Outcome.UNFOUNDED},
        needs_reason=True,
        needs_reference=True,
    ),
    Step.STAFF_REFERRAL: StepRule(
        "A member of staff wrote it, so choose who deals with it, and say why: the headteacher, or the "
        "LADO (Market Drayton B).",
        frozenset(),
        needs_reason=True,
        answers=("headteacher", "lado"),
    ),
    Step.DSL_REFERRAL: _must(
        "If somebody may be in danger now, ring 999 first. Then the designated safeguarding lead (or the "
        "deputy) takes it on under the child-protection procedure, and decides who is told. Tell nobody "
        "else, and do not question the child."
    ),
    Step.DPO_NOTE: _must(
        "The data protection officer notes the breach and assesses it: whose data, since when, how many "
        "saw it, what was done. If there is a risk to anybody, the regulator hears within 72 hours of our "
        "first knowing; school holidays do not stop that clock.",
        needs_reason=True,
    ),
    Step.HELPLINE_SIGNPOST: _does(
        "Tell the person in the picture about the Revenge Porn Helpline and StopNCII, which can have it "
        "taken down and keep it from coming back. They decide. Nobody at school looks at the picture.",
        "already told",
    ),
    Step.COMPLAINT_SIGNPOST: _does(
        "If an answer is wanted at all, point to the complaints procedure, politely and in general. Do "
        "not argue in public and do not ask for removal.",
        "no answer needed",
    ),
    Step.INVESTIGATION: StepRule(
        "Look into it soon: what happened, since when, who is affected, what the school knows of the "
        "background (NEU 9.1). Ask nobody for a password or a phone, and do not look up who is behind an "
        "alias. The reason is where the findings go.",
        _ENDS_NOTHING | {Outcome.UNFOUNDED},
        ("others are looking into it",),
        needs_reason=True,
    ),
    Step.REFERENCE: StepRule(
        "Give the number of the record under the anti-bullying or behaviour policy, or “none” "
        "(Huntington 8.1). No name and no sanction goes in here.",
        frozenset(),
        needs_reference=True,
    ),
    Step.TRAINING_PROMPT: _does(
        "Consider whether staff, pupils or parents should hear of this kind of thing at the next training "
        "(Huntington 9.7), without names.",
        "nothing new in it",
    ),
    Step.CHANGE_OF_MIND: _does(
        "The affected person no longer wants a step that was taken already. What was sent cannot be called "
        "back. Offer them to tell the host or the police of it, and note their answer.",
        "they do not want that",
    ),
    Step.CACHE_REQUEST: _does(
        "The page is gone, but a search engine may show its words for a while. Ask the search engine to "
        "refresh its result with its form for outdated content; the link is enough, repeat no words.",
        "not shown in search results",
        "not worth it",
    ),
    Step.VERIFY_REMOVED: _does(
        "Nothing to send. It is looked up again after 1, 6, 24 and 48 hours, 7 and 30 days. It counts as "
        "gone when it was missing twice, at least 30 minutes apart. Where it cannot be looked up, look "
        "once yourself, signed out, and record what you saw.",
        "cannot be checked",
        outcomes=_DONE_AWAY,
    ),
}

_DESIGNATED_OFFICER = {
    Nation.WALES: "the designated officer for safeguarding",
    Nation.SCOTLAND: "the local authority's child protection lead",
    Nation.NORTHERN_IRELAND: "the education authority's child protection service",
}


def what_to_do(step: Step, lane: Lane, nation: Nation, situations: frozenset[Situation] = frozenset()) -> str:
    """The lane's words where it has its own, and what the situations add."""
    text = " ".join(
        filter(None, (IN_LANE.get((step, lane), RULES[step].what_to_do), said_of(step, situations)))
    )
    if nation not in _DESIGNATED_OFFICER:
        return text
    officer = _DESIGNATED_OFFICER[nation]
    whole = text.replace("the local authority's designated officer (LADO)", officer)
    return whole.replace("the LADO", officer)


def skip_reasons(step: Step, lane: Lane) -> tuple[str, ...]:
    """None at all where the law leaves no choice: an indecent image, or a life."""
    if step is Step.POLICE_REPORTED and lane in (Lane.INDECENT_IMAGE, Lane.LIFE):
        return ()
    return RULES[step].skip_reasons


def needs_reference(step: Step, lane: Lane) -> bool:
    """Whether `done` must carry a number. The LADO's advice unlocks what waits for it, so it needs one."""
    return RULES[step].needs_reference or (step is Step.LADO_REFERRAL and lane is Lane.STAFF_ALLEGATION)
