"""Whom of the staff a comment speaks of, also where only the post above gives the name."""

import re
from collections.abc import Iterable, Mapping

from classifiers.interface import StaffMember
from classifiers.reading import Reading
from classifiers.register.mentions import Form, Kind, Mention
from classifiers.register.names import FEMALE_TITLES, MALE_TITLES, word_set, words

_HE = re.compile(r"\b(?:he|him|his|hes|he's|sir|fella|bloke|man|lad|mr)\b")
_SHE = re.compile(r"\b(?:she|her|hers|shes|she's|woman|lady|cow|witch|miss|mrs|ms)\b")
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
    if not reading.mentions and not reading.context_mentions:
        return ()
    above = _resolved(reading.context_mentions)
    meant = [_narrowed(mention, above, reading, staff) for mention in reading.of(Kind.STAFF)]
    named = tuple(dict.fromkeys(ids[0] for ids in meant if len(ids) == 1))
    if named or reading.comment.author == "school":
        return named
    return above if aimed_at_staff and len(above) == 1 and not any(meant) else ()


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
