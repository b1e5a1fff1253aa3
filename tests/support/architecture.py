"""The project's own lint rules: what no ready-made linter knows about this program.

A rule reads one parsed file and yields the lines that break it. `tests/unit/test_architecture.py`
runs every rule over the product, and proves for each that it can fail.
"""

import ast
import re
from pathlib import Path
from typing import TypeGuard

from support.source import ROOMS, Found, Module, dotted, imported, last_name
from support.transactions import no_network_in_a_transaction

LEAVES = ("alerts", "classifiers", "config", "connectors")
DATABASE_AND_SCHEDULER = {"sqlalchemy", "alembic", "apscheduler", "procrastinate", "psycopg"}


# --- who may know whom ------------------------------------------------------------------------------


def leaves_stay_leaves(module: Module) -> Found:
    if module.room not in LEAVES:
        return
    forbidden = (set(ROOMS) - {module.room, "config"}) | DATABASE_AND_SCHEDULER
    for line, name in imported(module):
        if name.partition(".")[0] in forbidden:
            yield line, f"{module.room} is a leaf and must not import {name}"


def platforms_are_found_not_named(module: Module) -> Found:
    """A new platform touches no shared file only if no shared file imports a platform."""
    for line, name in imported(module):
        parts = name.split(".")
        if len(parts) < 3 or parts[0] != "connectors" or parts[1] not in _platform_packages():
            continue
        if not module.is_below(f"connectors/{parts[1]}"):
            yield line, f"{name} belongs to one platform; go through connectors.registry"


def _platform_packages() -> set[str]:
    folder = Path(__file__).parents[2] / "connectors"
    return {path.parent.name for path in folder.glob("*/__init__.py")} | {"examplebook"}


# --- time -------------------------------------------------------------------------------------------

_CLOCKS = re.compile(
    r"(^|\.)((datetime|date|dt)\.(now|utcnow|today)|time\.(time|time_ns|localtime|gmtime|ctime)|uuid1|utcnow)$"
)


def one_clock(module: Module) -> Found:
    if module.path == "monitor/clock.py":
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and _CLOCKS.search(dotted(node)):
            yield node.lineno, f"{dotted(node)} asks the machine for the time; take the injected clock"
    for line, name in imported(module):
        if name in ("time.time", "time.time_ns", "uuid.uuid1"):
            yield line, f"{name} asks the machine for the time; take the injected clock"


# --- the network ------------------------------------------------------------------------------------


def certificates_are_checked(module: Module) -> Found:
    for line, name in imported(module):
        if name.endswith(".certificates.looking") and not module.is_below("monitor/checks"):
            yield line, "a context that trusts anybody is for looking at a certificate only"
    for node in ast.walk(module.tree):
        if (
            isinstance(node, ast.keyword)
            and node.arg in ("verify", "check_hostname")
            and _is(node.value, False)
        ):
            yield node.value.lineno, f"{node.arg}=False trusts anybody"
        elif isinstance(node, ast.Assign) and _is(node.value, False):
            names = {last_name(target) for target in node.targets}
            if names & {"verify", "check_hostname"}:
                yield node.lineno, "certificates are not checked"
        elif isinstance(node, ast.Attribute) and node.attr in ("CERT_NONE", "_create_unverified_context"):
            yield node.lineno, f"{node.attr} trusts anybody"


def _is(node: ast.AST, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def no_sleeping_client(module: Module) -> Found:
    """tweepy would sleep through a rate limit and through SIGTERM."""
    for node in ast.walk(module.tree):
        named = (
            isinstance(node, ast.keyword) and node.arg == "wait_on_rate_limit" and not _is(node.value, False)
        )
        if named or (isinstance(node, ast.Attribute) and node.attr == "wait_on_rate_limit"):
            yield (
                getattr(node, "lineno", getattr(getattr(node, "value", None), "lineno", 0)),
                ("wait_on_rate_limit sleeps inside the library; raise RateLimited instead"),
            )


_POSTING = {
    "create_tweet", "update_status", "retweet", "like", "follow_user", "mute", "block",
    "create_direct_message", "create_direct_message_conversation", "send_direct_message",
    "put_comment", "put_wall_post", "put_like", "put_photo", "put_object", "post_status",
}  # fmt: skip
_POSTING_PATHS = re.compile(
    r"dm_conversations|dm_events|direct_messages|statuses/update|/messages\b|/private_replies"
)


_WATCHING_PEOPLE = {
    "get_users_followers", "get_users_following", "get_home_timeline", "get_liked_tweets", "get_liking_users",
    "get_list_members", "get_list_tweets", "get_bookmarks", "get_followers", "get_friends", "lookup_friendships",
}  # fmt: skip


def no_person_is_watched(module: Module) -> Found:
    """Promise 6: the school's own accounts and public mentions, never somebody's circle or reading."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in _WATCHING_PEOPLE:
            yield node.lineno, f"{node.attr} looks into a person's own affairs"


_NEEDS_A_LIMIT = {
    "SMTP",
    "SMTP_SSL",
    "LMTP",
    "urlopen",
    "create_connection",
    "HTTPConnection",
    "HTTPSConnection",
}


def every_connection_has_a_limit(module: Module) -> Found:
    """Without `timeout=` a silent mail server would hold a worker for ever. (ruff sees to requests.)"""
    servers = {name.rpartition(".")[2] for _, name in imported(module) if name.startswith("aiosmtpd.")}
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call) or last_name(node.func) not in _NEEDS_A_LIMIT - servers:
            continue
        if not {keyword.arg for keyword in node.keywords} & {"timeout", None}:
            yield node.lineno, f"{last_name(node.func)}() without timeout= may wait for ever"


def nothing_is_posted(module: Module) -> Found:
    """Promise 4: no reply, no post, no like, no direct message. A person writes those."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _POSTING:
            yield node.lineno, f"{node.func.attr}() would speak for the school"
        elif module.room == "connectors" and _is_posting_path(node):
            yield node.lineno, "this is a path for posting or direct messages"


def _is_posting_path(node: ast.AST) -> TypeGuard[ast.Constant]:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    return bool(_POSTING_PATHS.search(node.value)) and " " not in node.value


# --- pictures ---------------------------------------------------------------------------------------

_MEDIA_WORD = re.compile(r"media|image|picture|photo|thumbnail|attachment|preview|avatar")
_ADDRESS = re.compile(r"url|src|source|href|full_picture")
_FETCHING = {
    "get", "post", "head", "request", "urlopen", "urlretrieve", "urlsafe_open", "fetch", "download",
    "goto", "stream", "send", "create_connection",
}  # fmt: skip
_PICTURE_LIBRARIES = {"PIL", "cv2", "imagehash", "imageio", "skimage", "wand", "pyvips", "torchvision"}


def no_picture_is_fetched(module: Module) -> Found:
    """Promise 3: an address of a picture is kept as a word and never asked for."""
    for line, name in imported(module):
        if name.partition(".")[0] in _PICTURE_LIBRARIES:
            yield line, f"{name} reads pictures"
    if not _MEDIA_WORD.search(module.text):
        return
    media_names = _names_for_media(module.tree)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and last_name(node.func) in _FETCHING:
            arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
            if any(
                _is_media_address(part, media_names) for argument in arguments for part in ast.walk(argument)
            ):
                yield node.lineno, f"{last_name(node.func)}() is handed the address of a picture"


_BY_A_PERSON = ("monitor/pipeline/sealing_up/capturing.py", "monitor/checks/pictures.py")
"""Who may use `monitor.capture`: the one way that asks for a ruling first, and the check that looks for a
browser."""
_BROWSERS = {"playwright", "selenium", "pyppeteer", "splinter", "nodriver", "seleniumbase"}


def only_a_person_captures(module: Module) -> Found:
    """Promise 3: the daemon has no way to a browser or to a medium; only the command of a named person has."""
    inside = module.is_below("monitor/capture")
    for line, name in imported(module):
        if name.partition(".")[0] in _BROWSERS and not inside:
            yield line, f"{name} renders pages, and with them pictures; that is monitor/capture's alone"
        elif name.startswith("monitor.capture") and not inside and module.path not in _BY_A_PERSON:
            yield line, f"{name} fetches pictures; ask monitor.pipeline.sealing_up.capturing, for a person"
        elif (
            name.startswith("monitor.pipeline.sealing_up.capturing")
            and module.path != "monitor/cli/capture.py"
        ):
            yield line, "a capture is asked for on the command line, by name, and nowhere else"


def _names_for_media(tree: ast.Module) -> set[str]:
    """Names that stand for one medium, or for its address: `for m in item.media`, `u = m.url`."""
    names: set[str] = set()
    for _ in range(3):  # an address may be handed on from name to name
        for node in ast.walk(tree):
            if isinstance(node, ast.For | ast.comprehension) and _MEDIA_WORD.search(dotted_any(node.iter)):
                names |= {part.id for part in ast.walk(node.target) if isinstance(part, ast.Name)}
            elif isinstance(node, ast.Assign) and any(
                _is_media_address(part, names) for part in ast.walk(node.value)
            ):
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def dotted_any(node: ast.AST) -> str:
    return " ".join(dotted(part) for part in ast.walk(node) if isinstance(part, ast.Name | ast.Attribute))


def _is_media_address(node: ast.AST, media_names: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in media_names or bool(_MEDIA_WORD.search(node.id) and _ADDRESS.search(node.id))
    if isinstance(node, ast.Attribute):
        about_media = _MEDIA_WORD.search(dotted_any(node.value)) or _stands_on(node.value, media_names)
        return bool(_ADDRESS.search(node.attr) and (about_media or _MEDIA_WORD.search(node.attr)))
    return False


def _stands_on(node: ast.AST, names: set[str]) -> bool:
    return any(isinstance(part, ast.Name) and part.id in names for part in ast.walk(node))


# --- custody ---------------------------------------------------------------------------------------

_READS_ITEM_FOLDERS = {
    "monitor/store/evidence_door.py": "the door itself, which notes every reading",
    "monitor/evidence/verify.py": "checks what stands there and hands nothing out",
    "monitor/evidence/captures.py": "checks what stands there and hands nothing out",
    "monitor/bench_evidence.py": "measures how fast an invented school is sealed",
    "monitor/pipeline/sealing_up/sealing.py": "reduces what is withheld",
    "monitor/pipeline/at_rest/locking.py": "puts it into a box, which its row's change notes",
    "monitor/pipeline/at_rest/unlocking.py": "opens the box for the door",
}
_FOLDERS = ("read_item", "item_folder")


def evidence_is_read_through_the_door(module: Module) -> Found:
    """Whoever reads an item's files is in the custody record; no caller can forget to say so."""
    if module.path in {*_READS_ITEM_FOLDERS, "monitor/evidence/folder.py"}:
        return
    for line, name in imported(module):
        if name in {f"monitor.evidence.folder.{one}" for one in _FOLDERS}:
            yield line, "evidence is read through monitor.store.evidence_door"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in _FOLDERS:
            yield node.lineno, "evidence is read through monitor.store.evidence_door"


# --- commits --------------------


def commits_belong_to_the_store(module: Module) -> Found:
    """Promise 1 holds only if a page, its seals and its cursor share one commit."""
    if module.is_below("monitor/store"):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
            yield node.lineno, f"{dotted(node.func)}() outside the store; use `with database.write()`"


# --- words and shape --------------------------------------------------------------------------------

_VERDICTS = re.compile(
    r"(?i)(^|_)(offen[cs]es?|criminals?|illegal|libel|guilty|victims?|perpetrators?|trolls?)($|_)"
)


def names_give_no_verdict(module: Module) -> Found:
    """A program that calls a parent a perpetrator has decided what only a court may."""
    for node in ast.walk(module.tree):
        for name in _names_in(node):
            if _VERDICTS.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)):
                yield getattr(node, "lineno", 1), f"the name {name!r} gives a verdict"


def _names_in(node: ast.AST) -> list[str]:
    match node:
        case (
            ast.Name(id=name)
            | ast.FunctionDef(name=name)
            | ast.ClassDef(name=name)
            | ast.Attribute(attr=name)
        ):
            return [name]
        case ast.arg(arg=name):
            return [name]
        case _:
            return []


LONGEST_FUNCTION = 60


def functions_fit_on_a_screen(module: Module) -> Found:
    if module.is_below("monitor/store/migrations/versions"):
        return  # a migration is a list of tables, read once from top to bottom
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            lines = node.end_lineno - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield node.lineno, f"{node.name} has {lines} lines"


RULES = (
    leaves_stay_leaves, platforms_are_found_not_named, one_clock, certificates_are_checked,
    no_sleeping_client, every_connection_has_a_limit, nothing_is_posted, no_person_is_watched, no_picture_is_fetched, only_a_person_captures, no_network_in_a_transaction,
    commits_belong_to_the_store, evidence_is_read_through_the_door, names_give_no_verdict, functions_fit_on_a_screen,
)  # fmt: skip
