"""A morning's figures as a table, what is reckoned from them, and one drawing. Knows no server."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from tests.bench.table import Line, print_lines
from tests.load.reckon import LOAD, class_cost, country, curve, queue_s, waits, work_ms

PUPILS, IN_A_CLASS, LESSON_MIN = 350_000, 20, 15.0
BELLS = ((0.0, 0.35), (30.0, 0.25), (60.0, 0.25), (90.0, 0.15))
"""When the lessons of a country's morning begin, in minutes, and which part of the classes."""
PROCESSORS = (1, 4, 16)
_AIMS = {"sync": 300.0, "commit → page": 500.0}


def print_load(of: Mapping[str, Any]) -> None:
    heading = f"A morning of {of['classes']} classes, {of['tablets']:,} tablets, {of['speed']:g} times as fast"
    for title, lines in (
        (heading, _morning(of)),
        ("Milliseconds until the answer: p50 / p95 / p99", _latencies(of)),
        ("What it cost", _cost(of)),
        ("Processor time by kind, each measured alone", _kinds(of)),
        ("By component (/metrics): answers, mean until it began", _components(of)),
        ("Reckoned, not measured: more than this machine was given", _reckoned(of)),
    ):
        print(f"\n{title}")
        print_lines(lines)
    print(f"\n{of['machine']}; load before: {of['load_before']:.1f}\n")


def _morning(of: Mapping[str, Any]) -> Iterator[Line]:
    yield "took", f"{of['seconds']:,.0f} s", "", None
    yield "responses acknowledged", f"{of['responses']:,}", "", None
    yield "  per second, mean", f"{of['responses'] / of['seconds']:,.1f}", "", None
    yield "  sent more than once", f"{of['resent']:,}", "", None
    yield "classes that lost their network for a while", f"{of['offline']}", "", None
    yield "books", "balance" if not of["problems"] else "; ".join(of["problems"]), "balance", not of["problems"]
    yield "responses no teacher's page came to show", f"{of['not_shown']}", "0", not of["not_shown"]
    for what, number in sorted(of["errors"].items()):
        yield f"  {what}", f"{number:,}", "", None


def _latencies(of: Mapping[str, Any]) -> Iterator[Line]:
    for kind, parts in of["latencies_ms"].items():
        aim = _AIMS.get(kind)
        said = " / ".join(f"{value:,.0f}" for value in parts.values())
        yield (
            f"{kind} ({of['counted'][kind]:,})",
            said,
            f"p99 ≤ {aim:.0f}" if aim else "",
            parts["p99"] <= aim if aim else None,
        )
    late = " / ".join(f"{value:,.0f}" for value in of["client_late_ms"].values())
    yield "  of these, at most so much is the client's own lateness", late, "", None
    yield "  the client was busy, of one processor", f"{of['client_busy']:.0%}", "", None


def _cost(of: Mapping[str, Any]) -> Iterator[Line]:
    responses = max(1, of["responses"])
    yield f"server's processor time, {of['processes']} process(es)", f"{of['cpu_s']:,.1f} s", "", None
    yield "  of one processor, mean", f"{of['cpu_s'] / of['seconds']:.0%}", "", None
    yield "  for each response, everything included", f"{of['cpu_s'] / responses * 1000:.1f} ms", "", None
    yield "  reckoned from the kinds below, as a part of it", f"{_reckoning(of):.2f}", "0.8–1.2", None
    yield "resident memory, at most", f"{of['resident_mb']:,.0f} MB", "", None
    yield "written to storage by the server", f"{of['written'] / 1e6:,.1f} MB", "", None
    yield "  database grew", f"{of['grown'] / 1e6:,.1f} MB", "", None
    if "postgres_cpu_s" in of:
        yield "PostgreSQL's processor time", f"{of['postgres_cpu_s']:,.1f} s", "", None
        yield "  its log (WAL)", f"{of['wal'] / 1e6:,.1f} MB", "", None
    per_tablet = sum(of["received"].values()) / of["tablets"] / 1e6
    yield "each tablet fetched, everything included", f"{per_tablet:.2f} MB", "", None


def _kinds(of: Mapping[str, Any]) -> Iterator[Line]:
    for kind, cost in of["costs_ms"].items():
        yield (kind, f"{cost:.2f} ms/s" if kind == "idle" else f"{cost:.2f} ms", "", None)
    for edge in (False, True):
        cost = class_cost(of["counted"], of["costs_ms"], of["classes"], of["lesson_min"], edge=edge)
        what = "files from elsewhere" if edge else "everything from here"
        yield f"one class, {what}: start, each minute", f"{cost.start_s:.2f} s + {cost.minute_s:.3f} s", "", None


def _components(of: Mapping[str, Any]) -> Iterator[Line]:
    for kind, (number, seconds) in sorted(of["components"].items()):
        yield f"{kind} ({number:,})", f"{seconds / max(1, number) * 1000:.1f} ms", "", None


def _reckoned(of: Mapping[str, Any]) -> Iterator[Line]:
    for processors in PROCESSORS:
        p50, p99 = waits(of["counted"], of["costs_ms"], processors, LOAD)
        yield f"{processors} processor(s) {LOAD:.0%} busy: p50 / p99", f"{p50:.1f} / {p99:.1f} ms", "", None
    for edge in (False, True):
        cost = class_cost(of["counted"], of["costs_ms"], of["classes"], of["lesson_min"], edge=edge)
        needed = country(cost, PUPILS // IN_A_CLASS, LESSON_MIN, BELLS)
        where = "files from elsewhere" if edge else "everything from here"
        yield f"{PUPILS:,} pupils in two hours, {where}: busiest minute", f"{max(needed):,.1f} cores", "", None
        yield f"  provided at {LOAD:.0%}", f"{max(needed) / LOAD:,.0f} cores", "", None
        for processors in PROCESSORS:
            classes = processors * LOAD / (cost.minute_s / 60)
            yield f"  {processors} core(s): classes in their lesson at once", f"{classes:,.0f}", "", None
            yield "    the country's longest queue", f"{queue_s(needed, processors):,.0f} s", "", None


def _reckoning(of: Mapping[str, Any]) -> float:
    reckoned = work_ms(of["counted"], of["costs_ms"]) / 1000 + of["costs_ms"]["idle"] / 1000 * of["seconds"]
    return float(reckoned / (of["cpu_s"] + of.get("postgres_cpu_s", 0.0)))


def draw(of: Mapping[str, Any]) -> str:
    """Busy processors over the morning, measured (the server's alone) and reckoned, as SVG."""
    measured = [(at, cpu) for at, cpu in of["levels"]]
    steps = [(b[0], (b[1] - a[1]) / (b[0] - a[0])) for a, b in pairwise(measured)]
    reckoned = [
        ((n + 1) * of["bin_s"], each) for n, each in enumerate(curve(of["moments"], of["costs_ms"], of["bin_s"]))
    ]
    most = max([1.0, *(level for _, level in [*steps, *reckoned])])
    lines = (("#1b6ca8", steps, "measured"), ("#c2571a", reckoned, "reckoned"))
    drawn = "".join(_line(colour, points, of["seconds"], most) for colour, points, _ in lines)
    named = "".join(
        f'<text x="{60 + 120 * n}" y="20" fill="{colour}">{name}</text>' for n, (colour, _, name) in enumerate(lines)
    )
    grid = "".join(
        f'<path d="M50 {_y(part * most, most):.0f}H750" stroke="#ddd"/>'
        f'<text x="44" y="{_y(part * most, most) + 4:.0f}" text-anchor="end">{part * most:.1f}</text>'
        for part in (0, 0.25, 0.5, 0.75, 1)
    )
    feet = f'<text x="50" y="318">0 s</text><text x="750" y="318" text-anchor="end">{of["seconds"]:.0f} s</text>'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 770 330" font-family="sans-serif" font-size="12">'
        f"<title>Busy processors over the morning</title>{grid}{drawn}{named}{feet}</svg>\n"
    )


def _line(colour: str, points: Sequence[tuple[float, float]], seconds: float, most: float) -> str:
    path = " ".join(f"{50 + at / seconds * 700:.1f},{_y(level, most):.1f}" for at, level in points)
    return f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{path}"/>'


def _y(level: float, most: float) -> float:
    return 300 - level / most * 265
