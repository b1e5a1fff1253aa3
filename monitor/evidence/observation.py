"""The record of an item seen again: what the platform said of it at another time.

It holds no words and no name: an edit is an item of its own, with its own record, and is only pointed to. So
it can stand as long as the incident's other facts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from monitor.evidence.canonical import canonical_json

OBSERVATION_SCHEMA = "schoolwatch-observation-1"


class Observed(StrEnum):
    COUNTS = "counts"
    """It reached more or fewer people than when it was last seen."""
    EDITED = "edited"
    """Another wording stands in its place; `new_item_id` names the item that holds it."""
    LOOKED_AGAIN = "looked_again"
    """The answer of a check whether it is still there."""
    PROVIDER = "provider"
    """Who hosted the site that it stood on; `proof` holds what DNS and the registries said, as JSON."""


@dataclass(frozen=True)
class Observation:
    item_uid: str
    observed: Observed
    counts: Mapping[str, int] | None = None
    version: str | None = None
    """The wording that was seen."""
    new_item_uid: str | None = None
    visibility: str | None = None
    canary_healthy: bool | None = None
    proof: str | None = None
    """Status and problem words of the platform, without secrets."""


def observation_record(
    seen: Observation,
    *,
    uid: str,
    at: datetime,
    tool: Mapping[str, str | None],
    how: Mapping[str, Any] | None = None,
) -> bytes:
    """The bytes that an observation's leaf commits to. `at` is aware UTC; `how` is what page it came on."""
    return canonical_json(
        {
            "schema": OBSERVATION_SCHEMA,
            "observation_id": uid,
            "item_id": seen.item_uid,
            "at": at.isoformat(timespec="microseconds"),
            "observed": str(seen.observed),
            "version": seen.version,
            "new_item_id": seen.new_item_uid,
            "counts": dict(seen.counts) if seen.counts else None,
            "visibility": seen.visibility,
            "canary_healthy": seen.canary_healthy,
            "proof": seen.proof,
            "how": dict(how) if how else None,
            "tool": dict(tool),
        }
    )
