"""By what words, an address or an account are known again, however they are dressed up: keyed hashes.

Without the site's key a hash tells nothing, and with it nothing can be read back. What is alike has the same
hash; nothing here says that it is alike in meaning.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from classifiers.normalising import normalise
from connectors.registry import plugins
from monitor.site import Site
from monitor.store.models import Incident, Item, ItemMark, MarkKind

JOINS_FROM = 15
"""Characters from which the same words by different people are one matter (a re-post, a pile-on)."""

_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"']+", re.IGNORECASE)
_NOT_WORDS = re.compile(rf"{_ADDRESS.pattern}|(?<!\w)@\w[\w.-]*", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_SAME_HOST = {"twitter.com": "x.com", "fb.com": "facebook.com"}
_FRONT = re.compile(r"^(?:www|m|mobile|mbasic|touch|amp|l|lm)\.(?=[^.]+\.)")
_STATUS = re.compile(r"^/(?:i/web|\w{1,15})/status/(\d{1,19})")
_SAYS_WHO_SHARED = re.compile(r"utm_\w+|fbclid|gclid|igsh(?:id)?|mibextid|si|ref_(?:src|url)|__\w+")


def words_mark(site: Site, item: Item) -> str:
    """The words of an item, without spelling tricks, addresses and account names; of any platform.

    Short words say little, so they are like nothing but themselves.
    """
    words = plain_words(item.text or "")
    if len(words) < JOINS_FROM:
        words = f"{item.platform}\0{item.external_id}\0{words}"
    return _mark(site, "words", words)


def plain_words(text: str) -> str:
    """Lower case, letters and digits only, as the classifiers read them."""
    return " ".join(_WORD.findall(normalise(_NOT_WORDS.sub(" ", text)).lower))


def addresses_in(text: str) -> tuple[str, ...]:
    """Web addresses in words, without the punctuation that ends a sentence."""
    return tuple(dict.fromkeys(found.rstrip(".,;:!?)]}…") for found in _ADDRESS.findall(text)))


def place_of(address: str) -> str | None:
    """The same for every address of the same page: without its scheme, mobile host or share codes.

    None for what names no page: a home page, or no web address at all.
    """
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if host in ("l.facebook.com", "lm.facebook.com"):
        inside = dict(parse_qsl(parts.query)).get("u")
        return place_of(inside) if inside else None
    host = _FRONT.sub("", host)
    return _page(_SAME_HOST.get(host, host), parts)


def _page(host: str, parts: SplitResult) -> str | None:
    status = _STATUS.match(parts.path) if host == "x.com" else None
    if status:
        return f"x.com/status/{status[1]}"
    asked = [(name, value) for name, value in parse_qsl(parts.query) if not _SAYS_WHO_SHARED.fullmatch(name)]
    path = parts.path.rstrip("/")
    if not host or not (path or asked):
        return None
    return f"{host}{path}" + (f"?{urlencode(sorted(asked))}" if asked else "")


def address_marks(site: Site, addresses: Iterable[str]) -> set[str]:
    places = {place_of(address) for address in addresses} - {None}
    return {_mark(site, "address", place) for place in places if place}


def author_mark(site: Site, item: Item) -> str | None:
    """The account that wrote an item; None where the platform does not say, and for the school's own."""
    who = item.author_id or (item.author_handle or "").casefold()
    if not who or item.school_is_author:
        return None
    return _mark(site, "author", f"{item.platform}\0{who}")


def links_of(item: Item, raw: bytes | None) -> tuple[str, ...]:
    """Where an item points to: the addresses in its words, and those that its platform keeps beside them."""
    plugin = plugins().get(item.platform)
    beside = plugin.links_in(raw) if plugin and raw else ()
    return (*addresses_in(item.text or ""), *beside)


def marks_of_author(session: Session, incident: Incident) -> set[str]:
    query = select(ItemMark.mark).where(ItemMark.incident_id == incident.id)
    return set(session.scalars(query.where(ItemMark.kind == MarkKind.AUTHOR)))


def write_marks(
    session: Session, site: Site, incident: Incident, item: Item, links: Sequence[str], *, closed: bool
) -> None:
    """Note by what an item of an incident is known again. Of what is `closed`, nothing that it says."""
    found = {(MarkKind.ADDRESS, mark) for mark in address_marks(site, [item.url])}
    author = author_mark(site, item)
    if author:
        found.add((MarkKind.AUTHOR, author))
    if not closed:
        found |= {(MarkKind.LINK, mark) for mark in address_marks(site, links)}
    for kind, mark in sorted(found):
        row = {"school_id": site.school_id, "incident_id": incident.id, "item_id": item.id}
        session.add(ItemMark(**row, kind=kind, mark=mark))


def forget_marks(session: Session, item: Item) -> None:
    """Nothing of an erased item is known again, save that it was seen."""
    session.execute(delete(ItemMark).where(ItemMark.item_id == item.id))


def forget_links(session: Session, incident: Incident) -> None:
    """What the words of a locked incident link to is part of what is locked."""
    of_incident = delete(ItemMark).where(ItemMark.incident_id == incident.id)
    session.execute(of_incident.where(ItemMark.kind == MarkKind.LINK))


def _mark(site: Site, kind: str, content: str) -> str:
    key = f"{kind}\0{content}".encode("utf-8", "surrogatepass")
    return hmac.new(site.token_key, key, hashlib.sha256).hexdigest()
