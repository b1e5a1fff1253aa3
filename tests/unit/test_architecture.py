"""Tests about the system itself. Each rule is proven able to fail before it is believed."""

import json
import re
import subprocess
import sys
import tokenize
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from support import architecture, transactions
from support.source import ROOMS, Found, Module, product

ROOT = Path(__file__).parents[2]

BREACHES: list[tuple[Callable[[Module], Found], str, str]] = [
    (architecture.leaves_stay_leaves, "alerts/mail.py", "def f():\n    from monitor.store import x"),
    (architecture.leaves_stay_leaves, "alerts/mail.py", "import connectors.http"),
    (architecture.leaves_stay_leaves, "connectors/x/client.py", "import sqlalchemy.orm"),
    (architecture.leaves_stay_leaves, "classifiers/abuse.py", "from apscheduler import events"),
    (architecture.leaves_stay_leaves, "config/schema.py", "from classifiers.interface import Judge"),
    (architecture.leaves_stay_leaves, "config/deep/more.py", "from ... import monitor"),
    (
        architecture.platforms_are_found_not_named,
        "monitor/demo.py",
        "from connectors.examplebook import wire",
    ),
    (
        architecture.platforms_are_found_not_named,
        "connectors/registry.py",
        "import connectors.examplebook.wire",
    ),
    (architecture.one_clock, "monitor/pipeline.py", "at = datetime.now(UTC)"),
    (architecture.one_clock, "monitor/pipeline.py", "at = datetime.datetime.utcnow()"),
    (architecture.one_clock, "monitor/pipeline.py", "at = field(default_factory=datetime.now)"),
    (architecture.one_clock, "alerts/mail.py", "at = time.time()"),
    (architecture.one_clock, "alerts/mail.py", "from time import time"),
    (architecture.one_clock, "alerts/mail.py", "day = date.today()"),
    (architecture.certificates_are_checked, "connectors/http.py", "session.get(url, verify=False)"),
    (architecture.certificates_are_checked, "connectors/http.py", "session.verify = False"),
    (architecture.certificates_are_checked, "alerts/smtp.py", "context.verify_mode = ssl.CERT_NONE"),
    (architecture.certificates_are_checked, "alerts/smtp.py", "context.check_hostname = False"),
    (
        architecture.certificates_are_checked,
        "monitor/a.py",
        "from monitor.checks.certificates import looking",
    ),
    (architecture.no_sleeping_client, "connectors/x/client.py", "Client(token, wait_on_rate_limit=True)"),
    (architecture.no_sleeping_client, "connectors/x/client.py", "client.wait_on_rate_limit = patient"),
    (architecture.every_connection_has_a_limit, "alerts/mail/smtp.py", "smtplib.SMTP(host, port)"),
    (architecture.every_connection_has_a_limit, "monitor/check.py", "with create_connection((h, 443)): pass"),
    (
        architecture.no_person_is_watched,
        "connectors/x/client.py",
        "client.get_users_followers(author.native_id)",
    ),
    (architecture.nothing_is_posted, "connectors/x/client.py", "client.create_tweet(text='sorry')"),
    (architecture.nothing_is_posted, "connectors/facebook/client.py", "graph.put_comment(post, 'sorry')"),
    (architecture.nothing_is_posted, "connectors/facebook/client.py", "graph.put_wall_post('news')"),
    (architecture.nothing_is_posted, "connectors/x/client.py", "call('POST', '/2/dm_conversations/with/1')"),
    (
        architecture.evidence_is_read_through_the_door,
        "monitor/pipeline/telling/weekly.py",
        "from monitor.evidence.folder import read_item",
    ),
    (
        architecture.evidence_is_read_through_the_door,
        "monitor/cli/card.py",
        "from monitor.evidence import folder\nfolder.read_item(root, uid)",
    ),
    (architecture.no_picture_is_fetched, "monitor/evidence/seal.py", "requests.get(item.media[0].url)"),
    (architecture.no_picture_is_fetched, "monitor/a.py", "for m in item.media:\n    session.get(m.url)"),
    (architecture.no_picture_is_fetched, "monitor/a.py", "u = item.media[0].url\nv = u\nurlopen(v)"),
    (architecture.no_picture_is_fetched, "monitor/a.py", "[page.goto(p.url) for p in photos]"),
    (
        architecture.no_picture_is_fetched,
        "connectors/x/a.py",
        "self.session.request('GET', preview_image_url)",
    ),
    (architecture.no_picture_is_fetched, "monitor/a.py", "from PIL import Image"),
    (architecture.only_a_person_captures, "monitor/daemon/a.py", "from playwright.sync_api import Page"),
    (
        architecture.only_a_person_captures,
        "monitor/a.py",
        "def f():\n    from monitor.capture import fetching",
    ),
    (
        architecture.only_a_person_captures,
        "monitor/daemon/service.py",
        "from monitor.pipeline.sealing_up.capturing import capture",
    ),
    (
        transactions.no_network_in_a_transaction,
        "monitor/a.py",
        "with db.write() as s:\n    connector.fetch(x, {})",
    ),
    (
        transactions.no_network_in_a_transaction,
        "monitor/a.py",
        "with e.begin():\n    if x:\n        requests.get(u)",
    ),
    (
        transactions.no_network_in_a_transaction,
        "monitor/a.py",
        "with Session(e) as session:\n    smtp.send(m)",
    ),
    (
        transactions.no_network_in_a_transaction,
        "monitor/a.py",
        "def f(session: Session):\n    c.recheck(ids)",
    ),
    (
        transactions.no_network_in_a_transaction,
        "monitor/a.py",
        "def ask(c):\n    return c.fetch()\ndef f(db):\n    with db.write() as session:\n        ask(1)",
    ),
    (
        transactions.no_network_in_a_transaction,
        "monitor/a.py",
        "from alerts.mail import smtp as post\ndef f(db):\n    with db.write() as session:\n        post.send(1)",
    ),
    (architecture.commits_belong_to_the_store, "monitor/pipeline.py", "session.commit()"),
    (architecture.names_give_no_verdict, "monitor/store/models/a.py", "class IllegalPost: pass"),
    (architecture.names_give_no_verdict, "alerts/ladder.py", "def write(victim_name): pass"),
    (architecture.functions_fit_on_a_screen, "alerts/a.py", "def f():\n" + "    x = 1\n" * 61),
]

ALLOWED: list[tuple[Callable[[Module], Found], str, str]] = [
    (
        architecture.leaves_stay_leaves,
        "alerts/mail.py",
        "from config.words import Lane\nimport alerts.ladder",
    ),
    (architecture.leaves_stay_leaves, "monitor/a.py", "import sqlalchemy, connectors, alerts"),
    (
        architecture.platforms_are_found_not_named,
        "connectors/examplebook/a.py",
        "from connectors.examplebook import b",
    ),
    (architecture.one_clock, "monitor/clock.py", "at = datetime.now(UTC)"),
    (architecture.one_clock, "connectors/http.py", "left = deadline - time.monotonic()"),
    (architecture.no_sleeping_client, "connectors/x/client.py", "Client(token, wait_on_rate_limit=False)"),
    (
        architecture.every_connection_has_a_limit,
        "alerts/mail/smtp.py",
        "smtplib.SMTP(host, port, timeout=30)",
    ),
    (architecture.certificates_are_checked, "connectors/http.py", "session.verify = bundle"),
    (architecture.no_picture_is_fetched, "connectors/x/a.py", "Media(kind='photo', url=raw.get('url'))"),
    (architecture.no_picture_is_fetched, "connectors/x/a.py", "session.get(url, params=MEDIA_FIELDS)"),
    (
        architecture.only_a_person_captures,
        "monitor/cli/capture.py",
        "from monitor.pipeline.sealing_up.capturing import capture",
    ),
    (
        transactions.no_network_in_a_transaction,
        "monitor/a.py",
        "page = c.fetch()\nwith db.write() as s:\n    s.add(page)",
    ),
    (
        transactions.no_network_in_a_transaction,
        "monitor/a.py",
        "with db.write() as session:\n    session.delete(row)",
    ),
    (architecture.commits_belong_to_the_store, "monitor/store/database.py", "session.commit()"),
]

# (rule, file) → why this file may. An exception that is no longer needed fails, too.
EXCEPTIONS = {
    ("certificates_are_checked", "monitor/checks/certificates.py"): (
        "to name the filter that signed a foreign certificate it has to be looked at; nothing is sent"
    ),
}


@pytest.mark.parametrize("rule", architecture.RULES, ids=lambda rule: rule.__name__)
def test_the_product_keeps_the_rule(rule: Callable[[Module], Found]) -> None:
    """Or a promise made to the school would hold only until the next change."""
    modules = product(ROOT)
    assert len(modules) > 20
    found = {module.path: list(rule(module)) for module in modules}
    excepted = {path for name, path in EXCEPTIONS if name == rule.__name__}
    assert [
        f"{path}:{line}: {what}" for path in found if path not in excepted for line, what in found[path]
    ] == []
    assert all(found.get(path) for path in excepted)


@pytest.mark.parametrize(("rule", "path", "text"), BREACHES)
def test_a_rule_sees_a_breach(rule: Callable[[Module], Found], path: str, text: str) -> None:
    """Or the rule would be a sign on the wall."""
    assert list(rule(Module(path, text)))


@pytest.mark.parametrize(("rule", "path", "text"), ALLOWED)
def test_a_rule_lets_honest_code_pass(rule: Callable[[Module], Found], path: str, text: str) -> None:
    """Or people would learn to work around the rule."""
    assert list(rule(Module(path, text))) == []


def test_every_rule_has_a_breach_to_prove_it() -> None:
    """Or a rule that can never fail would count as kept."""
    assert {rule for rule, _, _ in BREACHES} == set(architecture.RULES)


# --- the five names ---------------------------------------------------------------------------------


def test_the_five_names_are_ours() -> None:
    """Or another package's `config` would quietly run in the place of the school's settings."""
    script = f"import json; print(json.dumps([__import__(n).__file__ for n in {ROOMS!r}]))"
    answer = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    assert {Path(file).parent.parent for file in json.loads(answer.stdout)} == {ROOT}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-I", "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_owns_the_five_names_and_no_other(wheel: Path, tmp_path: Path) -> None:
    """Or an installed schoolwatch would overwrite, or be overwritten by, another program."""
    zipfile.ZipFile(wheel).extractall(tmp_path)
    script = (
        f"import sys, json; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from importlib.metadata import packages_distributions as owners\n"
        f"print(json.dumps([owners()[n] for n in {ROOMS!r}]))"
    )
    answer = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    assert [set(owners) for owners in json.loads(answer.stdout)] == [{"schoolwatch"}] * len(ROOMS)
    folders = {path.name for path in tmp_path.iterdir() if not path.name.endswith(".dist-info")}
    assert folders == set(ROOMS)


def test_the_wheel_carries_every_file_of_the_rooms(wheel: Path) -> None:
    """Or an installed schoolwatch would miss its models, letters or migrations and fail at night."""
    carried = set(zipfile.ZipFile(wheel).namelist())
    missing = [path for path in project_files() if path.partition("/")[0] in ROOMS and path not in carried]
    assert missing == []


# --- all text files ---------------------------------------------------------------------------------


@cache
def project_files() -> list[str]:
    """What is in the repository or would be with the next commit."""
    command = [
        "git",
        "-c",
        f"safe.directory={ROOT}",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    return sorted({path for path in listed if path and (ROOT / path).is_file()})


def text_files() -> list[tuple[str, str]]:
    read = [(path, (ROOT / path).read_bytes()) for path in project_files()]
    return [(path, raw.decode("utf-8", "replace")) for path, raw in read if b"\0" not in raw[:8000]]


# The class brackets keep these patterns from finding themselves.
FOREIGN_PLACES = re.compile(
    r"/wor[k]/|/roo[t]/|/hom[e]/(?!school)|(?<![\w/])share[d]/(reference|corpus|data|design)"
    r"|pyp[i]\.org|pythonhoste[d]\.org|download\.pytorc[h]\.org|index-ur[l] ?=|extra-index-ur[l]"
)


def test_no_file_speaks_of_one_machine_or_of_a_package_registry() -> None:
    """Or a technician's install would look for a folder or a host that is not theirs."""
    found = [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for path, text in text_files()
        for match in FOREIGN_PLACES.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize("place", ["@work@main", "@root@.venv", "https:@@p" + "ypi.org@x", "shared@corpus"])
def test_a_foreign_place_is_seen(place: str) -> None:
    """Or the test above would pass on anything."""
    assert FOREIGN_PLACES.search(place.replace("@", "/"))


EXCUSE = re.compile(r"#\s*(?P<kind>type: ignore|noqa)(?P<rest>.*)")
# Codes are in capitals and digits, a reason is not.
GIVEN_REASON = re.compile(r"(\[[\w, -]+\]|:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*).*[a-z]")


def excuses_without_reason(text: str) -> Iterator[int]:
    for token in tokenize.tokenize(BytesIO(text.encode()).readline):
        excuse = EXCUSE.search(token.string) if token.type == tokenize.COMMENT else None
        if excuse and not GIVEN_REASON.search(excuse["rest"]):
            yield token.start[0]


def test_every_silenced_warning_says_why() -> None:
    """Or a real fault would hide behind an old excuse."""
    python = [(path, text) for path, text in text_files() if path.endswith(".py") or path == "run"]
    assert [f"{path}:{line}" for path, text in python for line in excuses_without_reason(text)] == []


@pytest.mark.parametrize(
    ("excuse", "seen"),
    [
        ("noqa", True),
        ("noqa: S101", True),
        ("noqa: S101, PLW0108", True),
        ("type: ignore", True),
        ("type: ignore[no-any-return]", True),
        ("noqa: F401  Debian ships without it", False),
        ("type: ignore[misc]  # tweepy has no types", False),
    ],
)
def test_an_excuse_without_reason_is_seen(excuse: str, *, seen: bool) -> None:
    """Or the test above would pass on anything."""
    assert list(excuses_without_reason(f"x = 1  # {excuse}\n")) == ([1] if seen else [])


def test_names_of_test_files_are_told_apart() -> None:
    """Or pytest would import one file in the place of another and leave its tests unrun."""
    files = [Path(path) for path in project_files() if path.startswith("tests/") and path.endswith(".py")]
    assert [str(path) for path in files if path.name == "__init__.py"] == []
    names = Counter(path.name for path in files if path.name != "conftest.py")
    assert [name for name, times in names.items() if times > 1] == []


LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)(?P<target>[^)#\s]+)[^)]*\)")


def dead_links(path: str, text: str) -> list[str]:
    return [target for target in LINK.findall(text) if not (ROOT / path).parent.joinpath(target).exists()]


def test_every_link_in_the_documents_leads_somewhere() -> None:
    """Or a senior manager on a Sunday night would follow the manual to an empty page."""
    dead = {path: dead_links(path, text) for path, text in text_files() if path.endswith(".md")}
    assert {path: links for path, links in dead.items() if links} == {}
    assert dead_links("README.md", "[here](docs/no-such-page.md)") == ["docs/no-such-page.md"]


NAMED_DOCUMENT = re.compile(r"(?<![\w./-])[\w./-]+\.md\b")


def missing_documents(text: str) -> list[str]:
    """A path counts from the root; a bare name has to be that of some file of ours."""
    names = {Path(path).name for path in project_files()}
    found = NAMED_DOCUMENT.findall(text)
    return [name for name in found if not ((ROOT / name).is_file() if "/" in name else name in names)]


def test_every_document_named_in_code_and_messages_exists() -> None:
    """Or the mend that an error names would be a page that nobody wrote."""
    named = {module.path: missing_documents(module.text) for module in product(ROOT)}
    assert {path: names for path, names in named.items() if names} == {}
    assert missing_documents("see docs/setup/nowhere.md") == ["docs/setup/nowhere.md"]
