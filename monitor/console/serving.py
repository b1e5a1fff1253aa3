"""Serving the pages with waitress: beside the daemon in a thread of its own, or alone in the foreground."""

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from waitress import wasyncore
from waitress.server import create_server
from waitress.task import ThreadedTaskDispatcher
from waitress.trigger import trigger

from monitor.console.app import make_app
from monitor.pipeline.handing_in.links import LinkPurpose
from monitor.pipeline.telling.operator_alerts import Trouble, all_clear, tell_operators
from monitor.site import Site

THREADS = 4
_FROM_PROXY = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}


_TOKENS = re.compile(rf"/({'|'.join(LinkPurpose)})/[^/\s]+")


def without_tokens(record: logging.LogRecord) -> bool:
    """Take the part of an address that opens it out of what the server logs of visitors who leave early."""
    record.msg, record.args = _TOKENS.sub(r"/\1/(a link)", record.getMessage()), ()
    return True


class CannotServe(Exception):
    """The address of `console.listen` cannot be had; the text says why and the mend."""


class PageServer:
    """Listens from the moment it is made. Raises CannotServe."""

    def __init__(self, site: Site) -> None:
        listen = site.settings.console.listen
        proxy = {"trusted_proxy": "*", "trusted_proxy_count": 1, "trusted_proxy_headers": _FROM_PROXY}
        self._sockets: dict[int, Any] = {}
        self._workers = ThreadedTaskDispatcher()
        try:
            self._server = create_server(
                make_app(site), map=self._sockets, _dispatcher=self._workers, listen=listen, ident=None,
                **(proxy if site.settings.console.behind_proxy else {}),
            )  # fmt: skip
        except OSError as error:
            wasyncore.close_all(self._sockets)
            raise CannotServe(
                f"console.listen: {listen} cannot be had ({error.strerror or error}). Name a free port, or "
                "stop what holds it."
            ) from error
        self._workers.set_thread_count(THREADS)
        logging.getLogger("waitress").addFilter(without_tokens)
        self._wake = trigger(self._sockets)

    def serve(self) -> None:
        """Until `stop` is called, or the process is told to."""
        try:
            self._server.run()
        finally:
            wasyncore.close_all(self._sockets)
            self._workers.shutdown()

    def stop(self) -> None:
        """From another thread: the one that serves closes its sockets itself, and returns."""
        self._wake.pull_trigger(lambda: wasyncore.close_all(self._sockets))


@contextmanager
def served_beside(site: Site) -> Iterator[None]:
    """Beside the daemon, where the settings name a `console.public_url`; without one no link leads here.

    A port that is taken stops no watching: whoever runs the service is told.
    """
    if site.settings.console.public_url is None:
        yield
        return
    try:
        server = PageServer(site)
    except CannotServe as refusal:
        with site.database.write() as session:
            trouble = Trouble("housekeeping", "pages", str(refusal), "Then start schoolwatch again.")
            tell_operators(session, site, trouble)
        yield
        return
    with site.database.write() as session:
        all_clear(session, site, "housekeeping", "pages", "It works again.")
    with serving(server):
        yield


@contextmanager
def serving(server: PageServer) -> Iterator[PageServer]:
    """In a thread of its own, until the block is left."""
    thread = threading.Thread(target=server.serve, name="pages", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(timeout=5)
