"""Fields of the workshop's forms: each sends its value under its path, and under `was.` what the person had seen.

After a conflict `over.` names what the person wants to write over, now that they have seen it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from server.domain.drafts import Content, find_slot, list_languages, most_chars
from server.domain.errors import N_, DomainError
from server.i18n import own_name, translations
from server.usecases.edit import Conflict, Wish
from server.web.advice import Advice
from server.web.assets import Assets
from server.web.forms import read_form
from server.web.templating import page

_MOST_BYTES = 256 * 1024
_MOST_FIELDS = 1500
_WAS = "was."
_OVER = "over."
_FINLAND = ZoneInfo("Europe/Helsinki")
_WRONG = {
    "too_long": N_("That is too long: at most %(most)s characters."),
    "too_many": N_("There are too many already."),
    "unknown": N_("There is no such field or value."),
    "number": N_("Choose one of the numbers."),
    "date": N_("Write the day as year-month-day."),
    "missing": N_("This must not be empty."),
}


@dataclass
class Fields:
    """What a form asks for and what became of it. `take` are the fields where the other person's text shall stand."""

    wishes: Sequence[Wish] = ()
    take: Sequence[str] = ()
    do: str = ""
    page: str = ""
    conflicts: list[Conflict] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)
    code: str = ""
    status: int = 200
    is_saved: bool = False
    """Whether what was written is kept, though what else the form asked for was refused."""

    def refuse(self, error: DomainError) -> None:
        """Notes what was wrong, to be shown beside the fields; anything but `bad_form` goes on to be an error page."""
        if error.kind.code != "bad_form":
            raise error
        self.wrong = dict(error.details)
        self.code, self.status = error.kind.code, error.kind.status

    @property
    def is_held(self) -> bool:
        """Whether something was not written."""
        if self.conflicts and self.status == 200:
            self.status = 409
        return bool(self.conflicts or self.wrong)

    def conflict(self, path: str) -> Conflict | None:
        return next((each for each in self.conflicts if each.path == path), None)

    def held(self, path: str) -> Wish | None:
        """What the person wanted, where it was not written; what they had seen still holds for it."""
        if not (self.wrong or self.conflict(path)):
            return None
        return next((wish for wish in self.wishes if wish.path == path), None)


async def read_fields(request: Request) -> Fields:
    """The fields of a form. Raises `bad_request` or `too_large`."""
    form = await read_form(request, max_sent=_MOST_BYTES, max_fields=_MOST_FIELDS)
    take = form.get("take", [])
    paths = [name.removeprefix(_WAS) for name in form if name.startswith(_WAS)]
    wishes = [
        Wish(path, form.get(path, [""])[0], form.get(_OVER + path, form[_WAS + path])[0])
        for path in paths
        if path not in take
    ]
    return Fields(wishes, take, form.get("do", [""])[0], form.get("page", [""])[0])


def field_context(content: Content, advice: Sequence[Advice], fields: Fields, lang: str) -> dict[str, Any]:
    """What every template with fields needs: how a field stands, and what is said about it."""

    def about(path: str) -> list[Advice]:
        above, _, lang = path.rpartition(".")
        return [
            each
            for each in advice
            if each.field == path or (each.path == above and each.lang in (None, lang)) or each.path == path
        ]

    return {
        "content": content,
        "fields": fields,
        "advice": advice,
        "value": lambda path: find_slot(content, path).value,
        "about": about,
        "columns": lambda path: {code: own_name(code) for code in list_languages(content, path)},
        "most_chars": most_chars,
        "clock_time": lambda seconds: f"{_local(seconds):%H.%M}",
        "clock_day": lambda seconds: f"{_local(seconds):%-d.%-m.%Y %H.%M}",
        "wrong_words": lambda code, path: translations(lang).gettext(_WRONG[code]) % {"most": most_chars(path)},
    }


def _local(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, _FINLAND)


def answer_fields(
    request: Request, fields: Fields, context: dict[str, Any], name: str = "workshop/_saved.html"
) -> Response:
    """The states of the fields that were sent, and what else changes with them; refused ones keep what was typed."""
    content = context["content"]
    sent = [*(wish.path for wish in fields.wishes), *fields.take]
    paths = [path for path in sent if _is_field(content, path)]
    is_held = fields.is_held
    return page(request, name, {**context, "paths": paths}, status=fields.status if is_held else 200)


def _is_field(content: Content, path: str) -> bool:
    try:
        find_slot(content, path)
    except DomainError:
        return False
    return True


def has_picture(assets: Assets, hexcode: str) -> bool:
    try:
        assets.picture_url(hexcode)
    except KeyError:
        return False
    return True


def known_pictures(assets: Assets, content: Any) -> set[str]:
    """Those of the pictures named anywhere in a draft that there are."""
    if isinstance(content, list):
        return {hexcode for each in content for hexcode in known_pictures(assets, each)}
    if not isinstance(content, dict):
        return set()
    own = {content.get(name) for name in ("emojiHex", "coverEmojiHex")}
    found = {str(hexcode) for hexcode in own if hexcode and has_picture(assets, str(hexcode))}
    return found | {hexcode for each in content.values() for hexcode in known_pictures(assets, each)}
