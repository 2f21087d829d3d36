"""The one catalogue of errors: a stable code, a status, what happened and the way on. Knows no HTTP but numbers."""

from collections.abc import Sequence
from dataclasses import dataclass


def N_(message: str) -> str:
    """Marks a text for the catalogues; it is translated when it is shown."""
    return message


@dataclass(frozen=True)
class ErrorKind:
    code: str
    status: int
    message: str
    way_on: str


_TRY_AGAIN = N_("Check what you sent and try again.")
_ASK_TEACHER = N_("Ask your teacher to show the picture code again.")

ERROR_KINDS: dict[str, ErrorKind] = {
    kind.code: kind
    for kind in (
        ErrorKind("bad_request", 400, N_("We could not read what was sent."), _TRY_AGAIN),
        ErrorKind("bad_gzip", 400, N_("The compressed request could not be unpacked."), _TRY_AGAIN),
        ErrorKind("sign_in_needed", 401, N_("Please sign in first."), N_("Sign in and come back to this page.")),
        ErrorKind("bad_token", 401, N_("This tablet's pass is not valid here."), _ASK_TEACHER),
        ErrorKind("wrong_password", 401, N_("The e-mail address or the password is not right."), N_("Try again.")),
        ErrorKind(
            "second_factor_needed",
            401,
            N_("One more step before you are signed in."),
            N_("Sign in again and follow the steps."),
        ),
        ErrorKind(
            "sign_in_again",
            401,
            N_("For this, sign in once more."),
            N_("That was a while ago, and somebody else could be sitting here."),
        ),
        ErrorKind("wrong_code", 422, N_("That code is not right."), N_("Wait for the next one and try again.")),
        ErrorKind(
            "wrong_passkey",
            401,
            N_("The passkey was not accepted."),
            N_("Try again, or sign in with your password."),
        ),
        ErrorKind(
            "provider_refused",
            401,
            N_("The other service did not sign you in."),
            N_("Try again, or sign in with your password."),
        ),
        ErrorKind(
            "unknown_identity",
            403,
            N_("You have no role in Tyck yet."),
            N_("Ask an administrator to invite you."),
        ),
        ErrorKind(
            "identity_taken",
            409,
            N_("That account is connected to another person here."),
            N_("Sign in with it, or ask an administrator."),
        ),
        ErrorKind(
            "provider_away",
            503,
            N_("The other service does not answer."),
            N_("Try again in a moment, or sign in with your password."),
        ),
        ErrorKind("wrong_session", 403, N_("The pass belongs to another session."), _ASK_TEACHER),
        ErrorKind(
            "not_allowed", 403, N_("Your role does not include this."), N_("Ask an administrator if you need it.")
        ),
        ErrorKind(
            "cross_site", 403, N_("The request came from another site."), N_("Open the page here and try again.")
        ),
        ErrorKind("not_found", 404, N_("There is nothing at this address."), N_("Go back to the start page.")),
        ErrorKind("unknown_code", 404, N_("No session has these pictures."), _ASK_TEACHER),
        ErrorKind("method_not_allowed", 405, N_("This address does not take that method."), _TRY_AGAIN),
        ErrorKind(
            "ambiguous",
            409,
            N_("Several schools use these pictures today."),
            N_("Open the teacher's link or QR code once."),
        ),
        ErrorKind("session_closed", 409, N_("This session has ended."), _ASK_TEACHER),
        ErrorKind(
            "wrong_state",
            409,
            N_("The session is not in a state for that."),
            N_("Reload the page to see where it stands."),
        ),
        ErrorKind(
            "frozen", 409, N_("The consultation is frozen: its answers can no longer change."), N_("Read its results.")
        ),
        ErrorKind(
            "not_released",
            409,
            N_("This came back from a backup: nobody knows whether it was closed meanwhile."),
            N_("Ask an administrator to release it."),
        ),
        ErrorKind(
            "not_frozen", 409, N_("Answers can still come in this consultation."), N_("Freeze the consultation first.")
        ),
        ErrorKind("stays_public", 409, N_("What anyone may read already stays public."), N_("Leave it open as it is.")),
        ErrorKind(
            "not_answered",
            409,
            N_("The children have not got their answer yet."),
            N_("Publish “you said – we did” in both languages first."),
        ),
        ErrorKind(
            "changed",
            409,
            N_("Somebody changed this poll while you looked at it."),
            N_("Look at it again before you publish."),
        ),
        ErrorKind(
            "already_decided",
            409,
            N_("Somebody decided about this idea before you."),
            N_("See what was decided. You can change it."),
        ),
        ErrorKind(
            "second_person",
            409,
            N_("A second person has to agree."),
            N_("Ask another moderator to look at this idea."),
        ),
        ErrorKind("incomplete", 422, N_("Something is still missing."), N_("Fill in what the list names.")),
        ErrorKind(
            "picture_used",
            409,
            N_("A poll shows this picture."),
            N_("Choose another picture in the poll first."),
        ),
        ErrorKind(
            "last_administrator",
            409,
            N_("This is the last administrator there."),
            N_("Invite another administrator first."),
        ),
        ErrorKind(
            "area_used",
            409,
            N_("Something belongs to this place already."),
            N_("Rename it instead: what happened there stays."),
        ),
        ErrorKind("gone", 410, N_("This consultation was erased."), N_("Go back to the start page.")),
        ErrorKind(
            "dead_link",
            410,
            N_("This link has been used or is too old."),
            N_("Ask whoever invited you for a new one."),
        ),
        ErrorKind("too_large", 413, N_("That was too large."), N_("Send less at a time.")),
        ErrorKind(
            "not_a_sound", 422, N_("This is no sound that we can read."), N_("Record it again or save it as MP3.")
        ),
        ErrorKind("silent_sound", 422, N_("The recording is silent."), N_("Check the microphone and record it again.")),
        ErrorKind(
            "long_sound", 422, N_("The recording is longer than 30 seconds."), N_("Read only what stands on the page.")
        ),
        ErrorKind(
            "not_a_picture", 422, N_("This is no picture that we can read."), N_("Choose a JPEG, PNG or WebP file.")
        ),
        ErrorKind(
            "huge_picture",
            422,
            N_("The picture has more than 50 million pixels."),
            N_("Take it at a lower resolution, or make it smaller first."),
        ),
        ErrorKind(
            "bad_form", 422, N_("Something in the form is missing or not right."), N_("Correct it and send again.")
        ),
        ErrorKind("bad_package", 422, N_("This package cannot be taken in."), N_("Correct what the list names.")),
        ErrorKind(
            "bad_handover",
            422,
            N_("This is no file that a tablet saved for this service, or it is not whole."),
            N_("Save it on the tablet once more and choose it again."),
        ),
        ErrorKind("old_app", 426, N_("This app version is too old."), N_("Update the app.")),
        ErrorKind("too_many", 429, N_("Too many tries at once."), N_("Wait a moment and try again.")),
        ErrorKind("over_cap", 429, N_("Far more answers than children have arrived."), N_("Tell the moderator.")),
        ErrorKind("internal", 500, N_("Something went wrong here, not with you."), N_("Try again in a moment.")),
        ErrorKind(
            "no_programs",
            503,
            N_("This server cannot make sounds: a program is not installed."),
            N_("Ask whoever runs the server to install espeak-ng and ffmpeg."),
        ),
        ErrorKind(
            "no_pdf",
            503,
            N_("This server cannot make PDF files: a library is not installed."),
            N_("Ask whoever runs the server to install Pango; the other files can be had all the same."),
        ),
        ErrorKind("busy", 503, N_("The service is busy right now."), N_("Try again in a moment.")),
    )
}


class DomainError(Exception):
    """A refusal that reaches a person or a program by its stable code.

    `details` holds (path, code) pairs naming the fields that were not right.
    """

    def __init__(self, code: str, details: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(code)
        self.kind = ERROR_KINDS[code]
        self.details = tuple(details)
