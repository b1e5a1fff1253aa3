"""Facebook pages over the Graph API, by facebook-sdk."""

from connectors.facebook.connector import FacebookConnector
from connectors.facebook.loopback import FacebookLoopback
from connectors.facebook.parse import links_in, media_in
from connectors.interface import Plugin

_HIDDEN = "A hidden comment stays visible to its author and the author's friends."

PLUGIN = Plugin(
    platform="facebook",
    title="Facebook page",
    connect=FacebookConnector,
    loopback=FacebookLoopback,
    credential_names=("page_token",),
    optional_credentials=("app_secret",),
    hosts=("graph.facebook.com",),
    when_hidden=_HIDDEN,
    media_in=media_in,
    links_in=links_in,
    limits=(
        "Facebook has no public search: only posts that tag the page or stand on it are seen.",
        "Groups cannot be read, nor can posts on people's own profiles that do not tag the page.",
        "Facebook does not say who wrote a post that tags the page.",
        "Facebook does not say when a comment was edited; an edit is noticed by its words.",
        "An edited comment is noticed within a week, and only under the newest forty posts.",
        "A new comment under an older post is seen within a week.",
        "Comments on advertisements and reels are separate things and may not be seen.",
        _HIDDEN,
        "Facebook gives the same answer for what is gone and for what we may not see.",
    ),
)
