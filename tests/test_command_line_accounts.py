"""From an empty installation to an administrator who can sign in, by commands, and every refusal in one line."""

import subprocess
from pathlib import Path

import pytest

from server.account import reset
from server.domain.people import Role
from server.store.passkeys import Passkey, insert_passkey
from server.store.second_factors import SecondFactor, count_recovery_codes, insert_recovery_codes, insert_second_factor
from server.store.sign_ins import find_sign_in, insert_sign_in
from server.store.staff import find_account
from server.usecases.accounts import add_account
from server.usecases.second_factor import has_any
from tests.store.test_migrations import check_refusal, command
from tests.town import Town

ULLA = ("ulla@kommun.example", "--name", "Ulla Ek")


def account(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return command(data, "account", *arguments, TYCK_BASE_URL="https://tyck.example")


def test_the_first_administrator_of_an_empty_installation(tmp_path: Path) -> None:
    assert command(tmp_path, "migrate").returncode == 0
    check_refusal(account(tmp_path, "add", *ULLA), "--municipality")
    added = account(tmp_path, "add", *ULLA, "--municipality", "Kommunen / Kunta")
    assert added.returncode == 0, added.stderr
    assert added.stdout.startswith("https://tyck.example/staff/invitations/")
    assert "seven days" in added.stdout
    check_refusal(account(tmp_path, "add", "bo", "--name", "Bo"), "e-mail")
    second = account(tmp_path, "add", "bo@kommun.example", "--name", "Bo", "--role", "teacher")
    assert second.returncode == 0, second.stderr
    listed = account(tmp_path, "list").stdout.splitlines()
    assert listed[0].startswith("bo@kommun.example  Bo  invited  teacher of Kommunen")
    assert listed[1].startswith("ulla@kommun.example  Ulla Ek  invited  ")
    assert {"administrator of Kommunen", "teacher of Kommunen"} == set(listed[1].split("  ")[-1].split(", "))
    assert account(tmp_path, "disable", "ULLA@kommun.example").returncode == 0
    assert "disabled" in account(tmp_path, "list").stdout
    reset = account(tmp_path, "reset", "ulla@kommun.example")
    assert "/staff/invitations/" in reset.stdout
    assert reset.stdout != added.stdout
    assert "disabled" not in account(tmp_path, "list").stdout


@pytest.mark.parametrize("arguments", [("disable", "x@x.fi"), ("reset", "x@x.fi")])
def test_an_unknown_address_is_refused(tmp_path: Path, arguments: tuple[str, str]) -> None:
    assert command(tmp_path, "migrate").returncode == 0
    check_refusal(account(tmp_path, *arguments), "x@x.fi")


def test_a_database_that_was_never_migrated_is_refused(tmp_path: Path) -> None:
    check_refusal(account(tmp_path, "list"), "older", "migrate")


async def test_reset_takes_a_second_factor_away_too(town: Town) -> None:
    """Who has lost everything, and nobody is left to help."""
    await add_account(town.db, "ulla@stad.example", "Ulla", "fyra blå stolar", [(Role.ADMINISTRATOR, "stad")])
    async with town.db.writing() as tx:
        ulla = await find_account(tx, "ulla@stad.example")
        assert ulla
        await insert_second_factor(tx, SecondFactor(ulla.id, "sealed", confirmed=True))
        await insert_recovery_codes(tx, ulla.id, ["hashed"])
        await insert_passkey(tx, Passkey("id", ulla.id, b"key", 0, "phone", "2026-11-22"))
        await insert_sign_in(tx, "hash", ulla.id, town.now, strong=True)
    assert "/staff/invitations/" in await reset(town.db, "https://tyck.example", "ulla@stad.example")
    async with town.db.reading() as tx:
        assert not await has_any(tx, ulla.id)
        assert not await count_recovery_codes(tx, ulla.id)
        assert await find_sign_in(tx, "hash") is None
