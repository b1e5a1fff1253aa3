"""The pupils of a register by name, sound, class and token: a text costs the same however many they are."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import TypeVar

from rapidfuzz import fuzz

from classifiers.interface import Pupil
from classifiers.register.names import Sound, singular, sound_of, spellings, words

Ids = tuple[str, ...]
Key = TypeVar("Key", str, Sound)
FEW = 64
"""Of so many pupils with one name each is looked at; of more, only what an index picks out."""
_LIKE = 72
"""Per cent of likeness (Indel) at which two names that sound alike may be one name mistyped."""


class PupilIndex:
    def __init__(self, pupils: Iterable[Pupil]) -> None:
        self.pupils = {pupil.pupil_id: pupil for pupil in pupils}
        self.firsts: Mapping[str, Ids]
        self.surnames: Mapping[str, Ids]
        self._pairs: Mapping[str, Ids]
        self.sounds: Mapping[Sound, Ids]
        self._initials: Mapping[str, Ids]
        self._tokens: Mapping[str, Ids]
        self._birthdays: Mapping[str, Ids]
        self._tables: dict[str, dict[str, Ids]] = {}
        self._build()

    def _build(self) -> None:
        names: list[dict[str, list[str]]] = [defaultdict(list) for _ in range(6)]
        firsts, surnames, pairs, initials, tokens, birthdays = names
        sounds: dict[Sound, list[str]] = defaultdict(list)
        for key, pupil in self.pupils.items():
            alone, ends = surname_forms(pupil.surname)
            for first in first_forms(pupil.first_name, pupil.preferred_name):
                _add(firsts, first, key)
                for end in ends:
                    _add(pairs, f"{first}|{end}", key)
                _add(sounds, sound_of(first, ends[0]), key)
                _add(initials, first[0] + ends[0][0], key)
            for surname in alone:
                _add(surnames, surname, key)
            if pupil.upn_token:
                _add(tokens, pupil.upn_token, key)
            if pupil.date_of_birth_token:
                _add(birthdays, pupil.date_of_birth_token, key)
        self.firsts, self.surnames, self._pairs, self._initials, self._tokens, self._birthdays = map(
            _frozen, names
        )
        self.sounds = _frozen(sounds)

    def named(self, first: str, surname: str) -> Ids:
        """Those with this first (or preferred) name and surname, in any spelling of both."""
        found = self._pairs.get(f"{first}|{surname}", ())
        if not found and (one := singular(surname)):
            found = self._pairs.get(f"{first}|{one}", ())
        return found

    def sounding(self, sound: Sound, first: str, surname: str) -> Ids:
        """Those whose names have this `sound_of` and are spelled almost as these two words."""
        ids = self.sounds.get(sound, ())[:FEW]
        return tuple(key for key in ids if self._is_like(key, first, surname))

    def _is_like(self, key: str, first: str, surname: str) -> bool:
        pupil = self.pupils[key]
        right = " ".join(words(pupil.surname))
        return fuzz.ratio(surname, right) >= _LIKE and any(
            fuzz.ratio(first, name) >= _LIKE for name in first_forms(pupil.first_name, pupil.preferred_name)
        )

    def with_initial(self, first: str, letter: str) -> Ids:
        """Those with this first name whose surname begins so."""
        ids = self.firsts.get(first, ())
        if len(ids) <= FEW:
            return tuple(key for key in ids if self._letter(key) == letter)
        table = self._table(f"letter {first}", ids, lambda key: (self._letter(key),))
        return table.get(letter, ())

    def with_initials(self, letters: str) -> Ids:
        return self._initials.get(letters, ())

    def with_token(self, token: str) -> Ids:
        return self._tokens.get(token, ())

    def born(self, token: str) -> Ids:
        """Those whose date of birth has this keyed token."""
        return self._birthdays.get(token, ())

    def in_groups(self, ids: Ids, groups: AbstractSet[str], name: str) -> Ids:
        """Those of `ids` in one of these classes or years (lower case). `name`: what they were found by."""
        if not groups:
            return ()
        if len(ids) <= FEW or ids is not self._bearers(name):
            return tuple(key for key in ids if not groups.isdisjoint(self._groups(key)))
        table = self._table(name, ids, self._groups)
        return tuple(dict.fromkeys(key for group in sorted(groups) for key in table.get(group, ())))

    def _bearers(self, name: str) -> Ids | None:
        return self.firsts.get(name) or self.surnames.get(name) or self._initials.get(name)

    def _table(self, name: str, ids: Ids, keys: Callable[[str], tuple[str, ...]]) -> dict[str, Ids]:
        """The bearers of a common name by some property; made when first asked for, and kept."""
        if name not in self._tables:
            table: dict[str, list[str]] = defaultdict(list)
            for pupil in ids:
                for key in keys(pupil):
                    table[key].append(pupil)
            self._tables[name] = {key: tuple(found) for key, found in table.items()}
        return self._tables[name]

    def _letter(self, key: str) -> str:
        return " ".join(words(self.pupils[key].surname))[:1]

    def _groups(self, key: str) -> tuple[str, ...]:
        pupil = self.pupils[key]
        return pupil.class_name.lower(), pupil.year_group.lower()


def _frozen(table: Mapping[Key, list[str]]) -> dict[Key, Ids]:
    return {name: tuple(ids) for name, ids in table.items()}


def _add(table: dict[Key, list[str]], name: Key, key: str) -> None:
    ids = table[name]
    if not ids or ids[-1] != key:
        ids.append(key)


@lru_cache(maxsize=65536)
def first_forms(first_name: str, preferred_name: str) -> tuple[str, ...]:
    """First and preferred name in every spelling that the matcher sees."""
    names = {words(first_name), words(preferred_name)} - {()}
    return tuple(sorted({" ".join(written) for name in names for written in spellings(name)}))


@lru_cache(maxsize=65536)
def surname_forms(surname: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How a surname stands alone, and how it ends a full name: O'Hara-Clarke is Clarke as well there."""
    whole = words(surname)
    if not whole:
        return (), ("?",)
    alone = [" ".join(written) for written in sorted(spellings(whole), key=len, reverse=True)]
    parts = [part for part in (whole[-1], whole[0]) if len(part) > 1]
    return tuple(alone), tuple(dict.fromkeys([*alone, *parts]))
