"""The cursor of a page's comments: what is known of each post, and the walks that are under way."""

from datetime import datetime

from pydantic import BaseModel, Field

from connectors.facebook.paging import Walk


class PostState(BaseModel):
    """What is known of one post's comments."""

    count: int | None = None
    """As Graph gave it when the post was last read to the end."""
    newest: datetime | None = None
    digest: str = ""
    """Of the ids and versions of a post that fits on one page: unchanged means nothing to deliver."""
    told: bool = False
    """A hole among its comments has been told of already; it is tried again, and told of once."""


class Reading(BaseModel):
    """One post whose comments are wanted, and how far that has come."""

    post_id: str
    count: int | None = None
    since: datetime | None = None
    """None: the whole post."""
    message: str | None = None
    """The words of the post, once its reading has begun: every comment carries them as its context."""
    walk: Walk = Field(default_factory=Walk)
    newest: datetime | None = None
    fresh: int = 0
    restarts: int = 0


class PostWalk(BaseModel):
    walk: Walk = Field(default_factory=Walk)
    seen: int = 0
    """Posts listed so far."""
    listed: bool = False
    """Nothing is left to list."""
    queue: list[Reading] = Field(default_factory=list)
    restarts: int = 0
    holes: bool = False
    """Something was left out: a sweep with holes does not count as one."""

    @property
    def ended(self) -> bool:
        return self.listed and not self.queue


class CommentsState(BaseModel):
    posts: dict[str, PostState] = Field(default_factory=dict)
    """By the part of the id behind the page's."""
    head: PostWalk | None = None
    sweep: PostWalk | None = None
    head_at: datetime | None = None
    sweep_due: datetime | None = None
    """None: this page was never swept."""
    told: bool = False
    """That the list has a hole has been told of already."""
