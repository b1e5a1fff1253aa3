"""Graph's edges are paged by cursors that may repeat, run through empty pages, and name other hosts."""

import hashlib
import json
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, Field

from connectors.errors import ProtocolDrift

Position = dict[str, str]
"""The parameters that ask for one page of an edge; `{}` is its beginning."""

_FOLLOWED = ("after", "__paging_token", "until")
_TRIES_AT_ONE_PLACE = 2


def rows(answer: Mapping[str, Any]) -> list[Any]:
    """The entries of a page; raises ProtocolDrift when there is no list of them."""
    data = answer.get("data")
    if not isinstance(data, list):
        raise ProtocolDrift("A page of the answer has no list called data.")
    return data


def next_position(answer: Mapping[str, Any]) -> Position | None:
    """Where the next page begins. Only an absent `next` ends an edge: an empty or short page does not.

    Of the address in `next` nothing but its place in the edge is used: it holds a token, and the
    answer must not be able to send us to another host.
    """
    paging = answer.get("paging")
    if not isinstance(paging, dict) or not isinstance(paging.get("next"), str):
        return None
    place = _place_in(paging["next"])
    if not place:
        after = _mapping(paging.get("cursors")).get("after")
        place = {"after": after} if isinstance(after, str) and after else {}
    if not place:
        raise ProtocolDrift("A page of the answer names a next page but no place in it.")
    return place


def _place_in(address: str) -> Position:
    try:
        query = parse_qs(urlsplit(address).query)
    except ValueError:
        return {}
    return {name: query[name][0] for name in _FOLLOWED if name in query}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


class Outcome(Enum):
    """What follows an answer."""

    ONWARD = auto()
    AGAIN = auto()
    ENDED = auto()
    STUCK = auto()


class Walk(BaseModel):
    """One walk along an edge. It lives in the cursor, so that another process can go on with it."""

    position: Position = Field(default_factory=dict)
    met: list[str] = Field(default_factory=list)
    """Short digests of the places that were asked for."""
    tries: int = 0

    def advance(self, found: Position | None) -> Outcome:
        """Take the place that an answer named as next; says what to do now."""
        if found is None:
            return Outcome.ENDED
        mark = _mark(found)
        if mark in self.met or found == self.position:
            # A new-style page may serve the same comments for ever; one glitch deserves another try.
            self.tries += 1
            return Outcome.STUCK if self.tries >= _TRIES_AT_ONE_PLACE else Outcome.AGAIN
        self.met.append(mark)
        self.position, self.tries = found, 0
        return Outcome.ONWARD


def _mark(position: Position) -> str:
    return hashlib.sha256(json.dumps(position, sort_keys=True).encode()).hexdigest()[:12]
