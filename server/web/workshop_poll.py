"""Pages where a poll is written: its questions, texts and profiles, what is missing, publishing."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.domain import picture_words
from server.domain.consultations import MOST_PROFILES
from server.domain.draft_changes import MOST_QUESTIONS, shown
from server.domain.drafts import PURSES, Content, as_facts, find_slot
from server.domain.errors import DomainError
from server.domain.gaps import list_fact_gaps, review
from server.domain.packages import LANGUAGES, MAX_OPTIONS, list_further
from server.domain.people import Action
from server.domain.questions import KINDS
from server.domain.sessions import GRADES
from server.i18n import further_languages, name_of, own_name, translations
from server.store.areas import list_area_path
from server.store.consultations import Consultation, Published, find_consultation, list_published
from server.store.drafts import Draft, find_draft
from server.usecases import compose, edit
from server.web.advice import Advice, advise
from server.web.assets import Assets
from server.web.fields import Fields, answer_fields, field_context, has_picture, known_pictures, read_fields
from server.web.forms import field, go_to, is_htmx, read_form
from server.web.parts import parts
from server.web.templating import language_of, page

_PAGES = re.compile(r"questions|texts|grades|questions/[A-Za-z0-9_-]{1,40}")
_MOST_SUGGESTED = 8


@dataclass(frozen=True)
class Bench:
    """A draft with everything around it that its pages show. `seen` stands for the draft as it is shown."""

    draft: Draft
    consultation: Consultation
    published: Sequence[Published]
    advice: Sequence[Advice]
    fact_gaps: Sequence[Advice]
    seen: str
    may_start: bool
    """Whether the person may start sessions of it."""

    may_administer: bool
    """Whether the person may add and remove languages."""

    @property
    def content(self) -> Content:
        return self.draft.content

    @property
    def home(self) -> str:
        return f"/staff/polls/{self.draft.poll}/workshop"

    @property
    def gaps(self) -> list[Advice]:
        return [each for each in self.advice if each.blocks]

    @property
    def newest(self) -> Published | None:
        """The newest revision of this poll."""
        return next((each for each in self.published if each.poll == self.draft.poll), None)

    @property
    def is_in_use(self) -> bool:
        """Whether new sessions use the draft exactly as it stands."""
        return bool(self.published) and self.published[0].id == self.seen

    @property
    def further(self) -> dict[str, list[Advice]]:
        """Its further languages, each with what is missing in it."""
        return {code: [each for each in self.advice if each.lang == code] for code in list_further(self.content)}

    def gaps_at(self, root: str) -> int:
        """How many gaps a part of the draft has."""
        return sum(each.path.split(".")[0] == root for each in self.gaps)

    @property
    def has_own(self) -> bool:
        """Whether there is a question besides the one that every poll asks."""
        return any(each["id"] != "exit" for each in shown(self.content)["questions"])

    def gaps_of(self, page_name: str) -> int:
        """How many gaps a page has; those of single questions belong to `questions`."""
        return sum(each.page.split("/")[0] == page_name for each in self.gaps)


async def questions(request: Request) -> Response:
    """The questions in their order, and one more."""
    return await _page(request, "questions")


async def question(request: Request) -> Response:
    """One question. Raises `not_found`."""
    return await _page(request, f"questions/{request.path_params['question']}")


async def texts(request: Request) -> Response:
    """What is said around the questions."""
    return await _page(request, "texts")


async def grades(request: Request) -> Response:
    """Which profile is asked what."""
    return await _page(request, "grades")


async def save(request: Request) -> Response:
    """Saves fields, and does what the pressed button says besides. Raises `frozen` or `not_found`."""
    here, poll, person = parts(request), request.path_params["poll"], request.state.person
    fields = await read_fields(request)
    if not _PAGES.fullmatch(fields.page):
        fields.page = "questions"
    try:
        fields.conflicts = await edit.save_poll(
            here.db,
            here.clock,
            poll,
            fields.wishes,
            by=person.id,
            has_picture=lambda hexcode: has_picture(here.assets, hexcode),
        )
        fields.is_saved = bool(fields.wishes)
        if fields.do and not fields.is_held:
            do, _, path = fields.do.partition(" ")
            found = await edit.change(here.db, here.clock, poll, do, path, by=person.id)
            if do == "duplicate":
                fields.page = found.replace(".", "/")
            return go_to(request, f"/staff/polls/{poll}/workshop{_address(fields.page)}#{found}")
    except DomainError as error:
        fields.refuse(error)
    if not is_htmx(request) and not fields.is_held:
        return go_to(request, f"/staff/polls/{poll}/workshop{_address(fields.page)}")
    return await _page(request, fields.page, fields)


async def add_question(request: Request) -> Response:
    """Adds a question from one form, its options line by line. Raises `frozen` or `not_found`."""
    here, poll = parts(request), request.path_params["poll"]
    form = await read_form(request)
    text = {lang: field(form, f"text_{lang}") for lang in LANGUAGES}
    lines = {lang: _lines(field(form, f"options_{lang}"), field(form, "kind")) for lang in LANGUAGES}
    labels = [
        {lang: said[at] if at < len(said) else "" for lang, said in lines.items()}
        for at in range(max(map(len, lines.values())))
    ]
    try:
        added = await edit.add_question(
            here.db,
            here.clock,
            poll,
            field(form, "kind"),
            text,
            labels,
            by=request.state.person.id,
            suggest=lambda said: suggest(here.assets, said),
        )
    except DomainError as error:
        fields = Fields()
        fields.refuse(error)
        return await _page(
            request, "questions", fields, {"typed": defaultdict(str, {name: field(form, name) for name in form})}
        )
    return go_to(request, f"/staff/polls/{poll}/workshop#questions.{added}")


async def change_languages(request: Request) -> Response:
    """Adds or removes a column of texts. Raises `bad_form`, `frozen` or `not_found`."""
    here, poll, by = parts(request), request.path_params["poll"], request.state.person.id
    do, _, code = field(await read_form(request), "do").partition(" ")
    if do == "add" and code in further_languages():
        await edit.add_language(here.db, here.clock, poll, code, name_of(code), by=by)
    elif do == "remove":
        await edit.remove_language(here.db, here.clock, poll, code, by=by)
    else:
        raise DomainError("bad_form", [("do", "unknown")])
    return go_to(request, f"/staff/polls/{poll}/workshop/texts#languages")


async def publish(request: Request) -> Response:
    """Publishes the draft that was looked at. Raises `incomplete`, `changed`, `frozen` or `not_found`."""
    here, poll = parts(request), request.path_params["poll"]
    seen = field(await read_form(request), "seen")
    async with here.db.reading() as db:
        draft = await find_draft(db, poll)
    pictures = known_pictures(here.assets, draft.content) if draft else set()
    await compose.publish_draft(here.db, here.clock, poll, by=request.state.person.id, seen=seen, pictures=pictures)
    return go_to(request, f"/staff/polls/{poll}/workshop#publish")


def suggest(assets: Assets, said: Mapping[str, str]) -> str:
    """The likeliest picture for a text that we have, or an empty text."""
    for lang in LANGUAGES:
        for hexcode in picture_words.search(said.get(lang, ""), lang)[:_MOST_SUGGESTED]:
            if has_picture(assets, hexcode):
                return hexcode
    return ""


def _lines(written: str, kind: str) -> list[str]:
    """One option a line; of a pair both on one line with a stroke between them."""
    lines = [line.strip() for line in written.splitlines() if line.strip()]
    if kind != "this_or_that":
        return lines
    return [side.strip() for line in lines for side in (*line.split("/", 1), "")[:2]]


def said_at(content: Content, path: str) -> str:
    """What stands at `path` in any language; empty when it is no text."""
    for lang in LANGUAGES:
        try:
            said = find_slot(content, f"{path}.{lang}").value
        except DomainError:
            return ""
        if said:
            return said
    return ""


def gap_place(content: Content, gap: Advice, lang: str) -> str:
    """The name of the place a gap is at: a question's text, or a page of the workshop."""
    gettext = translations(lang).gettext
    names = {"texts": gettext("Texts"), "grades": gettext("Grades"), "questions": gettext("Questions")}
    kind, _, asked = gap.page.partition("/")
    texts = [each["text"] for each in content["questions"] if each["id"] == asked]
    written = [text[code] for text in texts for code in (lang, *LANGUAGES) if text.get(code)]
    beside = said_at(content, gap.path)
    place = str(written[0]) if written else names[kind]
    return f"{place} – {beside}" if beside and beside not in place else place


def _address(page_name: str) -> str:
    return "" if page_name == "questions" else f"/{page_name}"


async def find_bench(request: Request, *, strictly: bool = False) -> Bench:
    """The draft of the path, `strictly` reviewed where it can be published. Raises `not_found`."""
    here, lang = parts(request), language_of(request)
    async with here.db.reading() as db:
        draft = await find_draft(db, request.path_params["poll"])
        consultation = await find_consultation(db, draft.consultation) if draft else None
        if draft is None or consultation is None:
            raise DomainError("not_found")
        published = await list_published(db, consultation.id)
        path = await list_area_path(db, consultation.area)
    findings = review(draft.content, known_pictures(here.assets, draft.content), strictly=strictly)
    facts = list_fact_gaps(as_facts(consultation.title, consultation.facts))
    return Bench(
        draft,
        consultation,
        published,
        advise(findings, lang),
        advise(facts, lang),
        compose.seen_id(draft),
        request.state.person.may(Action.RUN_SESSION, path),
        request.state.person.may(Action.ADMINISTER, path),
    )


async def _page(
    request: Request, name: str, fields: Fields | None = None, more: Mapping[str, Any] | None = None
) -> Response:
    bench = await find_bench(request, strictly=name == "questions" and not is_htmx(request))
    kind, _, asked = name.partition("/")
    about = next((each for each in bench.content["questions"] if each["id"] == asked), None)
    if asked and about is None:
        raise DomainError("not_found")
    context = {
        **field_context(bench.content, bench.advice, fields or Fields(), language_of(request)),
        "bench": bench,
        "poll": bench.content,
        "save_at": f"{bench.home}/fields",
        "page_name": name,
        "question": about,
        "kinds": tuple(KINDS),
        "purses": PURSES,
        "grades": GRADES,
        "most_options": MAX_OPTIONS,
        "most_questions": MOST_QUESTIONS,
        "most_profiles": MOST_PROFILES,
        "known": known_pictures(parts(request).assets, bench.content),
        "typed": defaultdict(str),
        "own_name": own_name,
        "to_add": [code for code in further_languages() if code not in bench.further],
        "gap_place": lambda gap: gap_place(bench.content, gap, language_of(request)),
        "path": bench.home + _address(name),
        **(more or {}),
    }
    if fields and is_htmx(request):
        return answer_fields(request, fields, context)
    template = "question" if asked else kind
    return page(request, f"workshop/{template}.html", context, status=fields.status if fields else 200)
