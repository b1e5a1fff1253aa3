"""A bench on which any connector is tried: its loopback platform, a clock that is moved, and a store."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.clock import SettableClock

from config.schema import Watch
from connectors.errors import ConnectorError
from connectors.interface import Account, Connector, Cursor, Envelope, Gap, Item, Page, Plugin, Stream
from connectors.loopback import LoopbackPlatform

EVERYTHING = (Watch.OWN_POSTS, Watch.COMMENTS, Watch.MENTIONS)
NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
MOST_STEPS = 80
"""A connector that needs more requests than this for a test's few posts runs in a circle."""


@dataclass
class Bench:
    plugin: Plugin
    platform: LoopbackPlatform
    clock: SettableClock
    cursors: dict[Stream, Cursor] = field(default_factory=dict)
    stored: dict[tuple[str, str], Item] = field(default_factory=dict)
    handed_over: list[Item] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    errors: list[ConnectorError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.connector = self.connect()

    def account(self, **changes: Any) -> Account:
        account = {
            "name": "the-school",
            "account": self.platform.account,
            "account_id": self.platform.account_id,
            "watch": EVERYTHING,
            "credentials": self.platform.credentials(),
            "base_url": self.platform.base_url,
        }
        return Account(**{**account, **changes})

    def connect(self, **changes: Any) -> Connector:
        return self.plugin.connect(self.account(**changes), self.clock.now)

    def restart(self) -> None:
        """The daemon died and came again: only what is stored is left."""
        self.connector.close()
        self.connector = self.connect()

    def stream(self, watch: Watch) -> Stream:
        return next(stream for stream in self.connector.streams() if stream.watch is watch)

    def step(self, stream: Stream, seconds: float = 10) -> Page:
        """One fetch, and what the daemon does with it in one transaction."""
        page = self.connector.fetch(stream, self.cursors.get(stream, {}), deadline=time.monotonic() + seconds)
        self.cursors[stream] = page.cursor
        self.handed_over += page.items
        self.envelopes += page.envelopes
        self.gaps += [page.gap] if page.gap else []
        for item in page.items:
            before = self.stored.setdefault((item.external_id, item.version), item)
            assert before.text == item.text, "one version of an item has one wording"
        return page

    def read(self, stream: Stream) -> None:
        for _ in range(MOST_STEPS):
            if not self.step(stream).more:
                return
        pytest.fail(f"{stream} never came to an end")

    def poll(self) -> None:
        """Every stream once; one that fails does not stop the others."""
        for stream in self.connector.streams():
            try:
                self.read(stream)
            except ConnectorError as error:
                self.errors.append(error)

    def texts(self) -> dict[str, str]:
        """Of every item the wording that was written last, by id."""
        newest: dict[str, Item] = {}
        for item in self.stored.values():
            other = newest.get(item.external_id)
            if other is None or self._order(item) >= self._order(other):
                newest[item.external_id] = item
        return {external_id: item.text for external_id, item in newest.items()}

    def _order(self, item: Item) -> int:
        return max(index for index, one in enumerate(self.handed_over) if one.version == item.version)

    def ago(self, **span: float) -> datetime:
        return self.clock.now() - timedelta(**span)
