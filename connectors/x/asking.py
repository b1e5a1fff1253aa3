"""Which call answers which question. Nothing here asks about any account but the school's own."""

from collections.abc import Sequence
from typing import Any

from connectors.x.client import XClient
from connectors.x.cursor import Walk
from connectors.x.parse import Batch, read_batch

PAGE = 100
FEWEST = 5
"""X lists no fewer."""
LONGEST_QUERY = 512
"""Characters; more needs a plan that no school has."""
POST_FIELDS = (
    "created_at,author_id,conversation_id,in_reply_to_user_id,referenced_tweets,edit_history_tweet_ids,"
    "edit_controls,attachments,entities,lang,note_tweet,possibly_sensitive,withheld,reply_settings,public_metrics"
)
FIELDS = {
    "tweet_fields": POST_FIELDS,
    "expansions": "author_id,attachments.media_keys,referenced_tweets.id",
    "user_fields": "username,name",
    "media_fields": "url,preview_image_url,type,alt_text",
}
_PER_ID = len(" OR conversation_id:") + 19


def own_posts(client: XClient, account_id: str, walk: Walk) -> Batch:
    answer = client.get_users_tweets(
        account_id, **FIELDS, **_from(walk), **_page(walk), exclude="retweets", user_auth=client.has_user_keys
    )
    return read_batch(answer)


def newest_own_posts(client: XClient, account_id: str) -> Batch:
    """A handful, as cheaply as X sells them: one of them proves that we can see."""
    answer = client.get_users_tweets(account_id, max_results=FEWEST, user_auth=client.has_user_keys)
    return read_batch(answer)


def mentions(client: XClient, account_id: str, walk: Walk) -> Batch:
    answer = client.get_users_mentions(
        account_id, **FIELDS, **_from(walk), **_page(walk), user_auth=client.has_user_keys
    )
    return read_batch(answer)


def search(client: XClient, query: str, walk: Walk) -> Batch:
    page = {"next_token": walk.token} if walk.token else {}
    answer = client.search_recent_tweets(query, **FIELDS, **_from(walk), **page, max_results=PAGE)
    return read_batch(answer)


def posts_by_id(client: XClient, ids: Sequence[str]) -> Batch:
    return read_batch(client.get_tweets(list(ids), **FIELDS))


def search_query(words: str, account: str) -> str:
    """What the school wants to see about itself, without what it wrote itself."""
    return f"({words}) -from:{account} -is:retweet"


def conversation_query(roots: Sequence[str], account: str) -> str:
    return f"({' OR '.join(f'conversation_id:{root}' for root in roots)}) -from:{account}"


def conversations_per_query(account: str) -> int:
    """How many conversations fit into one query."""
    return max(1, (LONGEST_QUERY - len(conversation_query((), account))) // _PER_ID)


def _from(walk: Walk) -> dict[str, Any]:
    if walk.since is not None:
        return {"since_id": str(walk.since)}
    return {"start_time": walk.start_time} if walk.start_time is not None else {}


def _page(walk: Walk) -> dict[str, Any]:
    return {"max_results": PAGE} | ({"pagination_token": walk.token} if walk.token else {})
