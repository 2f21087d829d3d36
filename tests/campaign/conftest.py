"""What the campaign's tests start from: the loaded program, forked for every server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.campaign.host import Zygote


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    started = Zygote()
    yield started
    started.close()
