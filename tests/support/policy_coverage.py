"""docs/policy-coverage.md: every clause that asks something of software, with the tests that serve it.

Made by `.venv/bin/python -m support.policy_coverage` in the folder `tests`; a test keeps it up to date.
"""

import ast
import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap

TESTS = Path(__file__).resolve().parents[1]
CLAUSES = TESTS / "policy" / "clauses.toml"
PAGE = TESTS.parent / "docs" / "policy-coverage.md"


@dataclass(frozen=True)
class Clause:
    id: str
    rule: str
    unserved: str | None = None
    """Why no test serves it."""

    @property
    def shown_id(self) -> str:
        """Without the number that tells the rules of one clause apart."""
        return re.sub(r"/\d$", "", self.id)

    @property
    def policy(self) -> str:
        return next(name for name in _POLICIES if self.id.startswith(name))


@dataclass(frozen=True)
class Outside:
    """Clauses that ask nothing of software."""

    policy: str
    clauses: str
    why: str


_HOW = (
    "Each test runs twice: with the rule in force, when it passes, and with the rule switched off, when it has "
    "to fail. The words are ours; the policies are cited by short name and clause. A clause with several rules "
    "has one line each."
)
_POLICIES = ("NEU", "Huntington", "QC", "Nunney", "Market Drayton")
_TITLES = {
    "NEU": "NEU model policy",
    "Huntington": "Huntington",
    "QC": "Queen's Crescent (QC), and where it says the same, Nunney",
    "Nunney": "Nunney alone",
    "Market Drayton": "Market Drayton",
}


def clauses() -> list[Clause]:
    return [Clause(**row) for row in tomllib.loads(CLAUSES.read_text(encoding="utf-8"))["clause"]]


def outside() -> list[Outside]:
    return [Outside(**row) for row in tomllib.loads(CLAUSES.read_text(encoding="utf-8"))["outside"]]


def serving() -> dict[str, list[str]]:
    """Clause → the tests that serve it, as file::test, read from the source of the tests."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted((TESTS / "policy").glob("test_*.py")):
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                for clause in _served_by(function):
                    found[clause].append(f"{file.name}::{function.name}")
    return found


def _served_by(function: ast.FunctionDef) -> list[str]:
    marks = [
        mark
        for mark in function.decorator_list
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == "serves"
    ]
    return [
        argument.value
        for mark in marks
        for argument in mark.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


def page() -> str:
    """The whole page as Markdown."""
    tests, known = serving(), clauses()
    served = sum(clause.id in tests for clause in known)
    intro = f"{served} of {len(known)} clauses that ask something of software are served. {_HOW}"
    lines = ["# What the schools' policies ask, and the test that shows it", "", *wrap(intro, 100)]
    for policy in _POLICIES:
        lines += [
            "",
            f"## {_TITLES[policy]}",
            "",
            "| Clause | What has to hold | Shown by |",
            "|---|---|---|",
        ]
        lines += [_row(clause, tests.get(clause.id, [])) for clause in known if clause.policy == policy]
    lines += [
        "",
        "## Clauses that ask nothing of software",
        "",
        "| Policy | Clauses | Why |",
        "|---|---|---|",
    ]
    lines += [f"| {one.policy} | {one.clauses} | {one.why} |" for one in outside()]
    return "\n".join(lines) + "\n"


def _row(clause: Clause, tests: list[str]) -> str:
    shown = "<br>".join(f"`{test}`" for test in tests) or f"not served: {clause.unserved}"
    return f"| {clause.shown_id} | {clause.rule} | {shown} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
