"""Posts and comments of the loopback platform in Graph's form, with only the fields that were asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.facebook.loopback_fields import Asked
from connectors.loopback_world import Entry, Kind, World

Row = dict[str, Any]
Build = Callable[[], Any]


class NoSuchField(LookupError):
    """`(field, node type)`: Graph refuses the whole request."""


def graph_time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S%z")


@dataclass(frozen=True)
class Nodes:
    """Builds nodes as they stand at `now`. `media_url` is an address that nobody may ask for."""

    world: World
    page_id: str
    page_name: str
    base_url: str
    now: datetime

    def visible(self) -> list[Entry]:
        """Oldest first; what stands under something that is gone is gone as well."""
        return [entry for entry in self.world.visible(self.now) if not self._under_gone(entry)]

    def _under_gone(self, entry: Entry) -> bool:
        while entry.parent_id is not None:
            entry = self.world.entry(entry.parent_id)
            if entry.deleted:
                return True
        return False

    def known_fields(self, entry: Entry) -> set[str]:
        return set(self._comment(entry) if entry.kind is Kind.COMMENT else self._post(entry))

    def node(self, entry: Entry, asked: Mapping[str, Asked] | None) -> Row:
        if entry.kind is Kind.COMMENT:
            return self._pick(
                self._comment(entry), asked, "Comment", ("id", "created_time", "from", "message")
            )
        return self._pick(self._post(entry), asked, "Post", ("id", "created_time", "message"))

    def _pick(
        self, builds: Mapping[str, Build], asked: Mapping[str, Asked] | None, kind: str, usual: Sequence[str]
    ) -> Row:
        wanted = asked or dict.fromkeys(usual, Asked())
        unknown = [name for name in wanted if name not in builds]
        if unknown:
            raise NoSuchField(unknown[0], kind)
        # The id comes whether it was asked for or not; what has no value is left out.
        row = {name: _narrow(builds[name](), one.inner) for name, one in {**wanted, "id": Asked()}.items()}
        return {name: value for name, value in row.items() if value is not None}

    def _comment(self, entry: Entry) -> dict[str, Build]:
        root = self.world.root(entry)
        own = entry.author is None
        on_page = root.external_id.startswith(f"{self.page_id}_")
        replies = [one for one in self.visible() if one.parent_id == entry.external_id]
        post = root.external_id
        return {
            "id": lambda: entry.external_id,
            "message": lambda: self._text(entry),
            "created_time": lambda: graph_time(entry.posted_at),
            "from": lambda: self._writer(entry),
            "permalink_url": lambda: f"https://www.facebook.com/{post}?comment_id={_last(entry.external_id)}",
            "parent": lambda: {"id": entry.parent_id} if entry.parent_id != post else None,
            "object": lambda: {"id": post, "created_time": graph_time(root.posted_at)},
            "attachment": lambda: self._attachment(entry) if entry.image else None,
            "is_hidden": lambda: entry.hidden,
            "is_private": lambda: False,
            "can_hide": lambda: on_page and not own,
            "can_remove": lambda: on_page,
            "can_comment": lambda: True,
            "can_like": lambda: True,
            "user_likes": lambda: False,
            "comment_count": lambda: len(replies),
            "like_count": lambda: entry.likes,
            "message_tags": lambda: None,
        }

    def _post(self, entry: Entry) -> dict[str, Build]:
        tagged = not entry.external_id.startswith(f"{self.page_id}_")
        changed = entry.version_at(self.now).at
        return {
            "id": lambda: entry.external_id,
            "message": lambda: self._text(entry),
            "created_time": lambda: graph_time(entry.posted_at),
            "updated_time": lambda: graph_time(changed),
            # Graph tells nobody but the writer who wrote a post that tags the page.
            "from": lambda: None if tagged else self._writer(entry),
            "permalink_url": lambda: f"https://www.facebook.com/{entry.external_id.replace('_', '/posts/')}",
            "is_hidden": lambda: entry.hidden,
            "is_published": lambda: True,
            "shares": lambda: None,
            "parent_id": lambda: None,
            "status_type": lambda: "added_photos" if entry.image else "mobile_status_update",
            "full_picture": lambda: self._media_url(entry) if entry.image else None,
            "attachments": lambda: {"data": [self._attachment(entry)]} if entry.image else None,
            "message_tags": lambda: None,
        }

    def _text(self, entry: Entry) -> str | None:
        return entry.version_at(self.now).text or None

    def _writer(self, entry: Entry) -> Row:
        if entry.author is None:
            return {"id": self.page_id, "name": self.page_name}
        number = sum(byte * 257**place for place, byte in enumerate(entry.author.encode()[:6]))
        return {"id": str(2_000_000_000_000_000 + number), "name": entry.author}

    def _media_url(self, entry: Entry) -> str:
        return f"{self.base_url}/media/{entry.external_id}.jpg"

    def _attachment(self, entry: Entry) -> Row:
        page = f"https://www.facebook.com/photo.php?fbid={_last(entry.external_id)}"
        image = {"height": 720, "width": 540, "src": self._media_url(entry)}
        return {
            "media_type": "photo",
            "type": "photo",
            "url": page,
            "target": {"id": _last(entry.external_id), "url": page},
            "media": {"image": image},
        }


def _narrow(value: Any, inner: Mapping[str, Asked] | None) -> Any:
    """Only the inner fields that were asked for; an object keeps its id."""
    if inner is None or value is None:
        return value
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        return {"data": [_narrow(one, inner) for one in value["data"]]}
    if not isinstance(value, dict):
        return value
    return {
        name: _narrow(part, inner[name].inner if name in inner else None)
        for name, part in value.items()
        if name in inner or name == "id"
    }


def _last(external_id: str) -> str:
    return external_id.rpartition("_")[2]
