"""The one-way rule holds in this tree, and the reader that says so notices each way of breaking it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.layers import violations

ROOT = Path(__file__).resolve().parents[2]

SOUND = {
    "server/__init__.py": "",
    "server/app.py": "from server.web import routes\nfrom server.store.database import Database\nimport starlette\n",
    "server/live.py": "import asyncio\n",
    "server/domain/__init__.py": "",
    "server/domain/packets.py": "import random\n",
    "server/domain/responses.py": "from .packets import count\n",
    "server/store/__init__.py": "",
    "server/store/database.py": "import sqlalchemy\nclass Database:\n def writing(self): ...\n",
    "server/store/responses.py": "from sqlalchemy import select\nfrom server.domain.responses import Response\n",
    "server/store/packets.py": "from sqlalchemy import text\nSTATEMENT = 'SELECT 1 FROM packets'\n",
    "server/usecases/__init__.py": "",
    "server/usecases/collect.py": (
        "from sqlalchemy.ext.asyncio import AsyncConnection\n"
        "from server.store import responses\nfrom server import live\n"
        "async def take(db):\n async with db.writing() as tx: await responses.insert_response(tx)\n"
    ),
    "server/exports/__init__.py": "",
    "server/exports/csv_file.py": "from server.store.packets import Figure\n",
    "server/exports/printer.py": "from weasyprint import HTML\n",
    "server/web/__init__.py": "",
    "server/web/results.py": "from server.store.packets import Figure, list_figures\n",
    "server/web/sync.py": "from server.store import responses\nx = responses.find_one\n",
    "server/web/routes.py": "from server.web import results, sync\n",
    "pwa/app.js": 'import { send } from "./sync.js"; // fetch( is api\'s\n',
    "pwa/sync.js": 'import { post } from "./api.js";\nimport { all } from "./database.js";\n',
    "pwa/api.js": "export const post = () => fetch('/api');\n",
    "pwa/database.js": 'import { openDB } from "../vendor/idb.js";\n',
    "pwa/sw.js": 'self.addEventListener("fetch", (event) => event.respondWith(fetch(event.request)));\n',
}

PLANTED = [
    ("server/domain/packets.py", "import pydantic\n", "domain is standard library only"),
    ("server/domain/packets.py", "from server.store import packets\n", "(domain) imports server.store.packets (store)"),
    ("server/store/packets.py", "from server.usecases import collect\n", "(store) imports server.usecases.collect"),
    ("server/store/packets.py", "async def x(db):\n async with db.writing(): ...\n", "opens the writer"),
    ("server/store/packets.py", "import starlette.requests\n", "HTTP stands in web only"),
    ("server/usecases/collect.py", "from server.web import sync\n", "(usecases) imports server.web.sync (web)"),
    ("server/usecases/collect.py", "from sqlalchemy import select\n", "SQL stands in store only"),
    ("server/usecases/collect.py", "X = '''\n  DELETE FROM responses'''\n", "holds SQL"),
    ("server/usecases/collect.py", "def f():\n import json\n", "imports inside a function"),
    ("server/usecases/collect.py", "async def f():\n from json import loads\n", "imports inside a function"),
    ("server/web/sync.py", "from server.store.responses import insert_response\n", "web only reads the store"),
    ("server/web/sync.py", "from server.store import responses as r\nr.erase_responses()\n", "only use cases write"),
    ("server/web/sync.py", "from server.store.schema import packets\n", "web only reads the store"),
    ("server/web/sync.py", "from ..store.database import upsert\n", "web only reads the store"),
    ("server/web/sync.py", "async def f(db):\n async with db.writing(): ...\n", "opens the writer"),
    ("server/web/sync.py", "from sqlalchemy import text\n", "SQL stands in store only"),
    ("server/web/sync.py", "import server.app\n", "(web) imports server.app (app)"),
    ("server/web/results.py", "from server.store import responses\n", "results know packets only"),
    ("server/web/results.py", "from server.usecases.collect import take\n", "results know packets only"),
    ("server/exports/csv_file.py", "from server.usecases.collect import take\n", "results know packets only"),
    ("server/exports/csv_file.py", "from server.web import results\n", "(exports) imports server.web.results (web)"),
    ("server/exports/csv_file.py", "import jinja2\n", "HTTP stands in web only"),
    ("server/exports/csv_file.py", "import weasyprint\n", "only server.exports.printer may"),
    ("server/exports/csv_file.py", "from server.exports import printer\n", "no server loads at its start"),
    ("server/store/database.py", "import alembic\n", "only server.store.migrations. may"),
    ("server/domain/packets.py", "from server.domain import responses\n", "is a cycle"),
    ("server/live.py", "from server.domain import packets\n", "(live) imports server.domain.packets"),
    ("server/helpers.py", "import json\n", "stands in no known layer"),
    ("pwa/sync.js", "const reply = await fetch('/x');\n", "pwa/sync.js talks to the network"),
    ("pwa/app.js", "navigator.sendBeacon('/x');\n", "pwa/app.js talks to the network"),
    ("pwa/sync.js", "const db = indexedDB.open('x');\n", "pwa/sync.js uses IndexedDB"),
    ("pwa/sw.js", 'import { openDB } from "../vendor/idb.js";\n', "pwa/sw.js uses IndexedDB"),
    ("pwa/app.js", "await import('./later.js');\n", "imports dynamically"),
    ("pwa/app.js", "main.innerHTML = '<p>';\n", "builds markup"),
    ("pwa/api.js", 'import { send } from "./sync.js";\n', "pwa/api.js imports sync.js"),
    ("pwa/sync.js", 'import "./app.js";\n', "nothing sees the composition root"),
]


def plant(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def test_this_tree_keeps_the_one_way_rule() -> None:
    assert violations(ROOT) == []


def test_a_sound_tree_is_left_in_peace(tmp_path: Path) -> None:
    plant(tmp_path, SOUND)
    assert violations(tmp_path) == []


@pytest.mark.parametrize(("path", "text", "said"), PLANTED, ids=lambda value: str(value).strip()[:40])
def test_a_planted_breach_is_named(tmp_path: Path, path: str, text: str, said: str) -> None:
    plant(tmp_path, {**SOUND, path: SOUND.get(path, "") + text})
    found = violations(tmp_path)
    assert any(said in sentence for sentence in found), found
