"""Captures: can a page be taken here, once a person has allowed it?"""

from config.schema import Settings
from monitor.capture.browser import Browser, chromium, why_no_browser
from monitor.checks.lines import CheckLine, ok, warning

SUBJECT = "captures"
_CARD = "The words of an item can always be printed: `schoolwatch card`."


def capture_lines(settings: Settings, browser: Browser | None = None) -> list[CheckLine]:
    """Whether a person who has ruled out an indecent image could capture. A school need not be able to."""
    if settings.network.proxy is not None:
        told = f"not possible: everything goes through a proxy, and a capture dials by itself. {_CARD}"
        return [ok(SUBJECT, told)]
    missing = why_no_browser(browser or Browser())
    if missing is None:
        return [ok(SUBJECT, f"pages and media, by {chromium()}, after a person has ruled; docs/pictures.md")]
    if chromium() is None or "extra" in missing:
        return [ok(SUBJECT, f"media only, no pages. {missing} {_CARD}")]
    return [warning(SUBJECT, "media only, no pages", missing)]


def numbers_lines(settings: Settings) -> list[CheckLine]:
    """Whether the numbers of the call sheet are there before they are needed."""
    contacts = settings.contacts
    missing = [name for name in ("lado", "childrens_services") if getattr(contacts, name) is None]
    wanted = ("headteacher", "dsl")
    without = [one.name for one in settings.people if str(one.role) in wanted and one.phone is None]
    if not missing and not without:
        return [ok("call sheet", "the numbers that it needs are in the settings")]
    parts = [f"[contacts] lacks {', '.join(missing)}"] if missing else []
    parts += [f"no phone for {', '.join(without)}"] if without else []
    mend = "Fill them in now: nobody looks for a number in that hour. docs/pictures.md says which."
    return [warning("call sheet", "; ".join(parts), mend)]
