"""What was written on a loopback platform, by whom, and since when it can be seen; no wire."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connectors.loopback import Written


class Kind(StrEnum):
    OWN_POST = "own_post"
    COMMENT = "comment"
    MENTION = "mention"


@dataclass(frozen=True)
class Version:
    served_id: str
    """The platform's id of this wording; the same for all versions where a platform keeps one id."""
    text: str
    at: datetime


@dataclass
class Entry:
    """One thing that somebody wrote, in all its versions."""

    kind: Kind
    author: str | None
    """None: the school itself."""
    parent_id: str | None
    image: bool
    indexed_at: datetime
    """Reading calls do not see it before (X puts mentions into its index late)."""
    versions: list[Version]
    deleted: bool = False
    hidden: bool = False
    likes: int = 0

    @property
    def external_id(self) -> str:
        return self.versions[0].served_id

    @property
    def posted_at(self) -> datetime:
        return self.versions[0].at

    def version_at(self, moment: datetime) -> Version:
        """The wording that stood at a moment; the first one before it was written."""
        return next((one for one in reversed(self.versions) if one.at <= moment), self.versions[0])


class UnknownId(LookupError):
    """No such thing on this platform, or it is gone."""


class World:
    """The platform's books. Safe to change while the server answers.

    `new_id(kind, at, parent_id)` gives ids in the platform's own form; `edited_id(entry, at)` the id under
    which a new wording is served.
    """

    def __init__(
        self,
        new_id: Callable[[Kind, datetime, str | None], str],
        edited_id: Callable[[Entry, datetime], str],
    ) -> None:
        self._new_id = new_id
        self._edited_id = edited_id
        self._entries: dict[str, Entry] = {}
        self.lock = threading.RLock()

    def add(
        self, kind: Kind, text: str, at: datetime, *, author: str | None = None,
        parent_id: str | None = None, image: bool = False, indexed_at: datetime | None = None,
    ) -> str:  # fmt: skip
        with self.lock:
            external_id = self._new_id(kind, at, parent_id)
            entry = Entry(kind, author, parent_id, image, indexed_at or at, [Version(external_id, text, at)])
            self._entries[external_id] = entry
            return external_id

    def edit(self, external_id: str, text: str, at: datetime) -> str:
        with self.lock:
            entry = self.entry(external_id)
            version = Version(self._edited_id(entry, at), text, at)
            entry.versions.append(version)
            self._entries[version.served_id] = entry
            return version.served_id

    def delete(self, external_id: str) -> None:
        with self.lock:
            self.entry(external_id).deleted = True

    def restore(self, external_id: str) -> None:
        with self.lock:
            self.entry(external_id).deleted = False

    def hide(self, external_id: str, *, hidden: bool) -> None:
        with self.lock:
            self.entry(external_id).hidden = hidden

    def entry(self, served_id: str) -> Entry:
        """By the id of any of its versions; raises UnknownId."""
        with self.lock:
            if served_id not in self._entries:
                raise UnknownId(served_id)
            return self._entries[served_id]

    def root(self, entry: Entry) -> Entry:
        """The post on which a comment, or a comment on a comment, stands."""
        while entry.parent_id is not None:
            entry = self.entry(entry.parent_id)
        return entry

    def visible(self, now: datetime) -> list[Entry]:
        """What a reading call may see at a moment, in the order in which it was written."""
        return [
            entry
            for entry in self.everything()
            if not entry.deleted and entry.indexed_at <= now and entry.posted_at <= now
        ]

    def everything(self) -> list[Entry]:
        with self.lock:
            unique = {entry.external_id: entry for entry in self._entries.values()}
        return sorted(unique.values(), key=lambda entry: entry.posted_at)

    def books(self) -> Iterator[Written]:
        """Every wording of everything, gone or not, under its first id."""
        for entry in self.everything():
            for version in list(entry.versions):
                yield Written(entry.external_id, version.text, entry.posted_at)
