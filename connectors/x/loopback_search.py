"""The part of X's search language that a school's searches use: words, phrases, OR, brackets, minus."""

import re
from collections.abc import Callable
from dataclasses import dataclass

_TOKEN = re.compile(r'-?"[^"]*"|-?\(|\)|[^\s()]+')


@dataclass(frozen=True)
class Searchable:
    text: str
    author: str
    """The handle."""
    conversation_id: str
    is_reply: bool


Test = Callable[[Searchable], bool]


def matches(query: str, post: Searchable) -> bool:
    """Whether X would find a post by a query; raises ValueError for an unfinished query."""
    tokens = _TOKEN.findall(query)
    test = _either(tokens)
    if tokens:
        raise ValueError("a bracket too many")
    return test(post)


def _either(tokens: list[str]) -> Test:
    tests = [_both(tokens)]
    while tokens and tokens[0] == "OR":
        tokens.pop(0)
        tests.append(_both(tokens))
    return lambda post: any(test(post) for test in tests)


def _both(tokens: list[str]) -> Test:
    tests = []
    while tokens and tokens[0] not in ("OR", ")"):
        tests.append(_one(tokens))
    if not tests:
        raise ValueError("nothing to search for")
    return lambda post: all(test(post) for test in tests)


def _one(tokens: list[str]) -> Test:
    token = tokens.pop(0)
    if token.startswith("-"):
        tokens.insert(0, token[1:])
        test = _one(tokens)
        return lambda post: not test(post)
    if token.endswith("("):
        test = _either(tokens)
        if not tokens or tokens.pop(0) != ")":
            raise ValueError("a bracket too few")
        return test
    name, colon, value = token.partition(":")
    if colon and name in _OPERATORS:
        return lambda post: _OPERATORS[name](post, value)
    words = token.strip('"').casefold()
    return lambda post: re.search(rf"(?<!\w){re.escape(words)}(?!\w)", post.text.casefold()) is not None


_OPERATORS: dict[str, Callable[[Searchable, str], bool]] = {
    "conversation_id": lambda post, value: post.conversation_id == value,
    "from": lambda post, value: post.author.casefold() == value.casefold().lstrip("@"),
    "is": lambda post, value: value == "reply" and post.is_reply,
    "url": lambda post, value: value.strip('"').casefold() in post.text.casefold(),
}
