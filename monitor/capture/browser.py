"""A page as a browser shows it: screenshot, PDF and document, through the guard proxy alone.

A fresh Chromium in a fresh profile for every capture: no login, no cookie, no download, no permission, its
sandbox on. Everything it asks for goes through the loopback proxy, which dials checked addresses only.
"""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.capture.guard import target_of
from monitor.capture.proxy import USER, GuardProxy

if TYPE_CHECKING:
    from playwright.sync_api import Page, Playwright

EXECUTABLES = (
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/snap/bin/chromium",
    "/usr/bin/google-chrome",
)
WIDTH, HEIGHT = 1280, 1000
TALLEST = 16_000
"""Pixels of a page that are shown in the picture; the document holds all of it."""
SETTLE_SECONDS = 8.0
"""How long a page may go on loading once its document is there."""

_ARGUMENTS = (
    "--disable-quic",
    "--disk-cache-size=1",
    "--dns-prefetch-disable",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-pings",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy",
    # No name is looked up by the browser itself: the proxy does, once, and checks what comes.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
_PREFERENCES = {
    "profile": {
        "default_content_setting_values": {"cookies": 2, "notifications": 2, "geolocation": 2},
        "block_third_party_cookies": True,
        "cookie_controls_mode": 1,
    },
    "enable_referrers": False,
    "dns_prefetching": {"enabled": False},
    "net": {"network_prediction_options": 2},
    "safebrowsing": {"enabled": False},
}


class NoBrowser(Exception):
    """No page can be captured on this machine; the text says what to install."""


class PageNotCaptured(Exception):
    """The page could not be had; the text says why, without its address."""


@dataclass(frozen=True)
class Browser:
    """How the browser is started. What differs in tests is given by them; no setting leads to it."""

    executable: str | None = None
    """Chromium's program; looked for in the usual places when None."""
    sandbox: bool = True
    more_arguments: Sequence[str] = ()


@dataclass(frozen=True)
class CapturedPage:
    files: dict[str, bytes]
    """page.png, page.pdf, page.dom.txt (the document as text, so that opening it runs nothing)."""
    final_url: str
    status: int | None
    title: str
    browser: str
    """Name and version."""
    cut_off: bool
    """The page is taller than its picture."""


def chromium() -> str | None:
    """Where Chromium is, if it is."""
    named = (shutil.which(Path(one).name) for one in EXECUTABLES)
    return next((one for one in (*EXECUTABLES, *named) if one and os.access(one, os.X_OK)), None)


def why_no_browser(browser: Browser) -> str | None:
    """What is missing before a page can be captured; None when nothing is."""
    if find_spec("playwright") is None:
        return "The optional extra is not installed: pip install 'schoolwatch[capture]'."
    if (browser.executable or chromium()) is None:
        return "Chromium is not installed: apt-get install chromium."
    if browser.sandbox and os.geteuid() == 0:
        return "Chromium's sandbox does not work for root: run this as the account of the service."
    return None


def capture_page(url: str, proxy: GuardProxy, browser: Browser) -> CapturedPage:
    """Open one page and take it. The guard proxy must be serving. Raises NoBrowser, PageNotCaptured or
    NotAllowed; what the page itself could not load is in the proxy's list.
    """
    address = target_of(url).url
    missing = why_no_browser(browser)
    if missing:
        raise NoBrowser(missing)
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415  an optional extra

    with tempfile.TemporaryDirectory(prefix="schoolwatch-capture-") as profile:
        _write_preferences(Path(profile))
        try:
            with sync_playwright() as playwright:
                return _open(playwright, Path(profile), address, proxy, browser)
        except Error as error:
            raise PageNotCaptured(_words(error)) from error


def _write_preferences(profile: Path) -> None:
    folder = profile / "Default"
    folder.mkdir()
    (folder / "Preferences").write_text(json.dumps(_PREFERENCES))


def _open(
    playwright: "Playwright", profile: Path, address: str, proxy: GuardProxy, browser: Browser
) -> CapturedPage:
    context = playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path=browser.executable or chromium(),
        headless=True,
        chromium_sandbox=browser.sandbox,
        args=[*_ARGUMENTS, *browser.more_arguments],
        proxy={
            "server": proxy.server,
            "bypass": "<-loopback>",
            "username": USER,
            "password": proxy.password,
        },
        viewport={"width": WIDTH, "height": HEIGHT},
        locale="en-GB",
        timezone_id="Europe/London",
        accept_downloads=False,
        service_workers="block",
        permissions=[],
        timeout=proxy.seconds * 1000,
        env={"PATH": os.defpath, "HOME": str(profile), "LANG": "C.UTF-8"},
    )
    try:
        context.set_default_timeout(proxy.seconds * 1000)
        page = context.pages[0] if context.pages else context.new_page()
        return _take(page, address, proxy)
    finally:
        context.close()


def _take(page: "Page", address: str, proxy: GuardProxy) -> CapturedPage:
    answer = page.goto(address, wait_until="domcontentloaded", timeout=_left(proxy))
    _let_it_settle(page, proxy)
    target_of(page.url)  # where it passed us on to is held to the same rule
    height = int(page.evaluate("() => document.documentElement.scrollHeight"))
    clip: Any = {"x": 0, "y": 0, "width": WIDTH, "height": min(max(height, HEIGHT), TALLEST)}
    files = {
        "page.png": page.screenshot(full_page=True, clip=clip, animations="disabled", timeout=_left(proxy)),
        "page.pdf": page.pdf(format="A4", print_background=True),
        "page.dom.txt": page.content().encode("utf-8", "replace"),
    }
    browser = page.context.browser
    return CapturedPage(
        files=files,
        final_url=page.url,
        status=answer.status if answer else None,
        title=page.title()[:300],
        browser=f"Chromium {browser.version}" if browser else "Chromium",
        cut_off=height > TALLEST,
    )


def _let_it_settle(page: "Page", proxy: GuardProxy) -> None:
    """Wait for what the page still loads; one that never rests is taken as it is then."""
    from playwright.sync_api import TimeoutError as TookTooLong  # noqa: PLC0415  an optional extra

    try:
        page.wait_for_load_state("networkidle", timeout=min(SETTLE_SECONDS * 1000, _left(proxy)))
    except TookTooLong:
        return


def _left(proxy: GuardProxy) -> float:
    """Milliseconds."""
    return max(1000.0, (proxy.until - time.monotonic()) * 1000)


def _words(error: Exception) -> str:
    """The browser's complaint without the address in it."""
    first = next(iter(str(error).splitlines()), "") or type(error).__name__
    return " ".join(word for word in first.split() if "://" not in word)[:200]
