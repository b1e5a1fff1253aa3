"""Pages of an edge as Graph serves them: cursors, `next` addresses with the token in them, summaries."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from connectors.loopback import Fault
from connectors.loopback_world import Entry

USUAL_LIMIT = 25


class BadCursor(ValueError):
    """A cursor of another day, or none of ours."""


@dataclass(frozen=True)
class EdgeRequest:
    """What was asked of an edge. `generation` names the cursors that are still good."""

    address: str
    parameters: Mapping[str, str]
    token: str
    generation: int
    largest: int
    """The most entries that a page may have, whatever `limit` says."""
    twist: Fault | None

    @property
    def limit(self) -> int:
        asked = self.parameters.get("limit", "")
        return min(int(asked) if asked.isdecimal() else USUAL_LIMIT, self.largest)


def serve(request: EdgeRequest, entries: list[Entry], row: Callable[[Entry], Any]) -> dict[str, Any]:
    """One page of `entries`, which come in the order of the edge. Raises BadCursor."""
    skipped = 0
    after = request.parameters.get("after")
    if after is not None:
        place, skipped = _open(after, request.generation)
        entries = _behind(entries, place)
    if request.twist is Fault.EMPTY_PAGE_WITH_NEXT:
        place = _open(after, request.generation)[0] if after else ""
        cursor = _seal(place, request.generation, skipped + 1)
        return {"data": [], "paging": _paging(request, cursor, cursor, onward=True)}
    page, rest = entries[: request.limit], entries[request.limit :]
    data = [row(entry) for entry in page]
    if request.twist is Fault.OUT_OF_ORDER:
        data = data[1::2] + data[::2]
    if not page:
        return {"data": []}
    first, last = (_seal(entry.external_id, request.generation) for entry in (page[0], page[-1]))
    return {"data": data, "paging": _paging(request, first, last, onward=bool(rest))}


def _paging(request: EdgeRequest, before: str, after: str, *, onward: bool) -> dict[str, Any]:
    paging: dict[str, Any] = {"cursors": {"before": before, "after": after}}
    kept = {
        name: value for name, value in request.parameters.items() if name not in ("after", "appsecret_proof")
    }
    if onward:
        query = urlencode({**kept, "access_token": request.token, "after": after})
        paging["next"] = f"{request.address}?{query}"
    return paging


def _behind(entries: list[Entry], place: str) -> list[Entry]:
    if not place:
        return entries
    for index, entry in enumerate(entries):
        if entry.external_id == place:
            return entries[index + 1 :]
    raise BadCursor(place)


def _seal(place: str, generation: int, skipped: int = 0) -> str:
    return base64.urlsafe_b64encode(json.dumps([place, generation, skipped]).encode()).decode()


def _open(cursor: str, generation: int) -> tuple[str, int]:
    try:
        place, made_in, skipped = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, TypeError) as error:
        raise BadCursor(cursor) from error
    if made_in != generation:
        raise BadCursor(cursor)
    return str(place), int(skipped)


def since_moment(text: str) -> datetime | None:
    """`since` as seconds since 1970; anything else is left out, as Graph's strtotime may do."""
    return datetime.fromtimestamp(int(text), UTC) if text.isdecimal() else None
