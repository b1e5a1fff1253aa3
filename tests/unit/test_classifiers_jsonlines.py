"""What `classify` reads and writes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.interface import Aim, Comment, Judgement, Reason
from classifiers.jsonlines import BadLine, judgement_to_json, read_comments
from config.words import Flag, Label, Severity


def one(line: str) -> Comment | BadLine:
    return next(iter(read_comments([line])))[1]


def test_a_full_line_would_lose_a_field() -> None:
    line = '{"id": 7, "text": "hi", "context": "Fair", "platform": "x", "surface": "mention", "author": "parent", "has_image": true}'
    assert one(line) == Comment("7", "hi", "Fair", "x", "mention", "parent", True)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "is not JSON"),
        ("[1]", "holds a list"),
        ('"text"', "holds a str"),
        ('{"text": "x"}', "id is missing"),
        ('{"id": "", "text": "x"}', "id is missing"),
        ('{"id": true, "text": "x"}', "id is missing"),
        ('{"id": 1}', "text is missing"),
        ('{"id": 1, "text": null}', "text is missing"),
        ('{"id": 1, "text": "x", "context": 3}', "context is not text"),
        ('{"id": 1, "text": "x", "has_image": 1}', "has_image"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_a_bad_line_would_stop_the_others_or_go_unnamed(line: str, what: str) -> None:
    found = list(read_comments(['{"id": "a", "text": "fine"}', "", line, '{"id": "b", "text": ""}']))
    assert [number for number, _ in found] == [1, 3, 4]
    bad = found[1][1]
    assert isinstance(bad, BadLine)
    assert str(bad).startswith("line 3: ")
    assert what in str(bad)


@given(st.text(max_size=80))
def test_any_line_would_crash_the_reader(line: str) -> None:
    for _, found in read_comments([line]):
        assert isinstance(found, Comment | BadLine)


def test_a_byte_order_mark_would_spoil_the_first_line() -> None:
    assert one('\ufeff{"id": "a", "text": "x"}') == Comment("a", "x")


def test_scripts_would_find_other_keys_than_promised() -> None:
    judgement = Judgement(
        "a", dict.fromkeys(Label, True), dict.fromkeys(Label, 0.123456), Severity.HIGH, (Flag.THREAT,), ("p-1",), ("s-1",),
        (Reason("abuse", 0, 2, "hi", "may be an insult"),), aimed_at=Aim.GROUP,
    )  # fmt: skip
    told = json.loads(json.dumps(judgement_to_json(judgement)))
    assert list(told) == [
        "id",
        "labels",
        "scores",
        "severity",
        "flags",
        "pupils",
        "staff",
        "reasons",
        "aimed_at",
    ]
    assert told["aimed_at"] == "group"
    assert told["labels"] == {"abuse": True, "defamation": True, "pupil_information": True}
    assert told["scores"]["abuse"] == 0.1235
    assert told["reasons"] == [
        {"category": "abuse", "start": 0, "end": 2, "text": "hi", "why": "may be an insult"}
    ]
