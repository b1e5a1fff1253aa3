"""A platform that answers on this machine: for the demo, for trying things out, and for the tests.

`LoopbackPlatform` is the part that all share: what was written and when it becomes visible (the
world), the faults that can be ordered, and the HTTP server. A platform's own package adds its wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Fault(StrEnum):
    """How a platform can misbehave on order."""

    UNAUTHORISED = "401"
    CREDITS_USED_UP = "402"
    FORBIDDEN = "403"
    RATE_LIMITED = "429 with a reset time"
    RATE_LIMITED_WITHOUT_RESET = "429 without a reset time"
    SERVER_ERROR = "500"
    BAD_GATEWAY_HTML = "502 with HTML"
    HTML_INSTEAD_OF_JSON = "200 with HTML"
    TRUNCATED_BODY = "body cut off"
    STALL = "no answer"
    SLOW_DRIP = "a byte now and then"
    DROPPED_CONNECTION = "connection closed without an answer"
    REPEATED_PAGE = "the same page and cursor again"
    OUT_OF_ORDER = "items of a page in another order"
    EMPTY_PAGE_WITH_NEXT = "an empty page that has a next one"


@dataclass(frozen=True)
class Request:
    """One request as the platform saw it."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Written:
    """One version of one thing as the platform's own books have it."""

    external_id: str
    text: str
    posted_at: datetime


class LoopbackPlatform(Protocol):
    """What the demo and the contract tests may do with any platform. Use it as a context manager."""

    base_url: str
    page_size: int
    """No page holds more than this; tests make it small."""
    account: str
    account_id: str
    requests: list[Request]

    def __enter__(self) -> "LoopbackPlatform": ...

    def __exit__(self, *_: object) -> None: ...

    def credentials(self) -> dict[str, str]: ...

    def own_post(self, text: str, at: datetime, *, image: bool = False) -> str: ...

    def comment(
        self, post_id: str, text: str, author: str, at: datetime, *,
        image: bool = False, indexed_at: datetime | None = None,
    ) -> str: ...  # fmt: skip

    def mention(
        self, text: str, author: str, at: datetime, *,
        image: bool = False, indexed_at: datetime | None = None,
    ) -> str: ...  # fmt: skip

    def edit(self, external_id: str, text: str, at: datetime) -> str:
        """Change the words; answers the id under which the new version is served."""

    def delete(self, external_id: str) -> None: ...

    def restore(self, external_id: str) -> None:
        """What was deleted stands under its old address again."""

    def is_hidden(self, external_id: str) -> bool: ...

    def misbehave(self, fault: Fault, *, times: int = 1, path: str = "", writes: bool = False) -> None:
        """The next `times` requests whose path contains `path` meet this fault.

        With `writes`, only requests that change something (not GET) do.
        """

    def behave(self) -> None:
        """Take back every fault that is still ordered."""

    def books(self) -> list[Written]:
        """Everything that was ever served or could have been: the list the tests compare with."""
