"""Every way in which the people of a register may be written, laid out for one pass over a text."""

from collections import defaultdict
from collections.abc import Iterator

import ahocorasick

from classifiers.interface import Pupil, Register, StaffMember
from classifiers.register.mentions import Form, Kind
from classifiers.register.names import common, role_phrases, words

Key = tuple[Kind, Form]


def firsts(pupil: Pupil) -> tuple[str, ...]:
    """First and preferred name as the matcher sees them."""
    found = {" ".join(words(name)) for name in (pupil.first_name, pupil.preferred_name)}
    return tuple(sorted(found - {""}))


def all_names(register: Register) -> dict[str, dict[Key, set[str]]]:
    """Each name as a stretch of the word stream, with who could be meant by it, and how."""
    names: dict[str, dict[Key, set[str]]] = defaultdict(lambda: defaultdict(set))

    def add(kind: Kind, form: Form, name: tuple[str, ...], key: str) -> None:
        if name and (len(name) > 1 or len(name[0]) > 1):
            names[f" {' '.join(name)} "][kind, form].add(key)

    for pupil in register.pupils:
        for form, name in _pupil_forms(pupil):
            add(Kind.PUPIL, form, name, pupil.pupil_id)
    for member in register.staff:
        for form, name in _staff_forms(member):
            add(Kind.STAFF, form, name, member.staff_id)
    for school in (register.school_name, *register.also_known_as):
        add(Kind.SCHOOL, Form.NAME, words(school), "school")
    return names


def _pupil_forms(pupil: Pupil) -> Iterator[tuple[Form, tuple[str, ...]]]:
    surname = words(pupil.surname)
    for first in {words(pupil.first_name), words(pupil.preferred_name)}:
        if not first:
            continue
        for written in _spellings(first):
            yield Form.FIRST, written
            for last in (*_spellings(surname), surname[-1:], surname[:1]):
                yield from ((Form.FULL, written + end) for end in _with_plural(last))
                yield Form.FULL, last + written
    for written in _spellings(surname):
        yield from ((Form.SURNAME, end) for end in _with_plural(written))


def _spellings(name: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Lily-Mae, Lily Mae and LilyMae."""
    return {name, ("".join(name),)} if len(name) > 1 else {name}


def _with_plural(name: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """With the s of a possessive whose apostrophe was forgotten."""
    yield name
    if name and len(name[-1]) > 3 and not name[-1].endswith("s") and not common(name[-1]):
        yield (*name[:-1], name[-1] + "s")


def _staff_forms(member: StaffMember) -> Iterator[tuple[Form, tuple[str, ...]]]:
    surname, first = words(member.surname), words(member.first_name)
    for last in {surname, surname[:1], *_spellings(surname)}:
        for title in ("mr", "mrs", "miss", "ms", "mx", "dr", "sir", *words(member.title)):
            yield from ((Form.TITLED, (title, *end)) for end in _with_plural(last))
        yield Form.FULL, first + last
        yield Form.SURNAME, last
    if first:
        yield Form.FIRST, first
    for name in member.also_known_as:
        yield Form.KNOWN_AS, words(name.split("(")[0])
    for phrase in role_phrases(member):
        yield Form.ROLE, phrase


def names_automaton(names: dict[str, dict[Key, set[str]]]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for name, entries in names.items():
        automaton.add_word(name, (name.count(" ") - 1, entries))
    automaton.add_word("\0", (0, {}))  # an automaton without a word cannot be searched
    automaton.make_automaton()
    return automaton


def joined_automaton(register: Register) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    automaton.add_word("\0", "")
    for pupil in register.pupils:
        surname = "".join(words(pupil.surname))
        for first in firsts(pupil):
            bare = first.replace(" ", "")
            if len(bare) > 2 and len(surname) > 2 and len(bare + surname) >= 7:
                automaton.add_word(bare + surname, pupil.pupil_id)
                automaton.add_word(surname + bare, pupil.pupil_id)
    automaton.make_automaton()
    return automaton


def school_keys(register: Register) -> tuple[str, ...]:
    """The words by which a handle or a hashtag shows that it is the school's."""
    every = {word for name in (register.school_name, *register.also_known_as) for word in words(name)}
    return tuple(sorted(word for word in every if len(word) >= 5 and word not in _GENERIC))


_GENERIC = frozenset(
    {
        "school",
        "academy",
        "primary",
        "nursery",
        "infant",
        "junior",
        "senior",
        "secondary",
        "college",
        "catholic",
        "community",
        "federation",
        "trust",
        "learning",
        "sixth",
        "middle",
        "church",
        "england",
        "saint",
    }
)
