"""An aiosmtpd server in a thread of its own, on a free port of this machine.

aiosmtpd's own controller cannot take a port that the system picks, and leaves its tasks hanging when it
stops; this one tells the port and ends every connection before it returns.
"""

import asyncio
import ssl
import threading
from collections.abc import Callable
from weakref import WeakSet

from aiosmtpd.smtp import SMTP

_READY_WITHIN = 10.0
"""Seconds; a server that is not up by then never will be."""


class SmtpThread:
    """`start` returns the port; `stop` ends every connection and waits for the thread."""

    def __init__(
        self,
        make: Callable[[], SMTP],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._make = make
        self._host, self._port, self._tls = host, port, tls
        self._ready = threading.Event()
        self._error: OSError | None = None
        self._protocols: WeakSet[SMTP] = WeakSet()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve()), name="mail server", daemon=True
        )

    def start(self) -> int:
        """Raises OSError when the port is taken."""
        self._thread.start()
        self._ready.wait(_READY_WITHIN)
        if self._error is not None:
            raise self._error
        return self._port

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._finish.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop, self._finish = asyncio.get_running_loop(), asyncio.Event()
        try:
            server = await self._loop.create_server(self._connected, self._host, self._port, ssl=self._tls)
        except OSError as error:
            self._error = error
            self._ready.set()
            return
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._finish.wait()
        server.close()
        self._hang_up()
        await server.wait_closed()
        await asyncio.sleep(0)  # lets the aborted transports close their sockets

    def _connected(self) -> SMTP:
        protocol = self._make()
        self._protocols.add(protocol)
        return protocol

    def _hang_up(self) -> None:
        for protocol in list(self._protocols):
            transport = protocol.transport
            # Python before 3.11.3 cannot abort a TLS connection that is closed already.
            if isinstance(transport, asyncio.WriteTransport) and not transport.is_closing():
                transport.abort()
