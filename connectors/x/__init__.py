"""X (formerly Twitter), through tweepy."""

from connectors.interface import Plugin
from connectors.x.connector import XConnector
from connectors.x.loopback import XLoopback
from connectors.x.parse import links_in, media_in

_HIDDEN = "X does not tell whether a reply is hidden, and a hidden reply stays readable behind a button."

PLUGIN = Plugin(
    platform="x",
    title="X",
    connect=XConnector,
    loopback=XLoopback,
    credential_names=("bearer_token",),
    optional_credentials=("consumer_key", "consumer_secret", "access_token", "access_token_secret"),
    hosts=("api.x.com",),
    when_hidden=_HIDDEN,
    media_in=media_in,
    links_in=links_in,
    limits=(
        "Replies are looked for under the school's posts of the last 30 days (option comment_days).",
        "Only replies of the last 7 days are found, except those that name the school's handle.",
        "X lists the newest 800 mentions and the newest 3,200 own posts; older ones cannot be read.",
        "Searches reach 7 days back; a longer break leaves a gap, which is recorded.",
        "Protected accounts are not seen, nor posts that name the school in other words than the search.",
        _HIDDEN,
        "Only the school's own posts can be deleted; other people's replies can be hidden, not deleted.",
    ),
)
