"""A server on this machine that publishes weights the way the web does, redirects and faults included."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Hub:
    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    """Path → content."""
    moved: dict[str, str] = field(default_factory=dict)
    """Path → where it redirects to."""
    broken: dict[str, int] = field(default_factory=dict)
    """Path → HTTP status of the answer."""
    cut: set[str] = field(default_factory=set)
    """Paths whose answer ends early."""
    asked: list[str] = field(default_factory=list)


@contextmanager
def hub_running() -> Iterator[Hub]:
    hub = Hub()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hub.asked.append(self.path)
            if self.path in hub.moved:
                self.send_response(302)
                self.send_header("Location", hub.moved[self.path])
                self.end_headers()
                return
            content = hub.files.get(self.path)
            self.send_response(hub.broken.get(self.path, 200 if content is not None else 404))
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            kept = content or b""
            self.wfile.write(kept[: len(kept) // 2] if self.path in hub.cut else kept)

        def log_message(self, *_: object) -> None:
            """Says nothing: the test asks `hub.asked`."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hub.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield hub
        finally:
            server.shutdown()
            thread.join()
