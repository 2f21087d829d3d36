"""Results of every place that a reader may see: what files hold. Knows packets only."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.levels import may_ask, open_to_anyone
from server.domain.results import Figure, at, sum_up
from server.store.consultations import Revisions
from server.store.packets import list_figures
from server.usecases.report import Results, read_results


async def read_levels(
    db: AsyncConnection, revisions: Revisions, consultation_id: str, *, for_anyone: bool
) -> list[Results]:
    """The whole, each school language, each grades, each school and its grades; `for_anyone`: what is public of them.

    Each is what `read_results` says of the same `where`. Raises `not_found`, also when nothing of it is public.
    """
    whole = await read_results(db, revisions, consultation_id, {})
    figures = await list_figures(db, consultation_id, "", "")
    levels = [whole]
    languages = sorted({school.language for school in whole.schools.values()})
    for language in languages if len(languages) > 1 else ():
        found = await list_figures(db, consultation_id, "", language)
        levels.append(_sum(whole, {"school_language": language}, found))
    levels += [_sum(whole, {"grades": grades}, figures) for grades in _grades(figures)]
    for school in sorted(whole.schools):
        found = await list_figures(db, consultation_id, school, "")
        levels.append(_sum(whole, {"school": school}, found))
        levels += [_sum(whole, {"school": school, "grades": grades}, found) for grades in _grades(found)]
    if not for_anyone:
        return levels
    public = whole.consultation.public
    return [
        replace(level, results=open_to_anyone(level.results, level.where))
        for level in levels
        if may_ask(public, level.where)
    ]


def _grades(figures: Iterable[Figure]) -> list[str]:
    return sorted({figure.grades for figure in figures} - {""})


def _sum(whole: Results, where: dict[str, str], figures: Iterable[Figure]) -> Results:
    here = at(figures, where.get("grades", ""))
    return replace(whole, where=where, results=tuple(sum_up(one.poll, one.question, here) for one in whole.results))
