"""No local time anywhere: all that is stored, compared and sealed is aware UTC (evidence is worth what its
times are). ruff's DTZ rules see the plainest forms; these see what they leave, wherever an exception stands.
"""

import ast
from pathlib import Path

import pytest
from support.source import Found, Module, dotted, imported, product

ROOT = Path(__file__).parents[2]

# Guess at order and zone, or answer in local time.
GUESSING = ("dateutil", "dateparser", "arrow", "pendulum", "parsedatetime")
LOCAL = {
    "localtime", "mktime", "ctime", "utcnow", "utcfromtimestamp", "today", "tzlocal", "get_localzone", "tzset",
    "strptime_local", "parsedate",
}  # fmt: skip
READERS_OF_TIMES = {
    "connectors/times.py": "the one reader of what platforms write; it adds nothing and asks for a zone",
}
"""May call datetime.fromisoformat on what comes from outside."""


def local_time(module: Module) -> Found:
    for line, name in imported(module):
        if name.partition(".")[0] in GUESSING:
            yield line, f"{name} guesses what a time means; use connectors.times"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.keyword) and node.arg in ("dayfirst", "yearfirst"):
            yield node.value.lineno, f"{node.arg} is a guess"
        elif isinstance(node, ast.Attribute) and node.attr in LOCAL and not _is_date(node):
            yield node.lineno, f"{dotted(node)} is local time, or hides its zone"
        elif isinstance(node, ast.Call) and (why := _zoneless(node)):
            yield node.lineno, why


def _is_date(node: ast.Attribute) -> bool:
    """`week.today` of somebody's own is no clock; `datetime.today`, `date.today` and `time.ctime` are."""
    return dotted(node).rpartition(".")[0].rpartition(".")[2] not in (
        "datetime", "date", "dt", "time", "email", "utils", "tz", "calendar",
    )  # fmt: skip


def _zoneless(call: ast.Call) -> str | None:
    name = dotted(call.func)
    last, words = name.rpartition(".")[2], {keyword.arg for keyword in call.keywords}
    if name in ("datetime", "datetime.datetime", "dt.datetime"):
        return None if len(call.args) >= 8 or "tzinfo" in words else "datetime(…) without a zone"
    if last in ("now", "fromtimestamp") and name.endswith(("datetime.now", "datetime.fromtimestamp")):
        wanted = 1 if last == "now" else 2
        return None if len(call.args) >= wanted or "tz" in words else f"{name}() without a zone is local time"
    if last == "combine" and name.endswith("datetime.combine"):
        has_zone = len(call.args) >= 3 or "tzinfo" in words or _aware(call.args[-1])
        return None if has_zone else "datetime.combine() without a zone"
    if last == "astimezone":
        return None if call.args or words else "astimezone() without a zone is local time"
    return "strptime() without %z" if name.endswith("datetime.strptime") and not _says_zone(call) else None


def _aware(argument: ast.expr) -> bool:
    return isinstance(argument, ast.Call) and any(keyword.arg == "tzinfo" for keyword in argument.keywords)


def _says_zone(call: ast.Call) -> bool:
    form = call.args[1] if len(call.args) > 1 else None
    return isinstance(form, ast.Constant) and "%z" in str(form.value)


BREACHES = [
    "at = datetime.now()",
    "at = datetime.datetime.now()",
    "at = datetime.utcnow()",
    "at = datetime.fromtimestamp(seconds)",
    "at = datetime.datetime.utcfromtimestamp(seconds)",
    "at = datetime(2026, 11, 20, 12, 0)",
    "at = datetime.strptime(raw, '%d/%m/%Y')",
    "at = datetime.combine(day, noon)",
    "at = moment.astimezone()",
    "day = date.today()",
    "at = time.localtime()",
    "at = time.mktime(parts)",
    "at = parse(raw, dayfirst=True)",
    "from dateutil import parser",
    "from dateutil.tz import tzlocal",
    "parts = email.utils.parsedate(raw)",
]

ALLOWED = [
    "at = datetime.now(UTC)",
    "at = datetime.fromtimestamp(seconds, UTC)",
    "at = datetime.fromtimestamp(seconds, tz=UTC)",
    "at = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)",
    "at = datetime.strptime(raw, '%Y-%m-%dT%H:%M:%S%z')",
    "at = datetime.combine(day, noon, LONDON)",
    "at = datetime.combine(day, time(6, tzinfo=LONDON))",
    "at = moment.astimezone(UTC)",
    "shown = clock.today",
]


@pytest.mark.parametrize("text", BREACHES)
def test_local_time_is_seen(text: str) -> None:
    """Or the test below would pass on anything."""
    assert list(local_time(Module("monitor/a.py", text)))


@pytest.mark.parametrize("text", ALLOWED)
def test_honest_code_passes(text: str) -> None:
    """Or people would learn to work around the test."""
    assert list(local_time(Module("monitor/a.py", text))) == []


def test_no_local_time_stands_in_the_product() -> None:
    """Or evidence would be an hour wrong all summer, or on a machine with another zone."""
    found = {module.path: list(local_time(module)) for module in product(ROOT)}
    assert len(found) > 100
    assert [f"{path}:{line}: {what}" for path, lines in found.items() for line, what in lines] == []


def _reads_times(module: Module) -> bool:
    return any(
        isinstance(node, ast.Call) and dotted(node.func).endswith("datetime.fromisoformat")
        for node in ast.walk(module.tree)
    )


def test_what_a_platform_wrote_is_read_in_one_place() -> None:
    """Or one connector would guess where another refuses. Loopback platforms read what we sent them."""
    of_connectors = [module for module in product(ROOT) if module.room == "connectors"]
    readers = {module.path for module in of_connectors if _reads_times(module)}
    assert {path for path in readers if "loopback" not in path} == set(READERS_OF_TIMES)
