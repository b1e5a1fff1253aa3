"""The product's Python files as the project's own lint rules see them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

Found = Iterator[tuple[int, str]]

ROOMS = ("alerts", "classifiers", "config", "connectors", "monitor")


@dataclass(frozen=True)
class Module:
    """One file of the product: where it stands (from the root), and what it says."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.path, self.text)

    @property
    def name(self) -> str:
        """As other files import it."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def room(self) -> str:
        return self.path.partition("/")[0]

    def is_below(self, folder: str) -> bool:
        return self.path.startswith(f"{folder}/")


@cache
def _parsed(path: str, text: str) -> ast.Module:
    return ast.parse(text, path)


@cache
def product(root: Path) -> list[Module]:
    """Every Python file of the five rooms."""
    files = sorted(path for room in ROOMS for path in (root / room).rglob("*.py"))
    return [Module(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")) for path in files]


def dotted(node: ast.AST) -> str:
    """`a.b.c` for a name or a chain of attributes; a call or subscript in the chain shows as `()`."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            return f"{dotted(value)}.{attribute}"
        case _:
            return "()"


def last_name(node: ast.AST) -> str:
    return dotted(node).rpartition(".")[2]


def imported(module: Module) -> Iterator[tuple[int, str]]:
    """Line and full name of everything a file imports, wherever in the file the import stands."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, node)
            yield from ((node.lineno, f"{base}.{alias.name}".lstrip(".")) for alias in node.names)


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module.path.split("/")[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])


@cache
def imported_names(module: Module) -> dict[str, str]:
    """Name in the file → full name of what it stands for."""
    names: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            # `import a.b` binds `a`; `import a.b as c` binds what it says.
            names |= {(a.asname or a.name.partition(".")[0]): (a.name if a.asname else a.name.partition(".")[0])
                      for a in node.names}  # fmt: skip
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, node)
            names |= {(a.asname or a.name): f"{base}.{a.name}".lstrip(".") for a in node.names}
    return names
