"""docs/openapi.json says what the JSON addresses are, take and answer; generated requests hold the server to it."""

import json
from typing import Any

from pydantic.json_schema import models_json_schema

from server.web.routes import RULES
from server.web.sync import JoinBody, SyncBody
from tests.hostile.described import DOCUMENT


def slim(schema: Any) -> Any:
    """Without what only names things; private models have no underscore in the document."""
    if isinstance(schema, dict):
        kept = {name: slim(value) for name, value in schema.items() if name != "description"}
        return {name: value for name, value in kept.items() if name != "title" or not isinstance(value, str)}
    return [slim(each) for each in schema] if isinstance(schema, list) else schema


def test_every_json_address_is_described_and_no_other() -> None:
    described = {(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item}
    served = {(method, path) for method, path in RULES if path.startswith("/api/") or path == "/healthz"}
    assert described == served


def test_what_is_taken_is_what_the_models_take() -> None:
    _, models = models_json_schema(
        [(JoinBody, "validation"), (SyncBody, "validation")], ref_template="#/components/schemas/{model}"
    )
    plain = json.loads(json.dumps(slim(models["$defs"])).replace("schemas/_", "schemas/"))
    wanted = {name.removeprefix("_"): schema for name, schema in plain.items()}
    assert {name: DOCUMENT["components"]["schemas"][name] for name in wanted} == wanted


def test_every_answer_that_is_refused_is_an_error() -> None:
    for path, item in DOCUMENT["paths"].items():
        for operation in item.values():
            for status, answer in operation["responses"].items():
                if not status.startswith("2"):
                    schema = answer["content"]["application/json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/Error"}, (path, status)
