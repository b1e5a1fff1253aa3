"""One capture: the page, then the media, in memory; what could not be had is said and stops nothing else."""

import platform
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from monitor import __version__
from monitor.capture.browser import Browser, NoBrowser, PageNotCaptured, capture_page
from monitor.capture.dialling import Dialler
from monitor.capture.fetching import Fetched, Limits, NotFetched, fetch_medium
from monitor.capture.guard import NotAllowed
from monitor.capture.proxy import GuardProxy, guarding
from monitor.evidence.canonical import canonical_json, sha256
from monitor.evidence.captures import CAPTURE_SCHEMA, RECORD


@dataclass(frozen=True)
class Asked:
    url: str
    """Of the page."""
    media: tuple[str, ...]
    page: bool


@dataclass
class Taken:
    """Files by name, and how they came."""

    files: dict[str, bytes] = field(default_factory=dict)
    page: dict[str, Any] | None = None
    media: list[dict[str, Any]] = field(default_factory=list)
    missed: tuple[str, ...] = ()
    addresses: dict[str, str] = field(default_factory=dict)
    """Host → the address that was dialled."""

    def record(self, *, asked_at: datetime, ended_at: datetime, **who: Any) -> dict[str, bytes]:
        """capture.json: who asked for what, what was reached, and what is missing."""
        said = {
            "schema": CAPTURE_SCHEMA,
            **who,
            "asked_utc": asked_at.isoformat(timespec="microseconds"),
            "ended_utc": ended_at.isoformat(timespec="microseconds"),
            "page": self.page,
            "media": self.media,
            "missed": list(self.missed),
            "dialled": self.addresses,
            "tool": {"software": "schoolwatch", "version": __version__, "python": platform.python_version()},
        }
        return {RECORD: canonical_json(said)}


def take(asked: Asked, dialler: Dialler, browser: Browser, limits: Limits) -> Taken:
    """Never raises for what the web does; whatever was not had stands in `missed`."""
    taken = Taken()
    if asked.page:
        _take_page(taken, asked.url, dialler, browser)
    if asked.media:
        _take_media(taken, asked.media, dialler, limits)
    elif not asked.page:
        taken.missed = ("the item names no medium",)
    taken.addresses = dict(dialler.dialled)
    return taken


def _take_page(taken: Taken, url: str, dialler: Dialler, browser: Browser) -> None:
    proxy = GuardProxy(dialler)
    try:
        with guarding(proxy):
            page = capture_page(url, proxy, browser)
    except (NotAllowed, NoBrowser, PageNotCaptured) as why:
        refused = f" ({'; '.join(proxy.refused)})" if proxy.refused else ""
        taken.missed += (f"page: {why}{refused}",)
        return
    taken.files |= page.files
    taken.page = {
        "url": url,
        "final_url": page.final_url,
        "status": page.status,
        "title": page.title,
        "browser": page.browser,
        "picture_cut_off": page.cut_off,
        "limits_used_up": proxy.used_up,
        "hosts_reached": sorted(set(proxy.reached)),
        "not_reached": proxy.refused,
    }


def _take_media(taken: Taken, addresses: tuple[str, ...], dialler: Dialler, limits: Limits) -> None:
    for number, address in enumerate(addresses[: limits.most], 1):
        try:
            fetched = fetch_medium(address, dialler, limits)
        except NotFetched as why:
            taken.missed += (f"medium {number}: {why}",)
            continue
        name = f"media-{number:03d}.{fetched.ending}"
        taken.files[name] = fetched.body
        taken.media.append(_medium(name, address, fetched))
    if len(addresses) > limits.most:
        taken.missed += (f"{len(addresses) - limits.most} media beyond the first {limits.most}",)


def _medium(name: str, address: str, fetched: Fetched) -> dict[str, Any]:
    return {
        "file": name,
        "url": address,
        "asked": list(fetched.steps),
        "status": fetched.status,
        "content_type": fetched.content_type,
        "bytes": len(fetched.body),
        "sha256": sha256(fetched.body),
    }
