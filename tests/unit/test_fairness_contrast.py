"""The contrast lines that training learns from: read without loss, the same each time, and not what is tested on."""

import json
import random
import re
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.evaluation import read_labelled
from classifiers.fairness import read_sayings
from classifiers.reading import Reader
from classifiers.training.contrast import ContrastRow, contrast_rows, contrast_school
from classifiers.training.contrast.spelling import misspell
from classifiers.training.contrast.templates import MARKS, BadTemplate, parse_line, read_templates
from config.words import Label

SLOTS = {"who": ["the head"]}
SUITE = Path(__file__).with_name("test_functional_suite.toml")


@pytest.fixture(scope="module")
def rows() -> list[ContrastRow]:
    return contrast_rows()


def test_every_set_would_teach_one_side_only(rows: list[ContrastRow]) -> None:
    sides = defaultdict(set)
    for row in rows:
        sides[row.group.split(".")[0]].add(bool(row.labels))
    assert all(found == {True, False} for found in sides.values()), sides
    assert 0.35 < sum(bool(row.labels) for row in rows) / len(rows) < 0.6
    assert len(rows) >= 2500


def test_two_trainings_would_differ(rows: list[ContrastRow]) -> None:
    assert contrast_rows() == rows
    assert contrast_rows(seed=1) != rows


def test_fewer_lines_a_template_would_not_be_honoured(rows: list[ContrastRow]) -> None:
    few = contrast_rows(most=1)
    assert len(few) < len(rows)
    assert {row.group for row in few} == {row.group for row in rows}


def test_a_slot_or_a_made_up_mark_would_reach_the_model_unfilled(rows: list[ContrastRow]) -> None:
    for row in rows:
        said = f"{row.text} {row.context or ''}"
        assert "{" not in said, said
        assert set(re.findall(r"\[[^\]]*\]", said)) <= set(MARKS), said


def test_the_models_would_be_tested_on_what_they_learnt(rows: list[ContrastRow]) -> None:
    suite = tomllib.loads(SUITE.read_text(encoding="utf-8"))
    held_out = [line for function in suite.values() for line in function["lines"]]
    held_out += [saying.text for saying in read_sayings()]
    learnt = {run for row in rows for run in runs(row.text)}
    shared = {line for line in held_out if len(found := runs(line)) and len(found & learnt) > len(found) / 4}
    assert not shared


def runs(text: str) -> set[tuple[str, ...]]:
    """All runs of five words."""
    words = re.findall(r"\w+", text.lower().replace("'", ""))
    return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}


def test_the_school_of_contrast_lines_would_not_read_like_a_labelled_school(rows: list[ContrastRow]) -> None:
    school = contrast_school()
    read, bad = read_labelled(json.dumps(row) for row in school.rows)
    assert not bad
    assert [one.labels for one in read] == [row.labels for row in rows]
    assert not any(mark in comment.text for comment in school.comments for mark in MARKS)


def test_names_of_the_contrast_school_would_be_learnt_as_words(rows: list[ContrastRow]) -> None:
    """Where a row has the mark of a member of staff, the reader must mask the name that took its place."""
    school = contrast_school()
    reader = Reader(school.register)
    marked = [at for at, row in enumerate(rows) if "[staff]" in row.text][:150]
    missed = [at for at in marked if "xstaff" not in reader.read(school.comments[at]).masked]
    assert len(missed) <= len(marked) / 50, [school.comments[at].text for at in missed]


@given(st.sampled_from([*MARKS]), st.text("abcdefgh ',.!", max_size=40), st.integers(0, 10_000))
def test_a_hurried_spelling_would_break_the_marks(mark: str, text: str, seed: int) -> None:
    said = f"{text}{mark} and {text}"
    assert mark in misspell(said, random.Random(seed))
    assert misspell(said, random.Random(seed)) == misspell(said, random.Random(seed))


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("abuse insult", "needs WORDS"),
        ("abuse insult | ", "needs WORDS"),
        ("insult | you plank", "either labels or harmless"),
        ("abuse harmless | you plank", "either labels or harmless"),
        ("abuse rude | you plank", "unknown: rude"),
        ("harmless @governor | hello", "unknown: governor"),
        ("harmless @parent @pupil | hello", "one @author"),
        ("harmless | hello {whom}", "no slot whom"),
        ("harmless | hello [teacher]", "no mark \\[teacher\\]"),
    ],
)
def test_a_slip_in_a_line_would_train_a_wrong_label(line: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_line(line, "hate.belonging", SLOTS)


def test_a_slip_in_a_file_would_be_told_without_its_place(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_text("[one]\nlines = '''\nharmless | hello\nharmles | hello\n'''\n")
    with pytest.raises(BadTemplate, match=r"odd\.toml, set one, line 2: unknown: harmles"):
        read_templates(tmp_path, SLOTS)


def test_a_line_would_lose_its_context_author_or_hardness() -> None:
    read = parse_line("abuse insult @pupil | bin >> Meet {who}", "context.posts", SLOTS)
    assert (read.text, read.context, read.author, read.hard) == ("bin", "Meet {who}", "pupil", False)
    assert read.labels == {Label.ABUSE}
    assert parse_line("harmless | tea", "a.b", SLOTS).hard
    assert not parse_line("harmless easy | tea", "a.b", SLOTS).hard
