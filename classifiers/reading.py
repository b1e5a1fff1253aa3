"""One comment, read once: spelling, people, places and cues, shared by all three judgements."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from classifiers.abuse.cues import KINDS, QUIET
from classifiers.cues import Cue, CueBook
from classifiers.defamation.cues import HARMLESS_MANNER, IMPUTED, MANNER
from classifiers.interface import Comment, Reason, Register
from classifiers.normalising import View, normalise
from classifiers.places import Place, PlaceFinder
from classifiers.pupil_information.cues import DETAIL
from classifiers.register.matcher import Matcher
from classifiers.register.mentions import Form, Kind, Mention, Words
from classifiers.safeguarding import DANGER

_MOST = 150
"""Places and cues of one text that are looked at: what comes after them adds time and no knowledge."""
NEAR = 80
"""Characters within which a cue counts as said of a person."""

LINK = re.compile(r"https?://\S+|www\.\S+")
ACCOUNT = re.compile(r"@\w[\w.]*")
_MONEY = re.compile(r"[£$€]\s?\d[\d,.]*k?|\b\d+k\b")
_NUMBER = re.compile(r"\d+")
_MASKS = {Kind.STAFF: " xstaff ", Kind.PUPIL: " xpupil ", Kind.SCHOOL: " xschool ", Kind.ADULT: " xadult "}
_PLACE_MASKS = {"class": " xclass ", "year": " xyear ", "date_of_birth": " xdateofbirth "}
_CONTEXTS = 256
"""Posts kept as read: many comments stand under one post."""


class Reading(NamedTuple):
    comment: Comment
    view: View
    lower: str
    said: frozenset[str]
    """The words of `lower`."""
    mentions: tuple[Mention, ...]
    by_class: tuple[Mention, ...]
    """Staff meant by a role that names a class ("the teacher in 5B"). The models read the class there."""
    places: tuple[Place, ...]
    cues: tuple[Cue, ...]
    counts: Mapping[str, int]
    """Cues of each topic that has any."""
    plain: str
    """The text with figures and links replaced by their sort, and names left in."""
    masked: str
    """The text with people, classes and figures replaced by their sort: a model learns no name."""
    context_view: View
    context_mentions: tuple[Mention, ...]
    context_places: tuple[Place, ...]

    def of(self, kind: Kind) -> list[Mention]:
        return [mention for mention in self.mentions if mention.kind is kind]

    def cues_of(self, *topics: str) -> list[Cue]:
        return [cue for cue in self.cues if cue.topic in topics]

    def near(self, mention: Mention, topic: str) -> bool:
        return any(cue.topic == topic and gap(cue, mention) <= NEAR for cue in self.cues)

    def reason(self, category: str, start: int, end: int, why: str) -> Reason:
        """A reason that points at the original words of `view.text[start:end]`."""
        first, last = self.view.span(start, end)
        return Reason(category, first, last, self.comment.text[first:last], why)


def mask_plain(lower: str) -> str:
    """Links, handles, sums and numbers as their sort: they differ from day to day and say little."""
    text = LINK.sub(" xlink ", lower) if "://" in lower or "www." in lower else lower
    if "@" in text:
        text = ACCOUNT.sub(" xuser ", text)
    if not _NUMBER.search(text):
        return text
    return _NUMBER.sub("0", _MONEY.sub(" xmoney ", text))


def _without_names(lower: str, mentions: Iterable[Mention], places: Iterable[Place]) -> str:
    """The text with people and places replaced by their sort."""
    spans = [(m.start, m.end, _MASKS[m.kind]) for m in mentions]
    spans += [(p.start, p.end, _PLACE_MASKS.get(p.kind) or f" x{p.kind} ") for p in places]
    pieces, position = [], 0
    for start, end, mask in sorted(spans):
        if start >= position:
            pieces += [lower[position:start], mask]
            position = end
    return "".join((*pieces, lower[position:]))


def _counted(cues: Iterable[Cue]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for cue in cues:
        counts[cue.topic] = counts.get(cue.topic, 0) + 1
    return counts


def gap(cue: Cue, mention: Mention) -> int:
    """Characters between the two; 0 when they touch or overlap."""
    return max(cue.start - mention.end, mention.start - cue.end, 0)


class Reader:
    """Reads comments for one register. Building it costs time; reading does not grow with the register."""

    def __init__(self, register: Register) -> None:
        self.matcher = Matcher(register)
        self.place_finder = PlaceFinder(register)
        self.cue_book = CueBook(KINDS, QUIET, IMPUTED, MANNER, HARMLESS_MANNER, DETAIL, DANGER)
        self._context = lru_cache(_CONTEXTS)(self._read_context)

    def read(self, comment: Comment) -> Reading:
        view = normalise(comment.text)
        words = Words(view)
        lower = words.text_lower
        places = self.place_finder.find(words)[:_MOST]
        every = self.matcher.find(words)
        mentions = _meant(every, places)
        cues = self.cue_book.find(lower, _MOST)
        context_view, context_mentions, context_places = self._context(comment.context or "")
        plain = mask_plain(lower)
        return Reading(
            comment=comment,
            view=view,
            lower=lower,
            said=words.said,
            mentions=tuple(mentions),
            by_class=tuple(_by_class(every, mentions)),
            places=tuple(places),
            cues=tuple(cues),
            counts=_counted(cues),
            plain=plain,
            masked=mask_plain(_without_names(lower, mentions, places)) if mentions or places else plain,
            context_view=context_view,
            context_mentions=context_mentions,
            context_places=context_places,
        )

    def _read_context(self, context: str) -> tuple[View, tuple[Mention, ...], tuple[Place, ...]]:
        view = normalise(context)
        words = Words(view)
        return view, tuple(self.matcher.find(words)), tuple(self.place_finder.find(words))


def _meant(mentions: list[Mention], places: list[Place]) -> list[Mention]:
    """Without the ordinary words in lower case ("grace period") and classes taken for names."""
    classes = [place for place in places if place.kind == "class"]
    return [
        mention for mention in mentions
        if not any(place.start < mention.end and mention.start < place.end for place in classes)
        and (
            mention.capital
            or not mention.common
            or mention.form is not Form.FIRST
            or _beside(mention, classes)
        )
    ]  # fmt: skip


def _by_class(every: Iterable[Mention], kept: Iterable[Mention]) -> Iterator[Mention]:
    """Roles that went for the class in them. (A class alone, taken for somebody's name, is no role.)"""
    read = set(kept)
    for mention in every:
        if mention.kind is Kind.STAFF and mention.form is Form.ROLE and mention not in read:
            yield mention


def _beside(mention: Mention, classes: list[Place]) -> bool:
    return any(0 <= place.start - mention.end <= 12 for place in classes)
