"""Requests made from docs/openapi.json, good and bad ones, and what the document says of their answers."""

import json
from pathlib import Path
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import load_all_checks
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.hostile.attack import Attack
from tests.hostile.caller import Reply

DOCUMENT = json.loads((Path(__file__).resolve().parents[2] / "docs/openapi.json").read_text("utf-8"))
_CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
# What our middleware answers to what never becomes a request of that address.
_ANY_ADDRESS = {404, 405}


def ask_described(attack: Attack, examples: int) -> None:
    """So many requests of each kind for each operation. Raises what does not conform."""
    load_all_checks()
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    with requests.Session() as session:
        for found in schema.get_all_operations():
            operation: Any = found.ok()  # type: ignore[union-attr]
            # Any text may stand in an address: only a body can be wrong.
            modes = GenerationMode if operation.body else [GenerationMode.POSITIVE]
            for mode in modes:
                _ask(attack, session, operation, mode, examples)


def _ask(attack: Attack, session: requests.Session, operation: Any, mode: GenerationMode, examples: int) -> None:
    known = attack.known

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), at=st.integers(0, 10**6))
    def each(case: Any, at: int) -> None:
        headers = {}
        if at % 8:
            headers["Authorization"] = f"Bearer {known['token'][at % len(known['token'])]}"
            _make_real(case, known, at)
        reply = case.call(base_url=attack.url, session=session, headers=headers)
        plain = Reply(
            reply.status_code,
            [(name.lower(), value) for name, values in reply.headers.items() for value in values],
            reply.content,
        )
        attack.ledger.note((operation.method.upper(), operation.path), repr(case), plain)
        if reply.status_code not in _ANY_ADDRESS:
            case.validate_response(reply, checks=_CHECKS)

    each()


def _make_real(case: Any, known: dict[str, list[str]], at: int) -> None:
    """Names that there are in place of generated ones, so that what is asked gets further."""
    if isinstance(case.body, dict) and isinstance(case.body.get("session"), str):
        case.body = {**case.body, "session": attack_session(known, at), "proto": 1}
    for name, value in (case.path_parameters or {}).items():
        if isinstance(value, str) and at % 3 and name != "idea":
            case.path_parameters[name] = known[name][at % len(known[name])]


def attack_session(known: dict[str, list[str]], at: int) -> str:
    """The session of the pass with that number."""
    return known["token session"][at % len(known["token session"])]
