"""The rule that nothing waits for the network while a transaction is open."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from support.source import Found, Module, dotted, imported_names, last_name, product

_TRANSACTIONS = {"begin", "begin_nested", "write", "read", "transaction", "unit_of_work", "Session"}
_SESSION_NAMES = {"session", "transaction", "connection", "tx"}
_SESSION_TYPES = {"Session", "Connection", "AsyncSession"}

# What reaches out by its name, whoever it is called on: the methods of connectors and of mail clients.
_OUTWARD_METHODS = {
    "fetch", "recheck", "hide", "unhide", "sendmail", "send_message", "starttls", "urlopen",
    "create_connection", "notify", "send_mail", "sleep",
}  # fmt: skip
_OUTWARD_LIBRARIES = ("requests", "httpx", "smtplib", "socket", "subprocess", "urllib.request", "time.sleep")
_HARMLESS = {"socket.gethostname", "socket.getfqdn"}
_OUTWARD_OBJECTS = re.compile(r"(^|_)(connector|platform|mailer|smtp|apprise|client)$")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def no_network_in_a_transaction(module: Module) -> Found:
    """A platform that stalls would hold the database, and with it every other source."""
    if module.room != "monitor":
        return
    outward = _outward(module)
    for block in _inside_transactions(module.tree):
        for call in _calls(block):
            if _reaches_out(call) or _resolved(module, call) in outward:
                yield call.lineno, f"{dotted(call.func)}() reaches out while a transaction is open"


def _outward(module: Module) -> frozenset[str]:
    everything = product(Path(__file__).parents[2])
    if module in everything:
        return _outward_functions(tuple(everything))
    return _outward_functions((*(other for other in everything if other.path != module.path), module))


@cache
def _outward_functions(modules: tuple[Module, ...]) -> frozenset[str]:
    """Full names of all functions that reach out, themselves or through what they call."""
    calls = {name: called for module in modules for name, called in _called_by(module).items()}
    outward = {name for name, called in calls.items() if "" in called}
    while more := {name for name, called in calls.items() if called & outward} - outward:
        outward |= more
    return frozenset(outward)


@cache
def _called_by(module: Module) -> dict[str, set[str]]:
    """What each function of a file calls, by full names; `""` stands for the network itself.

    A class counts as calling all its methods: who makes a conversation means to have it.
    """
    found: dict[str, set[str]] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, Function):
            called = {_network_or_name(module, call) for call in _calls(node.body)}
        elif isinstance(node, ast.ClassDef):
            called = {f"{module.name}.{part.name}" for part in node.body if isinstance(part, Function)}
        else:
            continue
        found.setdefault(f"{module.name}.{node.name}", set()).update(called)
    return found


def _network_or_name(module: Module, call: ast.Call) -> str:
    name = _resolved(module, call)
    of_the_network = name.startswith(_OUTWARD_LIBRARIES) and _does_something(name)
    return "" if of_the_network or _reaches_out(call) else name


def _does_something(name: str) -> bool:
    """Not an exception or a type of the library, and not a question to this machine about itself."""
    return not name.rpartition(".")[2][:1].isupper() and name not in _HARMLESS


def _resolved(module: Module, call: ast.Call) -> str:
    """The full name of what is called, as far as the file's own imports tell."""
    first, _, rest = dotted(call.func).partition(".")
    if first == "self":
        return f"{module.name}.{rest}"
    start = imported_names(module).get(first)
    if start is None:
        return f"{module.name}.{first}" if not rest else dotted(call.func)
    return f"{start}.{rest}" if rest else start


def _reaches_out(call: ast.Call) -> bool:
    called = dotted(call.func).split(".")
    if called[0] in _OUTWARD_LIBRARIES and len(called) > 1:
        return _does_something(".".join(called))
    if called[-1] in _OUTWARD_METHODS:
        return True
    on_outward_object = len(called) > 1 and bool(_OUTWARD_OBJECTS.search(called[-2]))
    return on_outward_object and called[-1] in {"delete", "check", "send"}


def _inside_transactions(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        opens = isinstance(node, ast.With | ast.AsyncWith) and any(map(_opens_transaction, node.items))
        if opens or (isinstance(node, Function) and _is_handed_a_session(node)):
            yield node.body  # type: ignore[attr-defined]  # both kinds have a body


def _opens_transaction(item: ast.withitem) -> bool:
    named = isinstance(item.optional_vars, ast.Name) and item.optional_vars.id in _SESSION_NAMES
    expression = item.context_expr
    return named or (isinstance(expression, ast.Call) and last_name(expression.func) in _TRANSACTIONS)


def _is_handed_a_session(function: Function) -> bool:
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return any(
        argument.annotation is not None and last_name(argument.annotation) in _SESSION_TYPES
        for argument in arguments
    )


def _calls(body: list[ast.stmt]) -> Iterator[ast.Call]:
    """Everything called here; what a function defined inside would do later is left out."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, Function | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))
