"""The words of the action log: what staff can have done. Knows no page."""

from enum import StrEnum

from server.domain.people import Role


class Did(StrEnum):
    PERSON_INVITED = "person_invited"
    INVITATION_ACCEPTED = "invitation_accepted"
    TEACHER_ADDED = "teacher_added"
    REVIEWER_ADDED = "reviewer_added"
    MODERATOR_ADDED = "moderator_added"
    ADMINISTRATOR_ADDED = "administrator_added"
    TEACHER_REMOVED = "teacher_removed"
    REVIEWER_REMOVED = "reviewer_removed"
    MODERATOR_REMOVED = "moderator_removed"
    ADMINISTRATOR_REMOVED = "administrator_removed"
    PERSON_DISABLED = "person_disabled"
    PERSON_ENABLED = "person_enabled"
    PASSWORD_RESET = "password_reset"
    PASSWORD_CHANGED = "password_changed"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    APP_ADDED = "app_added"
    APP_REMOVED = "app_removed"
    APP_BLOCKED = "app_blocked"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    SECOND_FACTOR_RESET = "second_factor_reset"
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_REMOVED = "identity_removed"
    AREA_ADDED = "area_added"
    AREA_CHANGED = "area_changed"
    AREA_REMOVED = "area_removed"
    HOLIDAY_ADDED = "holiday_added"
    HOLIDAY_REMOVED = "holiday_removed"
    SESSION_STARTED = "session_started"
    SESSION_OPENED = "session_opened"
    SESSION_FINISHED = "session_finished"
    SESSION_CLOSED = "session_closed"
    SESSION_DISCARDED = "session_discarded"
    IDEAS_DISCARDED = "ideas_discarded"
    ANSWERS_HANDED_OVER = "answers_handed_over"
    SESSION_RELEASED = "session_released"
    HELD_INCLUDED = "held_included"
    HELD_LEFT_OUT = "held_left_out"
    CONSULTATION_FROZEN = "consultation_frozen"
    RESULTS_PUBLISHED = "results_published"
    GRADES_PUBLISHED = "grades_published"
    FEEDBACK_PUBLISHED = "feedback_published"
    CONSULTATION_ARCHIVED = "consultation_archived"
    CONSULTATION_ERASED = "consultation_erased"
    GUESSING_STARTED = "guessing_started"
    LANGUAGE_ADDED = "language_added"
    LANGUAGE_REMOVED = "language_removed"
    POLL_PUBLISHED = "poll_published"
    PACKAGE_IMPORTED = "package_imported"
    PACKAGE_EXPORTED = "package_exported"
    RECORDING_REPLACED = "recording_replaced"
    PICTURE_ADDED = "picture_added"
    PICTURE_DELETED = "picture_deleted"
    IDEA_SHOWN = "idea_shown"
    IDEA_COVERED = "idea_covered"
    IDEA_DOUBTED = "idea_doubted"
    IDEA_HIDDEN = "idea_hidden"
    IDEA_REOPENED = "idea_reopened"
    WORRY_MARKED = "worry_marked"
    WORRY_OPENED = "worry_opened"
    WORRY_HANDED = "worry_handed"
    WORRY_RELEASED = "worry_released"
    WORRY_KEEPERS_NAMED = "worry_keepers_named"
    THEME_CHANGED = "theme_changed"
    THEME_REMOVED = "theme_removed"
    THEMES_PUT_TO_VOTE = "themes_put_to_vote"


BY_CARD = "(class card)"
"""Who acted, when it was whoever held a session's class card: no member of staff has this id."""


def role_added(role: Role) -> Did:
    return Did(f"{role}_added")


def role_removed(role: Role) -> Did:
    return Did(f"{role}_removed")
