"""Ideas that want the same: a theme, how far it has come, and the question that lets children choose among themes.

Knows no storage and no page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.domain.drafts import cleaned
from server.domain.errors import DomainError
from server.domain.packages import LANGUAGES
from server.domain.questions import Text


class State(StrEnum):
    """How far a theme has come; `NOW` can be done without money, `IMPOSSIBLE` is not possible because …"""

    NEW = "new"
    MATURING = "maturing"
    NOW = "now"
    VOTE = "vote"
    DONE = "done"
    IMPOSSIBLE = "impossible"


MOST_NAME = 60
MOST_BECAUSE = 600
MOST_OWNER = 80
MOST_EUROS = 100_000_000
MOST_THEMES = 100

LEAST_OPTIONS = 2
MOST_OPTIONS: Mapping[str, int] = {"budget": 5, "multi_choice": 6, "rank": 4}
"""The kinds of question that themes can become, with how many fit: rules 11, 18 and 19 of screens.md."""

ASKED: Mapping[str, Text] = {
    "budget": {},
    "multi_choice": {"sv": "Vilka idéer tycker du bäst om?", "fi": "Mistä ideoista pidät eniten?"},
    "rank": {"sv": "Vilken idé är viktigast för dig?", "fi": "Mikä idea on sinulle tärkein?"},
}
"""What children are asked; coins ask with the words that they always have."""

TITLE: Text = {"sv": "Tänk om … – nu väljer vi!", "fi": "Entä jos … – nyt valitaan!"}
SUM_PICTURE = "1FA99"
_SUM: Text = {
    "sv": "Kommunen har %(euros)s euro till era idéer.",
    "fi": "Kunnalla on %(euros)s euroa teidän ideoihinne.",
}


@dataclass(frozen=True)
class Theme:
    """`because` says why something is not possible or what was done; `cost` is in euros; `owner` looks after it."""

    id: str
    consultation: str
    name: Text
    picture: str
    state: State
    because: Text
    cost: int | None
    owner: str


def read_theme(theme_id: str, consultation: str, given: Mapping[str, str]) -> Theme:
    """A theme from a form's fields (`name_sv`, `because_fi`, `cost` …). Raises `bad_form` naming each that is wrong."""
    said = {name: cleaned(text) for name, text in given.items()}
    name = {lang: said.get(f"name_{lang}", "") for lang in LANGUAGES}
    because = {lang: said.get(f"because_{lang}", "") for lang in LANGUAGES}
    state, owner, cost = said.get("state", ""), said.get("owner", ""), said.get("cost", "")
    is_explained = state == State.IMPOSSIBLE or any(because.values())
    wrong = [
        *_wrong_texts("name", name, MOST_NAME, needed=True),
        *_wrong_texts("because", because, MOST_BECAUSE, needed=is_explained),
    ]
    if state not in list(State):
        wrong.append(("state", "unknown"))
    if len(owner) > MOST_OWNER:
        wrong.append(("owner", "too_long"))
    try:
        euros = read_euros(cost)
    except DomainError as error:
        wrong += [("cost", code) for _, code in error.details]
    if wrong:
        raise DomainError("bad_form", wrong)
    return Theme(theme_id, consultation, name, said.get("picture", ""), State(state), because, euros, owner)


def read_euros(written: str) -> int | None:
    """Whole euros as people write them (`5 000 €`), None for nothing. Raises `bad_form`."""
    digits = "".join(written.removesuffix("€").split())
    if not digits:
        return None
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= len(str(MOST_EUROS))
    if not is_number or int(digits) > MOST_EUROS:
        raise DomainError("bad_form", [("euros", "number")])
    return int(digits)


def check_options(kind: str, chosen: int) -> None:
    """Raises `bad_form` unless so many themes can be the options of a question of this kind."""
    if kind not in MOST_OPTIONS:
        raise DomainError("bad_form", [("kind", "unknown")])
    if not LEAST_OPTIONS <= chosen <= MOST_OPTIONS[kind]:
        raise DomainError("bad_form", [("theme", "too_few" if chosen < LEAST_OPTIONS else "too_many")])


def sum_line(euros: int) -> Text:
    """What children are told about the real money, with the thousands apart."""
    written = f"{euros:,}".replace(",", "\N{NO-BREAK SPACE}")
    return {lang: text % {"euros": written} for lang, text in _SUM.items()}


def _wrong_texts(name: str, texts: Mapping[str, str], most: int, *, needed: bool) -> Sequence[tuple[str, str]]:
    return [
        (f"{name}_{lang}", "too_long" if len(text) > most else "missing")
        for lang, text in texts.items()
        if len(text) > most or (needed and not text)
    ]
