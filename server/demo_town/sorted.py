"""How the moderator of the demo town sorted the ideas: most are decided, the newest still wait (themes.json)."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from server.demo_town.children import Made
from server.demo_town.lessons import Here, noon
from server.domain.desk import State
from server.usecases.moderate import cover_idea, decide, name_keepers
from server.usecases.themes import add_theme, set_sum, sort_ideas

_THEMES = Path(__file__).parent / "themes.json"
_DECIDED = 0.6
_EUROS = "30 000"


async def sort_all(here: Here, consultation: str, ideas: Iterable[Made], today: date) -> None:
    """Decides about the first ones in the desk's own order, and puts what may be shown under its theme."""
    await name_keepers(here.db, consultation, here.moderator, here.administrator, by=here.moderator)
    await set_sum(here.db, consultation, _EUROS)
    in_order = sorted(ideas, key=lambda made: made.id)
    wished = defaultdict[str, list[str]](list)
    for made in in_order[: round(_DECIDED * len(in_order))]:
        await _decide(here, consultation, made, today)
        if made.odd is None:
            wished[made.wish.id].append(made.id)
    for wish, theme in json.loads(_THEMES.read_text("utf-8")).items():
        name = await add_theme(here.db, noon(today), consultation, theme, has_picture=lambda _named: True)
        await sort_ideas(here.db, consultation, wished[wish], name)


async def _decide(here: Here, consultation: str, made: Made, today: date) -> None:
    odd, clock, by = made.odd, noon(today), here.moderator
    if odd and odd.hidden:
        places = [str(place) for place in odd.hidden[made.idea.lang]]
        await cover_idea(here.db, here.easel, clock, consultation, made.id, places, (), was=State.NEW, by=by)
    else:
        wanted, reason = (odd.state, odd.reason) if odd else (State.SHOWN, "")
        await decide(here.db, clock, consultation, made.id, wanted, was=State.NEW, by=by, reason=reason)
