"""Asking the same schools whether what was done turned out well: a consultation of one question, ready to publish."""

from collections.abc import Callable, Mapping
from typing import Any

from server.domain import draft_changes
from server.domain.errors import DomainError
from server.domain.feedback import Done
from server.store import drafts
from server.store.consultations import find_consultation
from server.store.database import Database
from server.store.feedback import find_feedback, mark_written
from server.store.shelf import find_common, find_empty_poll
from server.usecases.compose import start_after_in

Clock = Callable[[], int]

_ASKED = {"sv": "Blev det bra?", "fi": "Tuliko siitä hyvä?"}
_TITLES = {"sv": "{} – blev det bra?", "fi": "{} – tuliko siitä hyvä?"}


async def ask_again(db: Database, clock: Clock, consultation_id: str, path: str, *, by: str) -> str:
    """The poll that asks about the card at `path` (`cards.c1`), of a new consultation of the same places and grades.

    A card that was asked about before gives the same poll again. Raises `bad_form` unless it is done and told in every
    language, `not_found`.
    """
    async with db.writing() as tx:
        found = await find_consultation(tx, consultation_id, for_update=True)
        if found is None:
            raise DomainError("not_found")
        content = (await find_feedback(tx, consultation_id, for_update=True)).content
        cards = {f"cards.{each['id']}": each for each in draft_changes.shown(content)["cards"]}
        card = cards.get(path)
        if card is None or card["state"] != Done.DONE:
            raise DomainError("bad_form", [(path[:200], "unknown")])
        if missing := [(f"{path}.did.{lang}", "missing") for lang, text in card["did"].items() if not text]:
            raise DomainError("bad_form", missing)
        if begun := card.get("followUp"):
            return (await drafts.list_drafts(tx, begun))[0].poll
        poll_content = _poll(found.title, card)
        begun, poll = await start_after_in(tx, found, poll_content, by=by)
        for each in content["cards"]:
            if f"cards.{each['id']}" == path:
                each["followUp"] = begun
        await mark_written(tx, consultation_id, content)
        await drafts.mark_edited(tx, begun, ["title.sv", "title.fi"], clock(), by)
    return poll


def _poll(title: Mapping[str, str], card: Mapping[str, Any]) -> dict[str, Any]:
    titles = {lang: words.format(title[lang]) for lang, words in _TITLES.items()}
    content = {**find_empty_poll(), "title": titles, "coverEmojiHex": card["emojiHex"]}
    usual = {**find_common()["kinds"]["yes_maybe_no"], "emojiHex": card["emojiHex"], "help": card["did"]}
    draft_changes.add_question(content, "yes_maybe_no", _ASKED, [], usual, lambda _text: "")
    return content
