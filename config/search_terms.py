"""What may be searched for: the school itself, never a person (design promise 6).

A search term is read as the platforms read it: words side by side must all be there, `OR` means either,
`-` leaves out, brackets group, `name:value` is an operator. A term may be used only when every answer to
it must hold the school's name, one of its other names, or its handle.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

LONGEST = 512
"""Characters; X takes no longer query from an ordinary account."""
MOST_BRACKETS = 20
_PIECE = re.compile(r'-?\w+:"[^"]*"?|-?"[^"]*"?|-?\(|\)|[^\s()"]+')
_GENERIC_WORDS = """
the of and at for in a an st saint our lady ce rc cofe church england catholic community voluntary aided
controlled foundation free special grammar high upper lower middle first infant infants junior juniors
primary secondary prep preparatory nursery school schools academy academies college sixth form trust
federation centre girls boys uk ysgol y yr gynradd uwchradd
"""
"""Words of school names that thousands of schools share; none of them names this one."""
_PERSON_WORDS = """
from author user list retweets_of retweets_of_user followers_of following bio bio_name by account
"""
"""Operators that follow a person, or a list of people, instead of what is said of the school."""
_GENERIC = frozenset(_GENERIC_WORDS.split())
_PERSON_OPERATORS = frozenset(_PERSON_WORDS.split())


@dataclass(frozen=True)
class SchoolNames:
    """The names that a search may be built from."""

    words: frozenset[str] = field(default_factory=frozenset)
    """Words that only this school's names hold ("fernhill")."""
    phrases: frozenset[str] = field(default_factory=frozenset)
    """Whole names without spaces and marks ("fernhillprimary"), and the school's handle."""

    @classmethod
    def of(cls, names: Iterable[str], handles: Iterable[str] = ()) -> "SchoolNames":
        known = [name for name in names if name.strip()]
        words = {word for name in known for word in _words(name) if word not in _GENERIC and len(word) > 2}
        phrases = {_compact(name) for name in (*known, *handles)}
        return cls(frozenset(words), frozenset(phrase for phrase in phrases if len(phrase) > 3))

    def stand_in(self, text: str) -> bool:
        """Whether the text, which stands unbroken in every answer, names the school."""
        compact = _compact(text)
        return bool(self.words.intersection(_words(text))) or any(
            phrase in compact for phrase in self.phrases
        )


def refusal(term: str, school: SchoolNames) -> str | None:
    """Why a search term may not be used, or None when it may."""
    if len(term) > LONGEST or term.count("(") > MOST_BRACKETS:
        return (
            f"found {len(term)} characters; expected at most {LONGEST}, with at most {MOST_BRACKETS} brackets"
        )
    pieces = _PIECE.findall(term)
    for piece in pieces:
        operator = _operator(piece)
        if operator in _PERSON_OPERATORS and not piece.startswith("-"):
            return f'found the operator "{operator}:"; a search must not follow a person or a list of people'
    reader = _Reader(pieces, school)
    if not reader.either() or reader.rest():
        return (
            "every answer to a search must name the school; "
            "put one of the school's names (school.name, school.also_known_as) or its handle "
            "into every alternative, "
            "in quotation marks when it is several words"
        )
    return None


class _Reader:
    """Recursive descent: does every answer to this query name the school?"""

    def __init__(self, pieces: list[str], school: SchoolNames) -> None:
        self._pieces = pieces
        self._school = school
        self._at = 0

    def rest(self) -> bool:
        """Whether something is left over: a bracket too many, so that the reading is not to be trusted."""
        return self._at < len(self._pieces)

    def either(self) -> bool:
        named = self._all()
        while self._peek() in ("OR", "|"):
            self._at += 1
            named = self._all() and named
        return named

    def _all(self) -> bool:
        named = False
        while self._peek() not in (None, ")", "OR", "|"):
            named = self._one() or named
        return named

    def _one(self) -> bool:
        piece = self._pieces[self._at]
        self._at += 1
        if piece in ("(", "-("):
            inside = self.either()
            if self._peek() == ")":
                self._at += 1
            return inside and piece == "("
        return not piece.startswith("-") and self._names_the_school(piece)

    def _names_the_school(self, piece: str) -> bool:
        operator = _operator(piece)
        if operator in ("", "url", "to"):
            return self._school.stand_in(piece.partition(":")[2] if operator else piece)
        return False

    def _peek(self) -> str | None:
        return self._pieces[self._at] if self._at < len(self._pieces) else None


def _operator(piece: str) -> str:
    match = re.match(r"-?(\w+):", piece)
    return match[1].lower() if match else ""


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("'", "").replace("’", ""))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", _plain(text))


def _compact(text: str) -> str:
    return "".join(_words(text))
