"""Graph's `fields` parameter: `id,comments.filter(stream).limit(0){message}`, read as Graph reads it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_TOKEN = re.compile(r"(?P<name>[A-Za-z_]\w*)|(?P<mark>[{}(),.])|(?P<value>[^{}(),.\s]+)")


class BadFields(ValueError):
    """The parameter has no form that Graph would read."""


@dataclass(frozen=True)
class Asked:
    """One wanted field with its modifiers and its own fields (None: Graph's default ones)."""

    modifiers: Mapping[str, str] = field(default_factory=dict)
    inner: "Mapping[str, Asked] | None" = None


def parse_fields(text: str) -> dict[str, Asked]:
    """The wanted fields by name; raises BadFields."""
    tokens = _Tokens([match.group() for match in _TOKEN.finditer(text)])
    wanted = _list(tokens)
    if tokens.left:
        raise BadFields(f"unexpected {tokens.left[0]!r}")
    return wanted


@dataclass
class _Tokens:
    left: list[str]

    def next_is(self, mark: str) -> bool:
        return bool(self.left) and self.left[0] == mark

    def take(self, mark: str | None = None) -> str:
        if not self.left or (mark is not None and self.left[0] != mark):
            raise BadFields(f"expected {mark or 'a name'}")
        return self.left.pop(0)


def _list(tokens: _Tokens) -> dict[str, Asked]:
    wanted = {}
    while True:
        name = tokens.take()
        if not name[0].isalpha():
            raise BadFields(f"{name!r} is not a field")
        wanted[name] = _one(tokens)
        if not tokens.next_is(","):
            return wanted
        tokens.take(",")


def _one(tokens: _Tokens) -> Asked:
    modifiers = {}
    while tokens.next_is("."):
        tokens.take(".")
        name = tokens.take()
        tokens.take("(")
        modifiers[name] = tokens.take()
        tokens.take(")")
    if not tokens.next_is("{"):
        return Asked(modifiers)
    tokens.take("{")
    inner = _list(tokens)
    tokens.take("}")
    return Asked(modifiers, inner)
