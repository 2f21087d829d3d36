"""The catalogue of errors: stable codes, each with a status and a way on."""

import re

import pytest

from server.domain.errors import ERROR_KINDS, DomainError, ErrorKind


@pytest.mark.parametrize("kind", ERROR_KINDS.values(), ids=lambda kind: kind.code)
def test_an_error_says_what_happened_and_what_to_do(kind: ErrorKind) -> None:
    assert re.fullmatch(r"[a-z_]+", kind.code)
    assert 400 <= kind.status < 600
    assert kind.message.endswith(".")
    assert kind.way_on.endswith(".")


def test_an_unknown_code_cannot_be_raised() -> None:
    with pytest.raises(KeyError):
        DomainError("no_such_code")


def test_an_error_names_the_fields_that_were_not_right() -> None:
    error = DomainError("bad_form", [("grades", "missing")])
    assert (str(error), error.kind.status, error.details) == ("bad_form", 422, (("grades", "missing"),))
