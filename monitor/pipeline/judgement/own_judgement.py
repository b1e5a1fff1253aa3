"""What is added to the judgement of the school's own words: alternative texts, and consents that are gone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from classifiers.interface import Comment, Judge, Judgement, Reason
from classifiers.judge import SURE
from config.words import Label, Severity, Situation, Surface
from monitor.pipeline.own_pages.own_posts import NO_CONSENT, WITHDRAWN, findings_of
from monitor.store.models import Item, OwnPostFinding

_WHY = {
    WITHDRAWN: "a consent that held when it was published has been withdrawn; take it down where practicable",
    NO_CONSENT: "a pupil is shown for whom no consent was on record that day",
}
CONSENT_WITHDRAWN = "consent_withdrawn"
"""Category of a reason that belongs to no label: the post was lawful when it was published."""
_ALT_TEXT = "the alternative text of a picture names a pupil"


@dataclass(frozen=True)
class _Own:
    """What is known of one own post beside its words."""

    under_a_picture: bool
    findings: tuple[OwnPostFinding, ...]
    alternative_text: str


class OwnWordsJudge:
    """A judge that also knows what stands beside the school's own words; others' are judged as they are."""

    def __init__(self, judge: Judge, own: Mapping[str, _Own]) -> None:
        self._judge = judge
        self._own = own

    def judge(self, comments: Sequence[Comment]) -> list[Judgement]:
        shown = [self._with_picture(comment) for comment in comments]
        judgements = self._judge.judge(shown)
        return [self._with_own(one) for one in judgements]

    def _with_picture(self, comment: Comment) -> Comment:
        own = self._own.get(comment.id)
        return replace(comment, has_image=True) if own and own.under_a_picture else comment

    def _with_own(self, judgement: Judgement) -> Judgement:
        own = self._own.get(judgement.id)
        if own is None:
            return judgement
        judgement = _with_findings(judgement, own.findings)
        return self._with_alternative(judgement, own.alternative_text)

    def _with_alternative(self, judgement: Judgement, text: str) -> Judgement:
        """A name in an alternative text stands with its picture (Huntington 4.11)."""
        if not text.strip():
            return judgement
        comment = Comment(judgement.id, text, surface=str(Surface.OWN_POST), author="school", has_image=True)
        alternative = self._judge.judge([comment])[0]
        if not alternative.labels.get(Label.PUPIL_INFORMATION):
            return judgement
        return _exposed(judgement, alternative.pupils, _ALT_TEXT)


def judge_of_own_words(session: Session, judge: Judge, items: Sequence[Item]) -> Judge:
    """The judge for a batch of items, which knows what the store knows of the school's own among them."""
    ours = [item for item in items if item.school_is_author]
    if not ours:
        return judge
    findings = findings_of(session, [item.id for item in ours])
    pictured = _under_our_pictures(session, ours)
    own = {
        item.uid: _Own(item.id in pictured, tuple(findings.get(item.id, ())), _alternative_text(item))
        for item in ours
    }
    return OwnWordsJudge(judge, own)


def _under_our_pictures(session: Session, ours: Sequence[Item]) -> frozenset[int]:
    """Ids of the school's own answers under its own pictures."""
    roots = {item.root_id for item in ours if item.root_id and item.root_id != item.external_id}
    query = select(Item.platform, Item.external_id, Item.media).where(
        Item.school_id == ours[0].school_id, Item.school_is_author, Item.external_id.in_(roots)
    )
    pictured = {(platform, key) for platform, key, media in session.execute(query) if media}
    return frozenset(item.id for item in ours if (item.platform, item.root_id) in pictured)


def _alternative_text(item: Item) -> str:
    return "\n".join(medium["alt_text"] for medium in item.media if medium.get("alt_text"))


def _with_findings(judgement: Judgement, findings: Sequence[OwnPostFinding]) -> Judgement:
    if not findings:
        return judgement
    # A name with a picture is a breach of its own, whatever the consents were.
    lawful = all(one.lawful_when_posted for one in findings)
    alone = lawful and not judgement.labels.get(Label.PUPIL_INFORMATION)
    category = CONSENT_WITHDRAWN if alone else str(Label.PUPIL_INFORMATION)
    for kind in sorted({one.kind for one in findings}):
        pupils = [one.pupil_id for one in findings if one.kind == kind]
        judgement = _exposed(judgement, pupils, _WHY[kind], category)
    return judgement


def situations_of(judgement: Judgement) -> frozenset[Situation]:
    """What is known of an own post beside its words, as the ladder names it."""
    withdrawn = any(one.category == CONSENT_WITHDRAWN for one in judgement.reasons)
    return frozenset({Situation.CONSENT_WITHDRAWN}) if withdrawn else frozenset()


def _exposed(
    judgement: Judgement,
    pupils: Sequence[str],
    why: str,
    category: str = str(Label.PUPIL_INFORMATION),
) -> Judgement:
    reason = Reason(category, 0, 0, "", why)
    return replace(
        judgement,
        judged=True,
        labels={**judgement.labels, Label.PUPIL_INFORMATION: True},
        scores={**judgement.scores, Label.PUPIL_INFORMATION: SURE},
        severity=max(judgement.severity, Severity.MEDIUM, key=lambda one: one.rank),
        pupils=tuple(dict.fromkeys((*judgement.pupils, *pupils))),
        reasons=(reason, *judgement.reasons),
    )
