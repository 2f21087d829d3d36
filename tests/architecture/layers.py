"""Reads a tree's imports and names what breaks the one-way rule of docs/architecture.md. Knows no single feature."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOTS = {
    "app",
    "account",
    "commands",
    "demo",
    "demo_town",
    "doctor",
    "keeping",
    "leaving",
    "moving",
    "night",
    "polls",
    "results",
    "__main__",
}
# Which of the server's own layers a layer may import. The composition roots see all; only a root sees a root.
MAY_SEE = {
    "domain": {"domain"},
    "store": {"store", "domain"},
    "usecases": {"usecases", "store", "domain", "live", "seals", "voice", "child"},
    "exports": {"exports", "usecases", "store", "domain", "i18n", "child"},
    "web": {
        "web",
        "exports",
        "usecases",
        "store",
        "domain",
        "live",
        "seals",
        "handover",
        "voice",
        "child",
        "mail",
        "metrics",
        "i18n",
        "settings",
        "workers",
    },
    "workers": {"workers", "systemd"},
    "live": {"live"},
    "seals": {"seals", "store", "domain"},
    "handover": {"handover", "store", "domain"},
    "voice": {"voice", "domain"},
    "child": {"child", "domain"},
    "mail": {"mail", "settings"},
    "metrics": {"metrics"},
    "systemd": {"systemd"},
    "connections": {"connections"},
    "i18n": {"i18n", "domain"},
    "settings": {"settings"},
}
SQL_LIBRARIES = {"sqlalchemy", "alembic", "aiosqlite", "asyncpg", "sqlite3"}
HTTP_LIBRARIES = {"starlette", "uvicorn", "jinja2", "httpx2"}
# A connection is passed on as an argument, and arguments have types.
ONLY_A_TYPE = {"sqlalchemy.ext.asyncio.AsyncConnection"}
SQL_TEXT = re.compile(r"\s*(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+TABLE\s|PRAGMA\s)")
WRITES = ("insert_", "mark_", "erase_")
READS = ("find_", "list_", "count_")
WRITING_DOORS = {"writing", "forget_deleted"}
# These bring the tables to this version, and a database to where it was, before there is any use case.
WRITING_STORE = {"server.store.migrate", "server.store.replay"}
NO_RESPONSES = ("server.web.results", "server.exports.", "server.usecases.publicity")
APART = {
    "weasyprint": "server.exports.printer",  # loads Pango when it is imported: without it only PDF is to be missing
    "odfdo": "server.exports.ods_file",
    "xlsxwriter": "server.exports.xlsx_file",
    "alembic": "server.store.migrations.",
    "webauthn": "server.usecases.passkey_check",
    "authlib": "server.web.provider_check",
    "joserfc": "server.web.provider_check",
    "httpx2": "server.web.provider_check",
}  # large libraries, each with where it is imported: no server loads that at its start
RESPONSES = {"server.store.responses", "server.domain.responses"}


@dataclass
class Module:
    """One Python file: its dotted name, its parsed text, and everything it imports as dotted names."""

    name: str
    tree: ast.Module
    imports: list[str] = field(default_factory=list)

    @property
    def layer(self) -> str:
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else ""


def violations(root: Path) -> list[str]:
    """One sentence for each breach in `root`/server and `root`/pwa."""
    modules = read_modules(root)
    found = [breach for module in modules.values() for breach in _module_breaches(module, modules)]
    graph = {name: _own_imports(module, modules) for name, module in modules.items()}
    found += [f"{' -> '.join(cycle)} is a cycle" for cycle in cycles(graph)]
    found += _results_breaches(graph)
    return found + pwa_violations(root)


def read_modules(root: Path) -> dict[str, Module]:
    """Every Python file under `root`/server by its dotted name."""
    modules: dict[str, Module] = {}
    for path in sorted((root / "server").rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        modules[name] = Module(name, tree, [found for node in ast.walk(tree) for found in _imported(node, package)])
    return modules


def _imported(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parents = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*parents, *([node.module] if node.module else [])])
        yield from (f"{base}.{alias.name}" for alias in node.names)


def _own_imports(module: Module, modules: Mapping[str, Module]) -> set[str]:
    """The modules of this server that `module` imports, itself left out."""
    return {target for name in module.imports if (target := _target(name, modules)) and target != module.name}


def _target(name: str, modules: Mapping[str, Module]) -> str | None:
    return name if name in modules else name.rpartition(".")[0] if name.rpartition(".")[0] in modules else None


def _module_breaches(module: Module, modules: Mapping[str, Module]) -> Iterator[str]:
    if not module.layer:
        return
    if module.layer not in MAY_SEE.keys() | ROOTS:
        yield f"{module.name} stands in no known layer"
        return
    yield from _layer_breaches(module, modules)
    yield from _library_breaches(module)
    yield from _sql_text_breaches(module)
    yield from _write_breaches(module)
    yield from _late_import_breaches(module)


def _layer_breaches(module: Module, modules: Mapping[str, Module]) -> Iterator[str]:
    seen = ROOTS | MAY_SEE.keys() if module.layer in ROOTS else MAY_SEE[module.layer]
    for target in sorted(_own_imports(module, modules)):
        layer = modules[target].layer
        if layer and layer not in seen:
            yield f"{module.name} ({module.layer}) imports {target} ({layer})"


def _library_breaches(module: Module) -> Iterator[str]:
    for name in module.imports:
        top = name.split(".")[0]
        if module.layer == "domain" and top != "server" and top not in sys.stdlib_module_names:
            yield f"{module.name} imports {name}: domain is standard library only"
        elif module.layer != "store" and top in SQL_LIBRARIES and name not in ONLY_A_TYPE:
            yield f"{module.name} imports {name}: SQL stands in store only"
        elif module.layer not in ROOTS | {"web", "connections"} and top in HTTP_LIBRARIES:
            yield f"{module.name} imports {name}: HTTP stands in web only"
        elif not module.name.startswith(APART.get(top, "")):
            yield f"{module.name} imports {name}: only {APART[top]} may"
        elif name.startswith(tuple(APART.values())):
            yield f"{module.name} imports {name}, which no server loads at its start"


def _sql_text_breaches(module: Module) -> Iterator[str]:
    if module.layer == "store":
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_TEXT.match(node.value):
            yield f"{module.name}:{node.lineno} holds SQL: it stands in store only"


def _write_breaches(module: Module) -> Iterator[str]:
    """Only use cases (and the roots that start them) write: nobody else opens the writer or calls what writes."""
    if module.layer in ROOTS | {"usecases"} or module.name in WRITING_STORE:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in WRITING_DOORS and not _is_self(node):
            yield f"{module.name}:{node.lineno} opens the writer (.{node.attr})"
        elif module.layer != "store" and isinstance(node, ast.Attribute) and node.attr.startswith(WRITES):
            yield f"{module.name}:{node.lineno} calls .{node.attr}: only use cases write"
    if module.layer == "web":
        for name in module.imports:
            if name.startswith("server.store.") and not _is_readable(name):
                yield f"{module.name} imports {name}: web only reads the store"


def _is_self(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _is_readable(name: str) -> bool:
    """A noun's module, a type or a constant of it, or a function that reads."""
    _, _, noun, *rest = name.split(".")
    if noun in ("schema", "migrations"):
        return False
    return not rest or rest[0].startswith(READS) or rest[0][0].isupper()


def _late_import_breaches(module: Module) -> Iterator[str]:
    for function in ast.walk(module.tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield f"{module.name}:{node.lineno} imports inside a function"


def _results_breaches(graph: Mapping[str, set[str]]) -> list[str]:
    found = []
    for start in (name for name in graph if name.startswith(NO_RESPONSES)):
        reached, waiting = set[str](), [start]
        while waiting:
            name = waiting.pop()
            reached.add(name)
            waiting.extend(graph[name] - reached)
        found += [f"{start} reaches {name}: results know packets only" for name in sorted(reached & RESPONSES)]
    return found


def cycles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Each group of names that reach themselves, once, as one way round."""
    found: list[list[str]] = []
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> None:
        if name in way:
            found.append([*way[way.index(name) :], name])
        elif name not in done:
            for target in sorted(graph.get(name, ())):
                walk(target, [*way, name])
            done.add(name)

    for name in sorted(graph):
        walk(name, [])
    return found


JS_COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"`])//[^\n]*", re.DOTALL)
JS_IMPORT = re.compile(r"""^\s*(?:import|export)\b[^;'"]*?["']([^"']+)["']""", re.MULTILINE)
JS_LOW = {"api.js", "database.js"}
JS_RULES = (
    (
        re.compile(r"(?<![\w.])fetch\s*\(|XMLHttpRequest|sendBeacon|WebSocket"),
        {"api.js", "sw.js"},
        "talks to the network",
    ),
    (re.compile(r"\bindexedDB\b|\bIDB[A-Z]\w+|\bopenDB\b|idb\.js"), {"database.js"}, "uses IndexedDB"),
    (re.compile(r"\bimport\s*\("), set[str](), "imports dynamically"),
    (re.compile(r"\binnerHTML\b|\bouterHTML\b|insertAdjacentHTML|document\.write\b"), set[str](), "builds markup"),
)


def pwa_violations(root: Path) -> list[str]:
    """One sentence for each breach in `root`/pwa."""
    texts = {path.name: JS_COMMENT.sub("", path.read_text(encoding="utf-8")) for path in (root / "pwa").glob("*.js")}
    found = [
        f"pwa/{name} {what}"
        for name, text in sorted(texts.items())
        for pattern, allowed, what in JS_RULES
        if name not in allowed and pattern.search(text)
    ]
    graph = {
        name: {Path(target).name for target in JS_IMPORT.findall(text)} & texts.keys() for name, text in texts.items()
    }
    for name, targets in sorted(graph.items()):
        if "app.js" in targets:
            found.append(f"pwa/{name} imports app.js: nothing sees the composition root")
        if name in JS_LOW and targets - JS_LOW:
            found.append(f"pwa/{name} imports {', '.join(sorted(targets - JS_LOW))}: it knows nothing above it")
    return found + [f"pwa: {' -> '.join(cycle)} is a cycle" for cycle in cycles(graph)]
