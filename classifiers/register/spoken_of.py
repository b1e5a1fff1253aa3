"""Whom of the staff a comment speaks of, also where only the post above gives the name."""

import re
from collections.abc import Iterable, Mapping
from itertools import islice

from classifiers.interface import StaffMember
from classifiers.reading import Reading
from classifiers.register.mentions import Form, Kind, Mention
from classifiers.register.names import FEMALE_TITLES, MALE_TITLES, word_set, words

_HE = re.compile(r"\b(?:he|him|his|hes|he's|sir|fella|bloke|man|lad|mr)\b")
_SHE = re.compile(r"\b(?:she|her|hers|shes|she's|woman|lady|cow|witch|miss|mrs|ms)\b")
_INITIALS = re.compile(r"([A-Z])(?<![\w.'@#].)\.?([A-Z])(?![\w'])(?!\.\w)")
_MOST_INITIALS = 20
_NO_INITIALS = word_set(
    """ad ah am an as at bc be by cd ce co cv da dj do dr dt eh em er es eu ex fb ft go gp ha he hi hm ho hr
    ht id if ig in ip iq is it la lo me mp mr ms my na no nt oh ok on op or os pa pc pe pm ps pt pu qa ra re
    rn se sm so st ta to tv uk un up us vr vs we xx ye yo yr yt"""
)
"""Pairs of letters that are words or short for something else at a school."""
_SITE_WORD = re.compile(r"\b[A-Z][a-z]{3,}")
_OF_EVERY_ROLE = word_set(
    """head headteacher teacher deputy assistant class designated safeguarding lead trust school learning
    chief executive officer chair governors trustees manager site office form tutor teaching higher level
    english maths music science history principal vice academy federation primary middle sixth senior early
    years behaviour computing drama geography physics chemistry biology french spanish religious education
    languages"""
)


def staff_spoken_of(
    reading: Reading, staff: Mapping[str, StaffMember], *, aimed_at_staff: bool
) -> tuple[str, ...]:
    """Ids of the staff meant without doubt, in the order of the text; else of the one the post above names.

    A comment under "A word from Mrs Whitlock" that names nobody and goes for a member of staff goes for Mrs
    Whitlock. One that goes for nobody on the staff is not about her: whoever is named is not told of the
    matter, and the head must not be kept from it because she wrote the post.
    """
    spoken = sorted((*reading.of(Kind.STAFF), *reading.by_class), key=lambda mention: mention.start)
    above = _resolved(reading.context_mentions)
    meant = [_narrowed(mention, above, reading, staff) for mention in spoken]
    named = tuple(dict.fromkeys(ids[0] for ids in meant if len(ids) == 1))
    if named or reading.comment.author == "school":
        return named
    if not aimed_at_staff or any(meant):
        return ()
    return _by_initials(reading, staff) or (above if len(above) == 1 else ())


def _by_initials(reading: Reading, staff: Mapping[str, StaffMember]) -> tuple[str, ...]:
    """Two capitals that are the initials of one member: "LK signed it". Not where all is in capitals."""
    text = reading.view.text
    if sum(map(str.isupper, text)) > sum(map(str.islower, text)):
        return ()
    pairs = (f"{match[1]}{match[2]}".lower() for match in islice(_INITIALS.finditer(text), _MOST_INITIALS))
    bearers: dict[str, list[str]] = {pair: [] for pair in pairs if pair not in _NO_INITIALS}
    for key, member in staff.items() if bearers else ():
        bearers.get(_initials(member), []).append(key)
    return tuple(ids[0] for ids in bearers.values() if len(ids) == 1)


def _initials(member: StaffMember) -> str:
    first, surname = words(member.first_name), words(member.surname)
    return first[0][0] + surname[0][0] if first and surname else ""


def _resolved(mentions: Iterable[Mention]) -> tuple[str, ...]:
    found = (m.ids[0] for m in mentions if m.kind is Kind.STAFF and len(m.ids) == 1)
    return tuple(dict.fromkeys(found))


def _narrowed(
    mention: Mention, above: tuple[str, ...], reading: Reading, staff: Mapping[str, StaffMember]
) -> tuple[str, ...]:
    """Those who may be meant, by the post above, the site that is named, and he or she."""
    ids = mention.ids
    if mention.form is Form.KNOWN_AS and len(mention.name.split()) == 2 and len(mention.name) <= 7:
        ids = _same_initial(mention.name, above, staff) or ids
    if len(ids) < 2:
        return ids
    kept = tuple(key for key in ids if key in above)
    if kept:
        return kept
    ids = _at_the_site(ids, reading, staff) or ids
    return (_of_that_sex(ids, reading, staff) or ids) if len(ids) > 1 else ids


def _same_initial(name: str, above: tuple[str, ...], staff: Mapping[str, StaffMember]) -> tuple[str, ...]:
    """Miss T under a post about Miss Tregear is Miss Tregear, whoever else is called so."""
    title, letter = name.split()
    if len(letter) > 1:
        return ()
    return tuple(
        key for key in above
        if title in words(staff[key].title) and "".join(words(staff[key].surname)).startswith(letter)
    )  # fmt: skip


def _at_the_site(ids: tuple[str, ...], reading: Reading, staff: Mapping[str, StaffMember]) -> tuple[str, ...]:
    """Of several heads the one whose role names a site that the text or the post above names."""
    said = set(words(f"{reading.lower} {(reading.comment.context or '').lower()}"))
    return tuple(key for key in ids if _sites(staff[key]) & said)


def _sites(member: StaffMember) -> set[str]:
    written = " ".join((member.role, *member.also_known_as))
    return {word.lower() for word in _SITE_WORD.findall(written)} - _OF_EVERY_ROLE


def _of_that_sex(ids: tuple[str, ...], reading: Reading, staff: Mapping[str, StaffMember]) -> tuple[str, ...]:
    he, she = bool(_HE.search(reading.lower)), bool(_SHE.search(reading.lower))
    if he == she:
        return ()
    titles = MALE_TITLES if he else FEMALE_TITLES
    return tuple(key for key in ids if not titles.isdisjoint(words(staff[key].title)))
