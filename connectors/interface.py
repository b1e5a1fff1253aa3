"""The one small interface behind which every platform stands.

A connector makes bounded steps: `fetch` does one step of a poll and never sleeps, so that whoever
called it can store the page and the cursor together before asking for more.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Flag, StrEnum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from config.schema import Watch
from config.words import Surface, Visibility

if TYPE_CHECKING:
    from connectors.loopback import LoopbackPlatform

Cursor = Mapping[str, Any]
"""JSON that only the connector understands: where a stream stands. `{}` means never read."""


class Capability(Flag):
    OWN_POSTS = auto()
    COMMENTS = auto()
    MENTIONS = auto()
    SEARCH = auto()
    RECHECK = auto()
    HIDE = auto()
    UNHIDE = auto()
    DELETE = auto()
    SEES_HIDDEN = auto()
    """A re-check tells what we hid; without it, what is hidden looks like what is visible."""


@dataclass(frozen=True)
class Stream:
    """One thing that is read with one cursor: an account's comments, or one search."""

    watch: Watch
    key: str
    """The account id, or the search words."""


@dataclass(frozen=True)
class Author:
    """All may be missing: a platform need not say who wrote (Graph `/tagged`)."""

    native_id: str | None = None
    handle: str | None = None
    display_name: str | None = None


@dataclass(frozen=True)
class Media:
    """A pointer to a picture or film. Nothing in this program fetches it (promise 3)."""

    kind: str
    url: str | None = None
    alt_text: str | None = None


@dataclass(frozen=True)
class Item:
    """One post or comment in one version."""

    platform: str
    external_id: str
    version: str
    """Names the wording: the platform's edit id, or the first 16 hex digits of the text's SHA-256."""
    stream: Stream
    surface: Surface
    text: str
    """As written; never normalised. Empty when the item has no words."""
    url: str
    posted_at: datetime | None
    posted_at_raw: str | None
    raw: bytes
    """The item's own object exactly as it stood in the answer, as canonical JSON (UTF-8)."""
    author: Author | None = None
    parent_id: str | None = None
    root_id: str | None = None
    context: str | None = None
    """The text of the post that is commented on, when the platform sent it or the connector knows it."""
    on_own_account: bool = False
    edited_at: datetime | None = None
    media: tuple[Media, ...] = ()
    school_is_author: bool = False
    language: str | None = None
    """As the platform says (BCP 47); nothing here guesses it."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """How far it had reached, where the platform tells: likes, replies, shares, quotes, bookmarks, views."""

    @property
    def has_media(self) -> bool:
        return bool(self.media)


@dataclass(frozen=True)
class Envelope:
    """How a page came to us: enough for a stranger to see what was asked and what was answered."""

    method: str
    url: str
    """Without secrets."""
    request_headers: Mapping[str, str]
    """Without secrets."""
    status: int
    response_headers: Mapping[str, str]
    fetched_at: datetime
    body_sha256: str
    body_bytes: int
    server_address: str | None = None
    """The IP address that answered: the school's proxy where there is one."""
    certificate_sha256: str | None = None
    """Of the certificate (DER) that was shown and trusted: the filter's where one inspects TLS."""
    through_proxy: bool = False


@dataclass(frozen=True)
class Gap:
    """A span that could not be read, to be said out loud (promise 8)."""

    start: datetime | None
    end: datetime | None
    why: str


@dataclass(frozen=True)
class Page:
    items: tuple[Item, ...]
    cursor: Cursor
    """Where to go on; stored in the same transaction as the items."""
    more: bool
    """True when the same poll should ask again at once."""
    envelopes: tuple[Envelope, ...] = ()
    gap: Gap | None = None
    not_before: datetime | None = None
    """The platform asks us to slow down: do not poll this source before then."""


@dataclass(frozen=True)
class Recheck:
    """One answer about one item. GONE here is one observation; the ladder asks for two."""

    visibility: Visibility
    canary_healthy: bool
    """A known-good item of ours answered with the same credentials in the same breath."""
    asked_at: datetime
    proof: str
    """Status and problem words, without secrets, for the record."""
    item: Item | None = None


class ActionStatus(StrEnum):
    DONE = "done"
    ALREADY = "already"
    NOT_PERMITTED = "not_permitted"
    UNKNOWN_OUTCOME = "unknown_outcome"
    """The connection broke after the request left: look before trying again."""


@dataclass(frozen=True)
class Finding:
    """One line of `schoolwatch check` about a source."""

    ok: bool
    subject: str
    message: str
    mend: str = ""
    warning: bool = False


@dataclass(frozen=True)
class Account:
    """What a connector is told: the school's own account and how to reach its platform."""

    name: str
    account: str
    account_id: str
    watch: tuple[Watch, ...]
    credentials: Mapping[str, str] = field(repr=False)
    search: tuple[str, ...] = ()
    base_url: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    proxy: str | None = None
    ca_bundle: Path | None = None
    closed: frozenset[str] = frozenset()
    """Ids (and versions) that nobody asks about any more: a suspected indecent image (QC 2.7.4)."""


Now = Callable[[], datetime]
"""The one injected clock; answers aware UTC times."""


def no_media(_raw: bytes) -> tuple[Media, ...]:
    return ()


def no_links(_raw: bytes) -> tuple[str, ...]:
    return ()


class Connector(Protocol):
    platform: str
    capabilities: Capability

    def streams(self) -> tuple[Stream, ...]:
        """What this account's settings ask to be read, own posts first."""

    def fetch(self, stream: Stream, cursor: Cursor, *, deadline: float) -> Page:
        """One step of a poll. `deadline` is a `time.monotonic()` value that no call may pass.

        Raises a `ConnectorError`; never anything else. Never sleeps.
        """

    def recheck(self, external_ids: Sequence[str], *, deadline: float) -> dict[str, Recheck]:
        """What became of items. Every id asked for is answered, at worst with UNKNOWN."""

    def hide(self, external_id: str) -> ActionStatus: ...

    def unhide(self, external_id: str) -> ActionStatus: ...

    def delete(self, external_id: str) -> ActionStatus: ...

    def check(self) -> list[Finding]:
        """Try credentials, permissions, expiry, versions and the clock; never raises."""

    def close(self) -> None: ...


class ConnectorFactory(Protocol):
    def __call__(self, account: Account, now: Now) -> Connector: ...


@dataclass(frozen=True)
class Plugin:
    """What a platform's package exports as `PLUGIN`; the registry finds it, nothing else names it."""

    platform: str
    title: str
    connect: ConnectorFactory
    loopback: "Callable[[Now], LoopbackPlatform]"
    credential_names: tuple[str, ...]
    """Those that must be given; others may be."""
    optional_credentials: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    """What a school's filter must allow."""
    limits: tuple[str, ...] = ()
    """What cannot be seen on this platform, in plain words, for `sources` and the docs."""
    when_hidden: str = "This platform does not say what hiding does."
    """Who still sees what the school hid on its own page."""
    media_in: Callable[[bytes], tuple[Media, ...]] = no_media
    """The media that an item's own object (`Item.raw`) names; words only, nothing is fetched."""
    links_in: Callable[[bytes], tuple[str, ...]] = no_links
    """Where an item's own object points to beside its words: links written out, what it quotes or shares."""
