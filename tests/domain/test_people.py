"""Who may do what, role by role, and where."""

import pytest

from server.domain.people import ALLOWED, Action, Person, Role

TABLE = {
    # be_staff run_session watch_session close_session read_results freeze compose type_sheets administer ideas publish
    Role.TEACHER: (1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0),
    Role.REVIEWER: (1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0),
    Role.MODERATOR: (1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1),
    Role.ADMINISTRATOR: (1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1),
}
ACTIONS = (
    Action.BE_STAFF,
    Action.RUN_SESSION,
    Action.WATCH_SESSION,
    Action.CLOSE_SESSION,
    Action.READ_RESULTS,
    Action.FREEZE,
    Action.COMPOSE,
    Action.TYPE_SHEETS,
    Action.ADMINISTER,
    Action.MODERATE_IDEAS,
    Action.PUBLISH,
)
ROWS = [(role, action, bool(may)) for role, row in TABLE.items() for action, may in zip(ACTIONS, row, strict=True)]


def test_the_table_is_whole() -> None:
    assert set(TABLE) == set(Role) == set(ALLOWED)
    assert set(ACTIONS) == set(Action)


@pytest.mark.parametrize(("role", "action", "may"), ROWS)
def test_a_role_includes_an_action(role: Role, action: Action, may: bool) -> None:
    person = Person("p", "Alva", ((role, "koivu"),))
    assert person.may(action, ["koivu", "stad"]) is may
    assert person.may_somewhere(action) is may


@pytest.mark.parametrize(
    ("held_at", "path", "may"),
    [
        ("koivu", ["koivu", "stad"], True),
        ("stad", ["koivu", "stad"], True),
        ("koivu", ["stad"], False),
        ("bjork", ["koivu", "stad"], False),
        ("annan", ["koivu", "stad"], False),
        ("koivu", [], False),
    ],
)
def test_a_role_holds_for_an_area_and_all_below_it(held_at: str, path: list[str], may: bool) -> None:
    assert Person("p", "Alva", ((Role.TEACHER, held_at),)).may(Action.RUN_SESSION, path) is may


def test_roles_in_different_areas_do_not_mix() -> None:
    person = Person("p", "Otto", ((Role.TEACHER, "koivu"), (Role.REVIEWER, "annan")))
    assert person.may(Action.RUN_SESSION, ["koivu"])
    assert not person.may(Action.READ_RESULTS, ["koivu"])
    assert not person.may(Action.RUN_SESSION, ["annan"])
    assert person.may_somewhere(Action.READ_RESULTS)


def test_nobody_without_a_role_may_anything() -> None:
    nobody = Person("p", "Otto", ())
    assert not any(nobody.may(action, ["stad"]) or nobody.may_somewhere(action) for action in Action)
