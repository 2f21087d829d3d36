"""The page where a municipality writes what came of a consultation, and publishes it. Knows no result."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.domain.drafts import as_facts, find_slot
from server.domain.errors import N_, DomainError
from server.domain.feedback import Done, is_overdue, timeline
from server.domain.feedback_drafts import MOST_PARTS, Gap, Lack, list_answer_gaps, list_gaps
from server.domain.packages import LANGUAGES
from server.i18n import translations
from server.store.consultations import Consultation, find_consultation
from server.store.feedback import StoredFeedback, find_feedback
from server.usecases import feedback
from server.usecases.follow_up import ask_again
from server.web.advice import Advice
from server.web.fields import Fields, answer_fields, field_context, has_picture, known_pictures, read_fields
from server.web.forms import field, go_to, is_htmx, read_form
from server.web.guesses import guess_context
from server.web.parts import parts
from server.web.start import today_of
from server.web.templating import language_of, page
from server.web.workshop_pictures import choice_context

_LACKS = {
    Lack.EMPTY: N_("This must not be empty."),
    Lack.SWEDISH: N_("The Swedish text is missing."),
    Lack.FINNISH: N_("The Finnish text is missing."),
    Lack.PICTURE: N_("A picture is missing."),
    Lack.CARDS: N_("There is no card yet."),
}


@dataclass(frozen=True)
class Told:
    """What is written and published of one consultation; `seen` stands for what is written as it is shown."""

    consultation: Consultation
    stored: StoredFeedback
    gaps: Sequence[Advice]
    answer_gaps: Sequence[Advice]

    @property
    def home(self) -> str:
        return f"/staff/consultations/{self.consultation.id}/feedback"

    @property
    def seen(self) -> str:
        return feedback.seen_id(self.stored.content)

    @property
    def is_answered(self) -> bool:
        return bool(self.stored.published and self.stored.published.answered)

    @property
    def is_public(self) -> bool:
        """Whether everybody sees exactly what is written."""
        return feedback.is_published(self.stored)


async def show(request: Request) -> Response:
    """Where the consultation stands, and everything that is written for its answer. Raises `not_found`."""
    return await _show(request)


async def save(request: Request) -> Response:
    """Saves fields, and does what the pressed button says besides. Raises `not_found`."""
    here, consultation, person = parts(request), request.path_params["consultation"], request.state.person
    home = f"/staff/consultations/{consultation}/feedback"
    fields = await read_fields(request)
    try:
        fields.conflicts = await feedback.save_feedback(
            here.db,
            here.clock,
            consultation,
            fields.wishes,
            by=person.id,
            has_picture=lambda hexcode: has_picture(here.assets, hexcode),
        )
        fields.is_saved = bool(fields.wishes)
        if fields.do and not fields.is_held:
            do, _, path = fields.do.partition(" ")
            if do == "ask":
                poll = await ask_again(here.db, here.clock, consultation, path, by=person.id)
                return go_to(request, f"/staff/polls/{poll}/workshop")
            found = await feedback.change_feedback(here.db, here.clock, consultation, do, path, by=person.id)
            return go_to(request, f"{home}#{found}")
    except DomainError as error:
        fields.refuse(error)
    if not is_htmx(request) and not fields.is_held:
        return go_to(request, f"{home}#{fields.page}" if fields.page else home)
    return await _show(request, fields)


async def publish(request: Request) -> Response:
    """Publishes what was looked at. Raises `incomplete`, `changed`, `not_frozen` or `not_found`."""
    here, consultation = parts(request), request.path_params["consultation"]
    seen = field(await read_form(request), "seen")
    told = await _find(request)
    await feedback.publish_feedback(
        here.db,
        here.live,
        here.clock,
        consultation,
        by=request.state.person.id,
        seen=seen,
        pictures=known_pictures(here.assets, told.stored.content),
    )
    return go_to(request, f"{told.home}#publish")


async def choose_picture(request: Request) -> Response:
    """The pictures for a card. Raises `not_found`."""
    told, at = await _find(request), request.query_params.get("at", "")
    try:
        slot = find_slot(told.stored.content, at)
    except DomainError:
        raise DomainError("not_found") from None
    if slot.kind != "picture" or "said" not in slot.holder:
        raise DomainError("not_found")
    card = at.rpartition(".")[0]
    context = {
        **await choice_context(request, slot, slot.holder["said"]),
        "told": told,
        "save_at": told.home,
        "page_name": card,
        "back": f"{told.home}#{card}",
        "path": f"{told.home}/picture",
    }
    return page(request, "feedback/picture.html", context)


async def _find(request: Request) -> Told:
    here, lang = parts(request), language_of(request)
    async with here.db.reading() as db:
        consultation = await find_consultation(db, request.path_params["consultation"])
        if consultation is None:
            raise DomainError("not_found")
        stored = await find_feedback(db, consultation.id)
    gaps = list_gaps(stored.content, known_pictures(here.assets, stored.content))
    return Told(consultation, stored, _advise(gaps, lang), _advise(list_answer_gaps(stored.content), lang))


def _advise(gaps: Sequence[Gap], lang: str) -> list[Advice]:
    gettext = translations(lang).gettext
    return [Advice(gap.path, None, gettext(_LACKS[gap.lack]), True, "", gap.path) for gap in gaps]


async def _show(request: Request, fields: Fields | None = None) -> Response:
    told, today = await _find(request), today_of(request).isoformat()
    consultation, content, published = told.consultation, told.stored.content, told.stored.published
    context: dict[str, Any] = {
        **field_context(content, told.gaps, fields or Fields(), language_of(request)),
        "told": told,
        "save_at": told.home,
        "path": told.home,
    }
    if fields and is_htmx(request):
        return answer_fields(request, fields, context, "feedback/_saved.html")
    facts = as_facts(consultation.title, consultation.facts)
    context |= {
        **await guess_context(request, consultation),
        "facts": facts,
        "steps": timeline(facts, published, frozen=consultation.frozen, today=today, frozen_on=consultation.frozen_on),
        "is_overdue": is_overdue(facts, published, today),
        "known": known_pictures(parts(request).assets, content),
        "states": list(Done),
        "most": MOST_PARTS,
        "languages_of_texts": LANGUAGES,
    }
    return page(request, "feedback/show.html", context, status=fields.status if fields else 200)
