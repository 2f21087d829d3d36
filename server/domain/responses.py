"""A response: one child's confirmed turn. Is it ours, and does it fit its revision? Knows no storage and no session."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.consultations import Poll
from server.domain.packages import is_language
from server.domain.questions import ANSWERED_IN, TYPED, Answer, Cells, Question, adds, fits

MAX_BYTES = 8 * 1024
_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def _no_constant(name: str) -> None:
    raise ValueError(name)


_STRICT = json.JSONDecoder(parse_constant=_no_constant)


class Rejected(Exception):
    """Not a response of ours; `why` is `bad_id`, `too_large`, `bad_body` or `bad_seal`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Gone(Exception):
    """Purged on purpose: whoever still holds it may let it go."""


@dataclass(frozen=True)
class Response:
    """`answers` maps question id to its answer; an absent question was skipped. `end` is `done` or `stopped`."""

    revision: str
    lang: str
    answers: Mapping[str, Answer]
    end: str


def read_json(text: str) -> Any:
    """JSON as others than Python read it too: without NaN and Infinity. Raises ValueError."""
    try:
        return _STRICT.decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def is_id(value: object) -> bool:
    """Whether `value` is a random UUIDv4 in its canonical writing."""
    return isinstance(value, str) and _UUID4.fullmatch(value) is not None


def read_response(body: object) -> Response:
    """Parses a frozen body. Raises Rejected when it is larger than 8 KiB or not our JSON shape."""
    if not isinstance(body, str):
        raise Rejected("bad_body")
    if len(body) > MAX_BYTES or len(body.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise Rejected("too_large")
    try:
        content = read_json(body)
    except ValueError:
        raise Rejected("bad_body") from None
    if not isinstance(content, dict) or content.keys() != {"revision", "lang", "answers", "end"}:
        raise Rejected("bad_body")
    revision, lang, answers, end = content["revision"], content["lang"], content["answers"], content["end"]
    if not isinstance(revision, str) or not isinstance(answers, dict) or not body.isprintable():
        raise Rejected("bad_body")
    if not is_language(lang) or end not in ("done", "stopped"):
        raise Rejected("bad_body")
    return Response(revision, lang, answers, end)


def suits(poll: Poll, profile: str, response: Response) -> bool:
    """Whether it is in a language of the poll, and every answer belongs to what children with this profile are asked:
    known questions and options, no tick or coin too many.
    """
    asked = poll.asked(profile)
    return response.lang in poll.languages and all(
        question_id in asked and fits(asked[question_id], answer) for question_id, answer in response.answers.items()
    )


def contributions(
    asked: Mapping[str, Question], responses: Iterable[Response], *, typed: bool = False
) -> dict[str, list[Cells]]:
    """What suiting responses add to each entry of the ledger, child by child; a skip is no answer.

    `typed` ones carry it with them to wherever they wait.
    """
    mark = {TYPED: 1} if typed else {}
    found: dict[str, list[Cells]] = defaultdict(list)
    for response in responses:
        found[ANSWERED_IN.id].append({response.lang: 1, **mark})
        for question_id, answer in response.answers.items():
            if answer is not None:
                for entry, cells in adds(asked[question_id], answer).items():
                    found[entry].append({**cells, **mark})
    return found
