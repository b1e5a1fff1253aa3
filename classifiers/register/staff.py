"""The staff of a register by name, title, nickname and role."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from rapidfuzz import fuzz

from classifiers.interface import StaffMember
from classifiers.register.mentions import Form
from classifiers.register.names import (
    FEMALE_TITLES,
    MALE_TITLES,
    TITLES,
    Sound,
    singular,
    skeleton,
    sound_of,
    spellings,
    words,
)
from classifiers.register.pupils import FEW, Ids
from classifiers.register.roles import pointed_at, role_phrases, spoken_outright
from classifiers.register.widening import alike

_FORMER = re.compile(r"\((?:former|maiden|married|previous)\b.*\)", re.IGNORECASE)
_LIKE = 80
"""Per cent of likeness (Indel) at which two words are taken for a mistyped full name."""


class StaffIndex:
    def __init__(self, staff: Iterable[StaffMember]) -> None:
        self.staff = {member.staff_id: member for member in staff}
        surnames: dict[str, list[str]] = defaultdict(list)
        initials: dict[str, list[str]] = defaultdict(list)
        near: dict[str, dict[str, None]] = defaultdict(dict)
        sounds: dict[Sound, list[str]] = defaultdict(list)
        for key, member in self.staff.items():
            for surname in _surnames(member):
                surnames[surname].append(key)
                initials[" ".join(part[0] for part in surname.split())].append(key)
                for bucket in _buckets(surname):
                    near[bucket][surname] = None
                if member.first_name:
                    sounds[sound_of(" ".join(words(member.first_name)), surname)].append(key)
        self.surnames: Mapping[str, Ids] = {name: _once(ids) for name, ids in surnames.items()}
        self._initials: Mapping[str, Ids] = {name: _once(ids) for name, ids in initials.items()}
        self._near = {bucket: tuple(names) for bucket, names in near.items()}
        self.sounds: Mapping[Sound, Ids] = {name: _once(ids) for name, ids in sounds.items()}

    def phrases(self) -> Iterator[tuple[str, Form, Ids]]:
        """Everything but a titled name by which members are known, and who may be meant."""
        names: dict[tuple[str, Form], list[str]] = defaultdict(list)
        for key, member in self.staff.items():
            for phrase, form in _forms(member):
                names[phrase, form].append(key)
        for (phrase, form), ids in names.items():
            yield phrase, form, self._outright(phrase, _once(ids)) if form is Form.ROLE else _once(ids)

    def _outright(self, phrase: str, ids: Ids) -> Ids:
        spoken = tuple(words(phrase))
        return tuple(key for key in ids if spoken_outright(self.staff[key], spoken)) or ids

    def titled(self, title: str, surname: str) -> Ids:
        """Those of that surname; where several share it, those with that title."""
        ids = self.surnames.get(surname) or self.surnames.get(singular(surname), ())
        return self._with_title(title, ids)

    def with_initial(self, title: str, letters: str) -> Ids:
        """Mr M: those of a fitting title whose surname begins so."""
        ids = self._initials.get(letters, ())[:FEW]
        return self._with_title(title, tuple(key for key in ids if suits(title, self.staff[key].title)))

    def nearly(self, title: str, word: str) -> Ids:
        """Those whose surname is almost this word."""
        names = dict.fromkeys(name for bucket in _buckets(word) for name in self._near.get(bucket, ())[:FEW])
        ids = [key for name in names if alike(word, name.split()[-1]) for key in self.surnames[name]]
        return self._with_title(title, _once(ids))

    def sounding(self, sound: Sound, first: str, surname: str) -> Ids:
        """Those whose full name has this `sound_of` and is spelled almost as these two words."""
        ids = self.sounds.get(sound, ())[:FEW]
        return tuple(
            key for key in ids
            if fuzz.ratio(first, self.staff[key].first_name.lower()) >= _LIKE
            and fuzz.ratio(surname, " ".join(words(self.staff[key].surname))) >= _LIKE
        )  # fmt: skip

    def is_called(self, key: str, word: str) -> bool:
        """Whether a member goes by this first name, short form or nickname: Pam or Kenny."""
        member = self.staff[key]
        names = [*words(member.first_name), *(one for name in member.also_known_as for one in words(name))]
        return any(alike(word, name) for name in names)

    def _with_title(self, title: str, ids: Ids) -> Ids:
        same = tuple(key for key in ids if title in words(self.staff[key].title))
        return same or ids


def suits(title: str, own: str) -> bool:
    """Whether somebody with the title `own` may be addressed so: any woman is a Miss to somebody."""
    registered = (words(own) or ("",))[0]
    if title in ("miss", "mrs", "ms"):
        return registered in FEMALE_TITLES
    return registered == title or (title in ("mr", "sir") and registered in MALE_TITLES)


def _once(ids: Iterable[str]) -> Ids:
    return tuple(dict.fromkeys(ids))


def _surnames(member: StaffMember) -> set[str]:
    """The surname, its first part, and a former one."""
    whole = words(member.surname)
    found = {*spellings(whole), whole[:1]} if whole else set()
    for name in member.also_known_as:
        if _FORMER.search(name):
            found.add(words(name.partition("(")[0])[-1:])
    return {" ".join(name) for name in found if name and len("".join(name)) > 1}


def _forms(member: StaffMember) -> set[tuple[str, Form]]:
    first = words(member.first_name)
    found = {(" ".join((*first, surname)), Form.FULL) for surname in _surnames(member) if first}
    found |= {(surname, Form.SURNAME) for surname in _surnames(member)}
    found |= {(" ".join(first), Form.FIRST)}
    for name in member.also_known_as:
        found |= _known_as(name, first)
    found |= {(" ".join(phrase), Form.ROLE) for phrase in role_phrases(member)}
    return {(phrase, form) for phrase, form in found if len(phrase) > 1}


def _known_as(written: str, first: tuple[str, ...]) -> set[tuple[str, Form]]:
    """A nickname; of "Sandra in the office" and "dinner lady Val" the name in it too."""
    plain = written.partition("(")[0]
    name = words(plain)
    found = {(" ".join(phrase), Form.KNOWN_AS) for phrase in {name, *pointed_at(name)}}
    capital = [words(part)[0] for part in plain.split() if part[0].isupper() and words(part)]
    if len(name) > 1 and len(capital) == 1 and len(capital[0]) > 1 and first:
        short = capital[0]
        if short not in TITLES and short[0] == first[0][0]:
            found.add((short, Form.FIRST))
    return found


def _buckets(surname: str) -> tuple[str, str]:
    """Where a mistyped surname is looked for: among those that begin alike, and those that sound alike."""
    return surname[:2], f"={skeleton(surname)}"
