"""A site and pages of invented comments for the benchmarks."""

import hashlib
import json
from pathlib import Path

from config.loading import load_settings
from config.schema import Watch
from config.words import Surface
from connectors.interface import Author, Envelope, Item, Page, Stream
from monitor.clock import utc_now
from monitor.demo import stage
from monitor.site import Site, open_site

PAGE_SIZE = 100


def bench_site(folder: Path) -> Site:
    path = folder / "schoolwatch.toml"
    path.write_text(stage.settings_text(mail_port=1, sources=_SOURCE), encoding="utf-8")
    return open_site(load_settings(path))


_SOURCE = """
[[sources]]
name = "bench"
platform = "facebook"
account = "bench"
account_id = "1"
base_url = "http://127.0.0.1:1"
"""


def bench_page(number: int) -> Page:
    items = tuple(_item(number * PAGE_SIZE + one) for one in range(PAGE_SIZE))
    body = b"".join(item.raw for item in items)
    envelope = Envelope(
        "GET", "http://127.0.0.1/", {}, 200, {}, utc_now(), hashlib.sha256(body).hexdigest(), len(body)
    )
    return Page(items=items, cursor={"n": number}, more=True, envelopes=(envelope,))


def _item(number: int) -> Item:
    text = f"Comment {number}: thank you for a lovely assembly, the children loved it. " * 3
    raw = json.dumps({"id": str(number), "message": text, "from": {"id": "2", "name": "A. Parent"}}).encode()
    return Item(
        platform="facebook",
        external_id=str(number),
        version="1",
        stream=Stream(Watch.COMMENTS, "1"),
        surface=Surface.COMMENT_ON_OWN_POST,
        text=text,
        url=f"https://facebook.example/{number}",
        posted_at=utc_now(),
        posted_at_raw="now",
        raw=raw,
        author=Author("2", None, "A. Parent"),
    )
