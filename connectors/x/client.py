"""tweepy's client, mended where it would hang, sleep, leak or ask the wrong host."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import requests
import tweepy
from urllib3.exceptions import HTTPError

from connectors.errors import ConnectorError, Transient
from connectors.http import BoundedSession
from connectors.network_errors import request_may_have_left, translate_network_error
from connectors.x.errors import OutcomeUnknown, ParameterRefused, refusal

PUBLIC_ADDRESS = "https://api.x.com"
USER_KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
_FIELD_PARAMETERS = frozenset({"tweet.fields", "post.fields", "expansions"})
_POST_WORDS = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "referenced_tweets.id": "referenced_posts.id",
    "note_tweet": "note_post",
}


class Vocabulary(StrEnum):
    """X renamed its fields in 2026 (OpenAPI 2.167) and takes either set, depending on the server."""

    TWEET = "tweet"
    POST = "post"


class XClient(tweepy.Client):  # type: ignore[misc]  # tweepy ships no types
    """`tweepy.Client` over a `BoundedSession`. Every failure is a `ConnectorError`.

    tweepy fixes its host inside `request`, sets no time-out, sleeps or recurses on HTTP 429 and logs the
    bearer token; `request` is therefore replaced whole. Signing (OAuth 1.0a) stays tweepy's, over the
    real host, so that signatures hold.
    """

    def __init__(self, session: BoundedSession, credentials: Mapping[str, str], base_url: str | None) -> None:
        keys = {name: credentials.get(name) for name in USER_KEYS}
        super().__init__(credentials["bearer_token"], **keys, return_type=dict, wait_on_rate_limit=False)
        self.session: requests.Session = session  # in place of the unbounded one that tweepy made
        self.bounded = session
        self.base_url = (base_url or PUBLIC_ADDRESS).rstrip("/")
        self.has_user_keys = all(keys.values())
        self.vocabulary = Vocabulary.TWEET
        self.last_answer: requests.Response | None = None

    def request(
        self,
        method: str,
        route: str,
        params: Mapping[str, Any] | None = None,
        json: object = None,
        user_auth: bool = False,
    ) -> requests.Response:
        """One call; once more in the other vocabulary when X refuses the names of fields."""
        try:
            return self._call(method, route, params, json, user_auth=user_auth)
        except ParameterRefused as refused:
            if not refused.parameters & _FIELD_PARAMETERS:
                raise
        before = self.vocabulary
        self.vocabulary = Vocabulary.POST if before is Vocabulary.TWEET else Vocabulary.TWEET
        try:
            return self._call(method, route, params, json, user_auth=user_auth)
        except ParameterRefused:
            self.vocabulary = before
            raise

    def _call(
        self, method: str, route: str, params: Mapping[str, Any] | None, json: object, *, user_auth: bool
    ) -> requests.Response:
        headers = {"User-Agent": self.user_agent}
        if not user_auth:
            headers["Authorization"] = f"Bearer {self.bearer_token}"
        try:
            response = self.bounded.request(
                method,
                self.base_url + route,
                params=self._in_vocabulary(params or {}),
                json=json,
                headers=headers,
                auth=self._user_signature() if user_auth else None,
            )
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise _network_error(method, error) from None  # the cause may hold addresses and keys
        self.last_answer = response
        problem = refusal(response)
        if problem is None:
            return response
        if method != "GET" and isinstance(problem, Transient):
            raise OutcomeUnknown(str(problem))
        raise problem

    def _user_signature(self) -> requests.auth.AuthBase:
        signer: requests.auth.AuthBase = tweepy.OAuth1UserHandler(
            self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret
        ).apply_auth()
        return signer

    def _in_vocabulary(self, params: Mapping[str, Any]) -> dict[str, Any]:
        if self.vocabulary is Vocabulary.TWEET:
            return dict(params)
        renamed = {
            ("post.fields" if name == "tweet.fields" else name): value for name, value in params.items()
        }
        for name in _FIELD_PARAMETERS & renamed.keys():
            words = str(renamed[name]).split(",")
            renamed[name] = ",".join(_POST_WORDS.get(word, word) for word in words)
        return renamed


def _network_error(method: str, error: Exception) -> ConnectorError:
    translated = translate_network_error(error)
    if method != "GET" and request_may_have_left(error):
        return OutcomeUnknown(str(translated))
    return translated
