"""The page of the action log: who did what, where and when, in the areas one administers. Nothing about a child."""

import csv
import io
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.domain.actions import BY_CARD, Did
from server.domain.people import Action
from server.i18n import translations
from server.store.actions import Done, list_actions, list_actors
from server.store.areas import Area, list_areas, list_below_in
from server.web.forms import small_number
from server.web.parts import parts
from server.web.templating import language_of, page


def N_(message: str) -> str:
    """Marks a text for the catalogues; it is translated when it is shown."""
    return message


SAID = {
    Did.PERSON_INVITED: N_("Made an invitation"),
    Did.INVITATION_ACCEPTED: N_("Set a password by an invitation"),
    Did.TEACHER_ADDED: N_("Gave the role teacher"),
    Did.REVIEWER_ADDED: N_("Gave the role reviewer"),
    Did.MODERATOR_ADDED: N_("Gave the role moderator"),
    Did.ADMINISTRATOR_ADDED: N_("Gave the role administrator"),
    Did.TEACHER_REMOVED: N_("Took away the role teacher"),
    Did.REVIEWER_REMOVED: N_("Took away the role reviewer"),
    Did.MODERATOR_REMOVED: N_("Took away the role moderator"),
    Did.ADMINISTRATOR_REMOVED: N_("Took away the role administrator"),
    Did.PERSON_DISABLED: N_("Disabled an account"),
    Did.PERSON_ENABLED: N_("Enabled an account"),
    Did.PASSWORD_RESET: N_("Took away a password and made a link"),
    Did.PASSWORD_CHANGED: N_("Changed the own password"),
    Did.SIGNED_OUT_EVERYWHERE: N_("Signed out everywhere"),
    Did.PASSKEY_ADDED: N_("Added a passkey"),
    Did.PASSKEY_REMOVED: N_("Removed a passkey"),
    Did.APP_ADDED: N_("Began to use an app with codes"),
    Did.APP_REMOVED: N_("Removed the app with codes"),
    Did.APP_BLOCKED: N_("The app with codes was blocked after too many wrong codes"),
    Did.RECOVERY_CODE_USED: N_("Signed in with a recovery code"),
    Did.RECOVERY_CODES_RENEWED: N_("Made new recovery codes"),
    Did.SECOND_FACTOR_RESET: N_("Took away passkeys, app and recovery codes"),
    Did.IDENTITY_LINKED: N_("Connected an account of another service"),
    Did.IDENTITY_REMOVED: N_("Disconnected an account of another service"),
    Did.AREA_ADDED: N_("Added an area"),
    Did.AREA_CHANGED: N_("Changed an area"),
    Did.AREA_REMOVED: N_("Removed an area"),
    Did.HOLIDAY_ADDED: N_("Said when schools have a holiday"),
    Did.HOLIDAY_REMOVED: N_("Took back a school holiday"),
    Did.SESSION_STARTED: N_("Started an answering session"),
    Did.SESSION_OPENED: N_("Opened an answering session"),
    Did.SESSION_FINISHED: N_("Finished an answering session"),
    Did.SESSION_CLOSED: N_("Closed an answering session"),
    Did.SESSION_DISCARDED: N_("Discarded an answering session"),
    Did.IDEAS_DISCARDED: N_("Erased the ideas of a discarded session (how many)"),
    Did.ANSWERS_HANDED_OVER: N_("Took in answers from a tablet's file"),
    Did.SESSION_RELEASED: N_("Released an answering session after a restore"),
    Did.HELD_INCLUDED: N_("Counted answers that were set aside"),
    Did.HELD_LEFT_OUT: N_("Left out answers that were set aside"),
    Did.CONSULTATION_FROZEN: N_("Froze a consultation"),
    Did.RESULTS_PUBLISHED: N_("Opened results to anyone"),
    Did.GRADES_PUBLISHED: N_("Opened results by grade to anyone"),
    Did.FEEDBACK_PUBLISHED: N_("Published what came of a consultation"),
    Did.CONSULTATION_ARCHIVED: N_("Archived a consultation"),
    Did.CONSULTATION_ERASED: N_("Erased a whole consultation"),
    Did.GUESSING_STARTED: N_("Let adults guess what children say"),
    Did.LANGUAGE_ADDED: N_("Added a language to a poll"),
    Did.LANGUAGE_REMOVED: N_("Removed a language from a poll"),
    Did.POLL_PUBLISHED: N_("Published a poll"),
    Did.PACKAGE_IMPORTED: N_("Imported a poll"),
    Did.PACKAGE_EXPORTED: N_("Exported a poll"),
    Did.PICTURE_ADDED: N_("Added a picture"),
    Did.PICTURE_DELETED: N_("Deleted a picture"),
    Did.RECORDING_REPLACED: N_("Recorded a text"),
    Did.IDEA_SHOWN: N_("Let an idea be shown"),
    Did.IDEA_COVERED: N_("Let an idea be shown, partly covered"),
    Did.IDEA_DOUBTED: N_("Suggested not to show an idea"),
    Did.IDEA_HIDDEN: N_("Decided not to show an idea"),
    Did.IDEA_REOPENED: N_("Took a decision about an idea back"),
    Did.WORRY_MARKED: N_("Marked a worry"),
    Did.WORRY_OPENED: N_("Saw which school a worry is from"),
    Did.WORRY_HANDED: N_("Handed a worry over"),
    Did.WORRY_RELEASED: N_("Found that a worry was none"),
    Did.WORRY_KEEPERS_NAMED: N_("Named who looks after worries"),
    Did.THEME_CHANGED: N_("Wrote a theme"),
    Did.THEME_REMOVED: N_("Removed a theme"),
    Did.THEMES_PUT_TO_VOTE: N_("Made themes into a poll"),
}
_PER_PAGE = 50
_MOST_EXPORTED = 100_000
_LARGEST_ID = 2**31 - 1
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def show(request: Request) -> Response:
    """The newest first, fifty at a time."""
    before = small_number(request.query_params.get("before", ""), _LARGEST_ID)
    found, known, own = await _find(request, before=before, most=_PER_PAGE + 1)
    async with parts(request).db.reading() as db:
        actors = await list_actors(db, own)
    context = {
        "actions": found[:_PER_PAGE],
        "older": found[_PER_PAGE - 1].id if len(found) > _PER_PAGE else None,
        "actors": actors,
        "known": known,
        "said": SAID,
        "moment": _moment,
        "who_did": _who,
        "is_later": before is not None,
        **_filters(request),
    }
    return page(request, "log/show.html", context)


async def export(request: Request) -> Response:
    """The same as a table for a spreadsheet, newest first."""
    found, known, _own = await _find(request, before=None, most=_MOST_EXPORTED)
    lang = language_of(request)
    _ = translations(lang).gettext
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow([_("When"), _("Who"), _("What"), _("Where"), _("About")])
    for done in found:
        where = known[done.area].name[lang] if done.area in known else ""
        row = (_who(done, lang), _(SAID[Did(done.what)]), where, done.about)
        at = datetime.fromtimestamp(done.at).astimezone().isoformat()
        table.writerow([at, *(_harmless(cell) for cell in row)])
    headers = {"Content-Disposition": 'attachment; filename="tyck-log.csv"', "Cache-Control": "no-store"}
    # The mark lets spreadsheets read å, ä and ö.
    return Response("\ufeff" + written.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


async def _find(request: Request, *, before: int | None, most: int) -> tuple[list[Done], dict[str, Area], list[str]]:
    async with parts(request).db.reading() as db:
        known = await list_areas(db)
        own = list_below_in(known, request.state.person.areas_for(Action.ADMINISTER))
        found = await list_actions(db, own, **_filters(request), before=before, most=most)
    return found, known, own


def _filters(request: Request) -> dict[str, Any]:
    return {name: request.query_params.get(name, "") for name in ("what", "who")}


def _who(done: Done, lang: str) -> str:
    _ = translations(lang).gettext
    return _("Class card") if done.who == BY_CARD else done.who or _("The server")


def _harmless(cell: str) -> str:
    """A spreadsheet runs what begins like a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _moment(at: int) -> str:
    """Day and time by the server's clock, as both languages write them."""
    moment = datetime.fromtimestamp(at)
    return f"{moment.day}.{moment.month}.{moment.year} {moment:%H.%M}"
