"""The whole URL map on one page: where, who may, which handler."""

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.domain.people import Action
from server.web import (
    about,
    answers,
    areas,
    boards,
    cards,
    child,
    conclude,
    consultations,
    cover,
    desk,
    experience,
    feedback,
    files,
    guardians,
    guesses,
    guide,
    handover,
    holidays,
    idea_pictures,
    ideas,
    invitations,
    log,
    me,
    metrics,
    open_data,
    paper,
    passkeys,
    people,
    pictures,
    provider,
    public,
    recordings,
    report,
    results,
    second,
    sessions,
    sheets,
    shelf,
    sign_in,
    sounds,
    start,
    static,
    sync,
    themes,
    unreleased,
    workshop,
    workshop_pictures,
    workshop_poll,
    workshop_preview,
    workshop_tries,
    worries,
    worry,
)
from server.web.access import ANYONE, HALF, MACHINE, TABLET, Handler, Rule, Where, guarded, reader, staff

_COMPRESSED = [Middleware(GZipMiddleware, minimum_size=1000)]

RULES: dict[tuple[str, str], Rule] = {}
"""Who may, by (method, path): filled below, walked by the tests."""


def _route(method: str, path: str, handler: Handler, may: Rule, *, compressed: bool = False) -> Route:
    RULES[(method, path)] = may
    middleware = _COMPRESSED if compressed else None
    return Route(path, guarded(handler, may), methods=[method], middleware=middleware)


def _get(path: str, handler: Handler, may: Rule) -> Route:
    return _route("GET", path, handler, may)


def _page(path: str, handler: Handler, may: Rule) -> Route:
    return _route("GET", path, handler, may, compressed=True)


def _post(path: str, handler: Handler, may: Rule) -> Route:
    return _route("POST", path, handler, may)


async def _to_child(_request: Request) -> Response:
    return RedirectResponse("/app/", 303)


async def _with_slash(request: Request) -> Response:
    return RedirectResponse(f"{request.url.path}/", 303)


_SESSION = "/staff/sessions/{session}"
_CONSULTATION = "/staff/consultations/{consultation}"
_FEEDBACK = _CONSULTATION + "/feedback"
_WATCH = staff(Action.WATCH_SESSION, Where.SESSION)
_RUN = staff(Action.RUN_SESSION, Where.SESSION)
_CLOSE = staff(Action.CLOSE_SESSION, Where.SESSION)
_READ = staff(Action.READ_RESULTS, Where.CONSULTATION)
_BE_STAFF_HERE = staff(Action.BE_STAFF, Where.CONSULTATION)
_POLL = "/staff/polls/{poll}"
_COMPOSE = staff(Action.COMPOSE, Where.POLL)
_COMPOSE_HERE = staff(Action.COMPOSE, Where.CONSULTATION)
_PUBLISH = staff(Action.PUBLISH, Where.CONSULTATION)
_IDEAS = _CONSULTATION + "/ideas"
_IDEA = _IDEAS + "/{idea}"
_THEMES = _CONSULTATION + "/themes"
_MODERATE = staff(Action.MODERATE_IDEAS, Where.CONSULTATION)
_ADMINISTER = staff(Action.ADMINISTER)
_ADMINISTER_AREA = staff(Action.ADMINISTER, Where.AREA)
_ADMINISTER_PERSON = staff(Action.ADMINISTER, Where.PERSON)
_CHANGE_WAYS_IN = staff(Action.BE_STAFF, fresh=True)
_TAKE_PART = staff(Action.BE_STAFF, Where.TAKES_PART)

ROUTES = [
    # tablets: first, for routes are tried in order
    _post("/api/v1/sync", sync.post_sync, TABLET),
    _route("POST", "/api/v1/join", sync.post_join, ANYONE, compressed=True),
    _route("PUT", "/api/v1/ideas/{idea}", ideas.put_idea, TABLET),
    # the child
    _get("/", _to_child, ANYONE),
    _get("/app", _with_slash, ANYONE),
    _get("/staff", _with_slash, ANYONE),
    _get("/results", _with_slash, ANYONE),
    _get("/app/", child.join_page, ANYONE),
    _get("/app/j/{link}", child.join_page, ANYONE),
    _get("/app/corner", child.corner_page, ANYONE),
    _get("/app/b/{edition}/pictures", child.booklet_pictures, ANYONE),
    _get("/app/b/{edition}/{lang}", child.booklet, ANYONE),
    _get("/app/sw.js", child.service_worker, ANYONE),
    _get("/app/manifest.webmanifest", child.manifest, ANYONE),
    _get("/app/sounds/{edition}/{lang}/{format}", sounds.sounds, ANYONE),
    _get("/app/sounds/{edition}/{lang}/{format}/all", sounds.all_sounds, ANYONE),
    _get("/static/{build}/{name:path}", static.asset, ANYONE),
    _get("/media/{picture}.webp", pictures.own, ANYONE),
    _get("/media/{name}", static.asset, ANYONE),
    _get("/media/sounds/{name}", sounds.sound, ANYONE),
    # staff
    _page("/staff/sign-in", sign_in.show, ANYONE),
    _post("/staff/sign-in", sign_in.sign_in, ANYONE),
    _post("/staff/sign-in/passkey/ask", passkeys.ask, ANYONE),
    _post("/staff/sign-in/passkey", passkeys.sign_in, ANYONE),
    _get("/staff/sign-in/provider", provider.begin, ANYONE),
    _get("/staff/sign-in/provider/back", provider.come_back, ANYONE),
    _page("/staff/sign-in/second", second.show, HALF),
    _post("/staff/sign-in/second", second.give, HALF),
    _post("/staff/sign-in/second/app", second.begin_app, HALF),
    _post("/staff/sign-in/second/passkey/ask", passkeys.ask_for_first, HALF),
    _post("/staff/sign-in/second/passkey", passkeys.add_first, HALF),
    _post("/staff/sign-out", sign_in.sign_out, ANYONE),
    _page("/staff/", consultations.overview, staff(Action.BE_STAFF)),
    _page(_CONSULTATION, consultations.show, _BE_STAFF_HERE),
    _page(_CONSULTATION + "/sessions", consultations.sessions_fragment, _BE_STAFF_HERE),
    _get(_CONSULTATION + "/events", consultations.events, _BE_STAFF_HERE),
    _post(_CONSULTATION + "/freeze", consultations.freeze, staff(Action.FREEZE, Where.CONSULTATION)),
    _post(_CONSULTATION + "/release", unreleased.release_all, staff(Action.ADMINISTER, Where.CONSULTATION)),
    _page(_FEEDBACK, feedback.show, _COMPOSE_HERE),
    _post(_FEEDBACK, feedback.save, _COMPOSE_HERE),
    _page(_FEEDBACK + "/picture", feedback.choose_picture, _COMPOSE_HERE),
    _post(_FEEDBACK + "/guesses", guesses.change, _COMPOSE_HERE),
    _page(_FEEDBACK + "/sounds", recordings.show, _COMPOSE_HERE),
    _post(_FEEDBACK + "/sounds/{key}", recordings.record, _COMPOSE_HERE),
    _post(_FEEDBACK + "/sounds/{key}/generate", recordings.generate, _COMPOSE_HERE),
    _post(_FEEDBACK + "/sounds/{key}/forget", recordings.forget, _COMPOSE_HERE),
    _post(_FEEDBACK + "/publish", feedback.publish, _PUBLISH),
    _post(_CONSULTATION + "/publish-results", conclude.publish_results, _PUBLISH),
    _post(_CONSULTATION + "/archive", conclude.archive, _PUBLISH),
    _page(_CONSULTATION + "/results", results.show, _READ),
    _get(_CONSULTATION + "/results/files/{format}", files.download, _READ),
    _page(_CONSULTATION + "/report", report.show, _READ),
    _get(_CONSULTATION + "/report.pdf", files.report, _READ),
    _page(_CONSULTATION + "/sheets", sheets.new, staff(Action.TYPE_SHEETS, Where.CONSULTATION)),
    _post(_CONSULTATION + "/sheets", sheets.create, staff(Action.TYPE_SHEETS, Where.CONSULTATION)),
    _page(_CONSULTATION + "/start", start.new, staff(Action.RUN_SESSION)),
    _post("/staff/sessions", start.create, staff(Action.RUN_SESSION)),
    _page(_SESSION, sessions.show, _WATCH),
    _page(_SESSION + "/progress", sessions.progress, _WATCH),
    _get(_SESSION + "/events", sessions.events, _WATCH),
    _page(_SESSION + "/guide", guide.show, _WATCH),
    _page(_SESSION + "/board", boards.show, _RUN),
    _page(_SESSION + "/wall", boards.wall, _WATCH),
    _page(_SESSION + "/feedback", answers.board, _WATCH),
    _page(_SESSION + "/card", cards.show, _RUN),
    _post(_SESSION + "/card", cards.renew, _RUN),
    _page("/staff/c/{card}", cards.held, ANYONE),
    _page("/staff/c/{card}/progress", cards.progress, ANYONE),
    _post("/staff/c/{card}/open", cards.open_session, ANYONE),
    _post("/staff/c/{card}/finish", cards.finish, ANYONE),
    _post("/staff/c/{card}/close", cards.close, ANYONE),
    _post(_SESSION + "/open", sessions.open_session, _RUN),
    _post(_SESSION + "/closes", sessions.keep_open, _RUN),
    _post(_SESSION + "/finish", sessions.finish, _RUN),
    _post(_SESSION + "/close", sessions.close, _CLOSE),
    _post(_SESSION + "/discard", sessions.discard, _CLOSE),
    _post(_SESSION + "/held", sessions.decide_held, _CLOSE),
    _post(_SESSION + "/release", unreleased.release, staff(Action.ADMINISTER, Where.SESSION)),
    _post(_SESSION + "/tablets/{number}/revoke", sessions.revoke_tablet, _RUN),
    _page(_POLL + "/paper", paper.sheets, _TAKE_PART),
    _page(_POLL + "/picture-boards", paper.picture_boards, _TAKE_PART),
    _page(_POLL + "/waiting-sheet", paper.waiting_sheet, _TAKE_PART),
    _page(_POLL + "/sounds", recordings.show, _COMPOSE),
    _post(_POLL + "/sounds/{key}", recordings.record, _COMPOSE),
    _post(_POLL + "/sounds/{key}/generate", recordings.generate, _COMPOSE),
    _post(_POLL + "/sounds/{key}/forget", recordings.forget, _COMPOSE),
    _page(_IDEAS, desk.show, _MODERATE),
    _page(_IDEAS + "/all", desk.listed, _MODERATE),
    _page(_IDEAS + "/keepers", desk.keepers, _MODERATE),
    _post(_IDEAS + "/keepers", desk.name_keepers, _MODERATE),
    _page(_IDEA, desk.one, _MODERATE),
    _post(_IDEA, desk.decide, _MODERATE),
    _get(_IDEA + "/picture", idea_pictures.at_desk, _MODERATE),
    _page(_IDEA + "/cover", cover.show, _MODERATE),
    _post(_IDEA + "/cover", cover.save, _MODERATE),
    _page(_IDEA + "/worry", worries.show, _MODERATE),
    _post(_IDEA + "/worry", worries.mark, _MODERATE),
    _post(_IDEA + "/worry/school", worries.school, _MODERATE),
    _post(_IDEA + "/worry/handed", worries.hand_over, _MODERATE),
    _page(_THEMES, themes.show, _MODERATE),
    _post(_THEMES, themes.add, _MODERATE),
    _post(_THEMES + "/ideas", themes.sort, _MODERATE),
    _post(_THEMES + "/sum", themes.set_sum, _MODERATE),
    _post(_THEMES + "/poll", themes.put_to_vote, _MODERATE),
    _page(_THEMES + "/{theme}", themes.one, _MODERATE),
    _post(_THEMES + "/{theme}", themes.change, _MODERATE),
    _post(_THEMES + "/{theme}/remove", themes.remove, _MODERATE),
    _page("/staff/handover", handover.show, staff(Action.WATCH_SESSION)),
    _post("/staff/handover", handover.take, staff(Action.WATCH_SESSION)),
    _page("/staff/shelf", shelf.show, staff(Action.COMPOSE)),
    _post("/staff/shelf", shelf.take_in, staff(Action.COMPOSE)),
    _post("/staff/shelf/{poll}", shelf.begin, staff(Action.COMPOSE)),
    _get(_CONSULTATION + "/package", shelf.package, _COMPOSE_HERE),
    _page(_POLL + "/experience", experience.show, _COMPOSE),
    _post(_POLL + "/experience", experience.tell, _COMPOSE),
    _page("/staff/workshop/new", workshop.new, staff(Action.COMPOSE)),
    _post("/staff/workshop", workshop.begin, staff(Action.COMPOSE)),
    _page(_CONSULTATION + "/workshop", workshop.show, _COMPOSE_HERE),
    _post(_CONSULTATION + "/workshop", workshop.save, _COMPOSE_HERE),
    _post(_CONSULTATION + "/workshop/polls", workshop.change, _COMPOSE_HERE),
    _page(_POLL + "/workshop", workshop_poll.questions, _COMPOSE),
    _post(_POLL + "/workshop/fields", workshop_poll.save, _COMPOSE),
    _post(_POLL + "/workshop/questions", workshop_poll.add_question, _COMPOSE),
    _page(_POLL + "/workshop/questions/{question}", workshop_poll.question, _COMPOSE),
    _page(_POLL + "/workshop/texts", workshop_poll.texts, _COMPOSE),
    _page(_POLL + "/workshop/grades", workshop_poll.grades, _COMPOSE),
    _post(_POLL + "/workshop/languages", workshop_poll.change_languages, staff(Action.ADMINISTER, Where.POLL)),
    _page(_POLL + "/workshop/picture", workshop_pictures.choose, _COMPOSE),
    _page(_POLL + "/workshop/try", workshop_preview.show, _COMPOSE),
    _page(_POLL + "/workshop/tries", workshop_tries.show, _COMPOSE),
    _page(_POLL + "/workshop/tries/child", workshop_tries.child, _COMPOSE),
    _post(_POLL + "/workshop/tries/child", workshop_tries.answer, _COMPOSE),
    _get(_POLL + "/preview/{profile}/{lang}", workshop_preview.booklet, _COMPOSE),
    _post(_POLL + "/publish", workshop_poll.publish, _COMPOSE),
    _page("/staff/pictures", pictures.show, staff(Action.COMPOSE)),
    _post("/staff/pictures", pictures.add, staff(Action.COMPOSE)),
    _post("/staff/pictures/{picture}/forget", pictures.forget, staff(Action.COMPOSE)),
    _page("/staff/people", people.show_all, _ADMINISTER),
    _post("/staff/people", people.invite, _ADMINISTER),
    _page("/staff/people/new", people.new, _ADMINISTER),
    _page("/staff/people/{person}", people.show, _ADMINISTER_PERSON),
    _post("/staff/people/{person}/roles", people.give_role, _ADMINISTER_PERSON),
    _post("/staff/people/{person}/roles/remove", people.remove_role, _ADMINISTER_PERSON),
    _post("/staff/people/{person}/disable", people.disable, _ADMINISTER_PERSON),
    _post("/staff/people/{person}/enable", people.enable, _ADMINISTER_PERSON),
    _post("/staff/people/{person}/reset", people.reset, _ADMINISTER_PERSON),
    _post("/staff/people/{person}/second/reset", people.reset_second_factor, _ADMINISTER_PERSON),
    _page("/staff/invitations/{token}", invitations.show, ANYONE),
    _post("/staff/invitations/{token}", invitations.accept, ANYONE),
    _page("/staff/me", me.show, staff(Action.BE_STAFF)),
    _post("/staff/me/password", me.change_password, staff(Action.BE_STAFF)),
    _post("/staff/me/sign-out", me.sign_out_everywhere, staff(Action.BE_STAFF)),
    _post("/staff/me/passkeys/ask", passkeys.ask_for_new, _CHANGE_WAYS_IN),
    _post("/staff/me/passkeys", passkeys.add, _CHANGE_WAYS_IN),
    _post("/staff/me/passkeys/{passkey}/remove", passkeys.remove, _CHANGE_WAYS_IN),
    _post("/staff/me/app/begin", me.begin_app, _CHANGE_WAYS_IN),
    _page("/staff/me/app", me.show_app, _CHANGE_WAYS_IN),
    _post("/staff/me/app", me.confirm_app, _CHANGE_WAYS_IN),
    _post("/staff/me/app/remove", me.remove_app, _CHANGE_WAYS_IN),
    _post("/staff/me/codes", me.renew_codes, _CHANGE_WAYS_IN),
    _get("/staff/me/provider", provider.begin_connecting, _CHANGE_WAYS_IN),
    _post("/staff/me/provider/remove", me.disconnect, _CHANGE_WAYS_IN),
    _page("/staff/areas", areas.show_all, _ADMINISTER),
    _post("/staff/areas", areas.add, _ADMINISTER),
    _page("/staff/areas/{area}", areas.show, _ADMINISTER_AREA),
    _post("/staff/areas/{area}", areas.change, _ADMINISTER_AREA),
    _post("/staff/areas/{area}/remove", areas.remove, _ADMINISTER_AREA),
    _page("/staff/areas/{area}/holidays", holidays.show, _ADMINISTER_AREA),
    _post("/staff/areas/{area}/holidays", holidays.add, _ADMINISTER_AREA),
    _post("/staff/areas/{area}/holidays/remove", holidays.remove, _ADMINISTER_AREA),
    _page("/staff/unreleased", unreleased.show, _ADMINISTER),
    _page("/staff/log", log.show, _ADMINISTER),
    _page("/staff/log.csv", log.export, _ADMINISTER),
    _page("/staff/worry", worry.show, ANYONE),
    _get("/staff/worry.js", worry.worker, ANYONE),
    # machines and anyone
    _get("/api/v1/results/{consultation}", results.api, reader(Action.READ_RESULTS)),
    _get("/api/v1/schools/{school}/answer", answers.for_school, ANYONE),
    _get("/results/", public.show_all, ANYONE),
    _get("/results/{consultation}", public.show, ANYONE),
    _get("/results/{consultation}/schools/{school}", public.school, ANYONE),
    _get("/results/{consultation}/numbers", public.numbers, ANYONE),
    _page("/results/{consultation}/data", open_data.show, ANYONE),
    _get("/results/{consultation}/data/{file}", open_data.file, ANYONE),
    _page("/preview/{consultation}", guardians.show, ANYONE),
    _get("/preview/{consultation}/{profile}/{lang}", guardians.booklet, ANYONE),
    _get("/results/{consultation}/ideas/{idea}.webp", idea_pictures.shown, ANYONE),
    _page("/pictures", about.pictures, ANYONE),
    _page("/privacy", about.privacy, ANYONE),
    _page("/accessibility", about.accessibility, ANYONE),
    _get("/healthz", about.healthz, ANYONE),
    _get("/metrics", metrics.show, MACHINE),
]
