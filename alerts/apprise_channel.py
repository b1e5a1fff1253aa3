"""A second way to tell an operator: Teams, ntfy, SMS and others, through Apprise. Never used for incidents.

Apprise returns a bool, logs addresses with their tokens in them, and knows no time limit for the whole; here
a call ends in time, its log is silent, and errors name a channel by its place and kind only.
"""

import logging
import queue
import threading
from collections.abc import Sequence

import apprise

# Their lines hold whole addresses, and the token stands in the address. A filter also holds against handlers
# and levels that are set up later.
logging.getLogger("apprise").addFilter(lambda _record: False)
logging.getLogger("urllib3.connectionpool").addFilter(lambda record: record.levelno > logging.DEBUG)


class ChannelFailed(Exception):
    """No channel took the text. `channels` names each, e.g. `channel 2 (ntfy)`."""

    def __init__(self, channels: tuple[str, ...]) -> None:
        super().__init__(f"no channel took the message: {', '.join(channels) or 'none is set up'}")
        self.channels = channels
        self.mend = (
            "Look at [operations] apprise: is each address whole, and is its service reachable from here?"
        )


def tell(urls: Sequence[str], title: str, body: str, *, timeout: float) -> tuple[str, ...]:
    """Send to every channel at once; returns those that failed while another took it.

    `timeout` is in seconds, for all together. Raises ChannelFailed when none took it. A call that is still
    running then is left behind in its thread and can no longer change the answer.
    """
    names = [f"channel {number} ({_kind(url)})" for number, url in enumerate(urls, start=1)]
    took = _took(urls, title, body, timeout)
    failed = tuple(name for number, name in enumerate(names) if number not in took)
    if not took:
        raise ChannelFailed(failed)
    return failed


def _took(urls: Sequence[str], title: str, body: str, timeout: float) -> set[int]:
    answers: queue.SimpleQueue[tuple[int, bool]] = queue.SimpleQueue()
    threads = [
        threading.Thread(target=_ask, args=(answers, number, url, title, body), name="apprise", daemon=True)
        for number, url in enumerate(urls)
    ]
    for thread in threads:
        thread.start()
    ends = threading.Timer(timeout, answers.put, [(-1, False)])
    ends.daemon = True
    ends.start()
    took: set[int] = set()
    for _ in threads:
        number, good = answers.get()
        if number < 0:
            break
        if good:
            took.add(number)
    ends.cancel()
    return took


def _ask(
    answers: "queue.SimpleQueue[tuple[int, bool]]", number: int, url: str, title: str, body: str
) -> None:
    good = False
    try:
        channel = apprise.Apprise()
        # `add` says False to an address that it cannot read; notify without a channel says False or None.
        good = bool(channel.add(url)) and bool(channel.notify(body=body, title=title))
    except Exception:  # noqa: BLE001, S110  a hundred plugins of others: whatever one throws means "not told"
        pass
    finally:
        answers.put((number, good))


def _kind(url: str) -> str:
    scheme = url.partition("://")[0]
    return scheme if scheme.isalnum() and len(scheme) < 20 else "unreadable address"
