"""The measures as a table, with what to aim for."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Line = tuple[str, str, str, bool | None]
"""What, how much, what to aim for, whether it is met (None: nothing to aim for)."""


def print_table(measured: Mapping[str, Any]) -> None:
    for heading, lines in (
        ("Responses, each durable before it is answered (64 connections)", _responses(measured["responses"])),
        ("Commit to the teacher's page (200 tablets, each delivering every 5 s)", _events(measured["events"])),
        ("Killed (kill -9) under load and started again", _recovery(measured["recovery"])),
        ("Resident memory of the server", _memory(measured["memory_mb"])),
        ("A child's first load, compressed", _first_load(measured["first_load_bytes"])),
        ("The same on slow 4G, with a 4 times slower processor", _paint(measured["paint"])),
        ("A whole turn of ten questions (4 times slower processor)", _tap(measured["tap"])),
        ("Children in a row on one tablet", _turns(measured["turns"])),
        ("Reading results (server time of one request)", results_lines(measured["results"])),
        ("The workshop with 200 consultations and 5,000 sessions", workshop_lines(measured["workshop"])),
        ("Storing, processor time of the use cases alone", constancy_lines(measured["constancy"])),
        ("On PostgreSQL, each its own request (64 connections), beside pgbench", postgres_lines(measured["postgres"])),
        ("Another consultation erased while a class answers", erasing_lines(measured["erasing"])),
        ("What the disclosure rule lets be seen of the demo town", utility_lines(measured["utility"])),
    ):
        print(f"\n{heading}")
        print_lines(lines)
    print(f"\n{measured['machine']}; load before: {measured['load_before']:.1f}; took {measured['seconds']:.0f} s\n")


def print_lines(lines: Iterable[Line]) -> None:
    for what, value, aim, met in lines:
        mark = {None: "", True: "met", False: "MISSED"}[met]
        print(f"  {what:<54}{value:>12}   {aim:<12}{mark}".rstrip())


def _responses(of: Mapping[str, float]) -> Iterator[Line]:
    yield "each its own request, per second", f"{of['single_per_s']:,.0f}", "", None
    yield "bare route, validates and stores nothing, per second", f"{of['bare_per_s']:,.0f}", "", None
    yield "  ratio", f"{of['single_ratio']:.2f}", "≥ 0.60", of["single_ratio"] >= 0.6
    yield "  ratio of processor time, bare to ours", f"{of['cpu_ratio']:.2f}", "", None
    yield "batches of 10, responses per second", f"{of['batch_per_s']:,.0f}", "", None
    yield "raw SQLite, commits of one row per second", f"{of['raw_one_per_s']:,.0f}", "", None
    for name, what, least in (("single", "own requests", None), ("batch", "batches", 0.7)):
        rows, size = of[f"raw_{name}_group_per_s"], of[f"{name}_group"]
        yield f"raw SQLite, {size:.0f} rows a commit as in {what}, rows/s", f"{rows:,.0f}", "", None
        ratio = of[f"{name}_per_s"] / rows
        yield "  ratio", f"{ratio:.2f}", f"≥ {least:.2f}" if least else "", ratio >= least if least else None
    yield "bare route, batches of 10, responses per second", f"{of['bare_batch_per_s']:,.0f}", "", None
    both = 1 / (1 / of["bare_batch_per_s"] + 1 / of["raw_batch_group_per_s"])
    yield "  reading, then storing, on one processor, responses/s", f"{both:,.0f}", "", None
    yield "  ratio", f"{of['batch_per_s'] / both:.2f}", "≥ 1", of["batch_per_s"] >= both
    yield "latency p50 / p99", f"{of['single_p50_ms']:.1f} / {of['single_p99_ms']:.1f} ms", "", None
    yield "steady 1,000/s: p50", f"{of['steady_p50_ms']:.1f} ms", "", None
    yield "steady 1,000/s: p99", f"{of['steady_p99_ms']:.1f} ms", "≤ 5 ms", of["steady_p99_ms"] <= 5
    bare = f"{of['bare_steady_p50_ms']:.1f} / {of['bare_steady_p99_ms']:.1f} ms"
    yield "  bare route at the same load: p50 / p99", bare, "", None
    back = f"{of['returning_p50_ms']:,.0f} / {of['returning_p99_ms']:,.0f} ms"
    yield "300 tablets at once, 10 responses each: p50 / p99", back, "≤ 2,000 ms", of["returning_p99_ms"] <= 2000
    yield "load client busy (of one processor)", f"{of['client_busy']:.0%}", "", None


def _events(of: Mapping[str, float]) -> Iterator[Line]:
    yield "event: p50", f"{of['event_p50_ms']:.1f} ms", "", None
    yield "event: p99", f"{of['event_p99_ms']:.1f} ms", "≤ 250 ms", of["event_p99_ms"] <= 250
    fetched = f"{of['fragment_p50_ms']:.0f} / {of['fragment_p99_ms']:.0f} ms"
    yield "fetching the new fragment: p50 / p99", fetched, "", None


def _recovery(of: Mapping[str, float]) -> Iterator[Line]:
    yield "from its start to the first stored response", f"{of['s']:.1f} s", "≤ 2 s", of["s"] <= 2
    yield "  processor time of the new process until then", f"{of['cpu_s']:.1f} s", "", None


def _memory(of: Mapping[str, float]) -> Iterator[Line]:
    yield "idle", f"{of['idle']:.0f} MB", "", None
    yield "after the load", f"{of['after_load']:.0f} MB", "", None
    yield "after the load, with 1,000 open streams", f"{of['streams']:.0f} MB", "< 150 MB", of["streams"] < 150


def _first_load(of: Mapping[str, int]) -> Iterator[Line]:
    most = {"js": 20, "all": 120}
    for kind, size in of.items():
        aim = f"≤ {most[kind]} KB" if kind in most else ""
        yield kind, f"{size / 1000:.1f} KB", aim, size <= most[kind] * 1000 if kind in most else None


def _paint(of: Mapping[str, float]) -> Iterator[Line]:
    yield "first contentful paint", f"{of['fcp_ms']:,.0f} ms", "≤ 1,500 ms", of["fcp_ms"] <= 1500
    yield "largest contentful paint", f"{of['lcp_ms']:,.0f} ms", "≤ 2,000 ms", of["lcp_ms"] <= 2000
    yield "blocked by long tasks", f"{of['blocked_ms']:,.0f} ms", "≤ 50 ms", of["blocked_ms"] <= 50
    yield "from the link to the languages to choose from", f"{of['language_ms']:,.0f} ms", "", None
    kept = f"  to the whole booklet kept, {of['kept_bytes'] / 1000:,.0f} KB on the line"
    yield kept, f"{of['kept_ms']:,.0f} ms", "≤ 6,000 ms", of["kept_ms"] <= 6000
    yield "  to ready: both languages and all sounds", f"{of['ready_ms']:,.0f} ms", "", None
    yield "layout shift", f"{of['shift']:.3f}", "0", of["shift"] == 0
    yield "all that one tablet fetches, sounds included", f"{of['tablet_bytes'] / 1000:,.0f} KB", "", None
    yield "20 tablets over 10 Mbit/s, reckoned from it", f"{of['class_s']:.1f} s", "≤ 60 s", of["class_s"] <= 60


def _tap(of: Mapping[str, Any]) -> Iterator[Line]:
    yield f"a tap shows its mark: median of {of['taps']}", f"{of['p50_ms']:.0f} ms", "", None
    yield "  98th percentile", f"{of['p98_ms']:.0f} ms", "≤ 100 ms", of["p98_ms"] <= 100
    yield f"a tap turns the page: 98th percentile of {of['pages']}", f"{of['page_p98_ms']:.0f} ms", "", None
    yield "from one child to the next", f"{of['new_child_ms']:,.0f} ms", "≤ 1,000 ms", of["new_child_ms"] <= 1000
    yield "  processor slowed four times", f"{of['slow_new_child_ms']:,.0f} ms", "", None
    yield "layout shift without a tap", f"{of['shift']:.3f}", "0", of["shift"] == 0


def _turns(of: Mapping[str, float]) -> Iterator[Line]:
    yield "the page's memory after the tenth turn", f"{of['heap_first_mb']:.1f} MB", "", None
    flat = of["heap_last_mb"] <= of["heap_first_mb"] * 1.1
    yield f"  after turn {of['turns']}", f"{of['heap_last_mb']:.1f} MB", "flat", flat
    resident = f"{of['processes_first_mb']:.0f} / {of['processes_last_mb']:.0f} MB"
    yield "  of the processes that draw it, at the same moments", resident, "", None
    yield "nodes after the tenth and the last turn", f"{of['nodes_first']:,.0f} / {of['nodes_last']:,.0f}", "", None


def results_lines(of: Mapping[str, float]) -> Iterator[Line]:
    for what, name in (("page", "the page"), ("school_page", "the page of one school"), ("api", "the API")):
        small, large = of[f"small_{what}_ms"], of[f"large_{what}_ms"]
        yield f"{name}, after 10,200 responses in 600 sessions", f"{small:.1f} ms", "", None
        yield "  after 1,000,000 responses in 20,000 sessions", f"{large:.1f} ms", "≤ 50 ms", large <= 50
        yield "  ratio", f"{large / small:.2f}", "≤ 2", large / small <= 2


def workshop_lines(of: Mapping[str, Any]) -> Iterator[Line]:
    yield f"server time of one page: median of {of['pages']}", f"{of['page_p50_ms']:.0f} ms", "", None
    yield f"  {of['slowest'].removeprefix('/staff')}", f"{of['slowest_ms']:.0f} ms", "≤ 200 ms", of["slowest_ms"] <= 200
    yield "the slowest of some searches for a picture", f"{of['search_ms']:.0f} ms", "≤ 50 ms", of["search_ms"] <= 50


def constancy_lines(of: Mapping[str, float]) -> Iterator[Line]:
    kinds = {
        "single": "in a request of its own",
        "batch": "one of ten in a request",
        "closing": "at closing, one of fifty",
    }
    for kind, what in kinds.items():
        first, *others = (name for name in of if name.startswith(f"{kind}_"))
        yield f"{what}, {int(first.split('_')[1]):,} stored", f"{of[first]:,.0f} µs", "", None
        for name in others:
            ratio = of[name] / of[first]
            value = f"{of[name]:,.0f} µs = {ratio:.2f}"
            yield f"  {int(name.split('_')[1]):,} stored", value, "≤ 1.20", ratio <= 1.2


def postgres_lines(of: Mapping[str, float]) -> Iterator[Line]:
    if not of:
        yield "PostgreSQL or pgbench is not installed", "", "", None
        return
    yield "pgbench, inserts of one such row per second", f"{of['pgbench']:,.0f}", "", None
    for workers in (1, 2):
        per_s = of[f"workers_{workers}"]
        ratio = per_s / of["pgbench"]
        yield f"responses per second, workers: {workers}", f"{per_s:,.0f}", "", None
        yield "  ratio", f"{ratio:.2f}", "≥ 0.50", ratio >= 0.5
        both = f"{of['pgbench_cpu_us']:,.0f} / {of[f'workers_{workers}_cpu_us']:,.0f} µs"
        yield "  processor time of one: pgbench with its server / ours", both, "", None
    rise = of["workers_2"] / of["workers_1"]
    yield "two workers to one", f"{rise:.2f}", "> 1", rise > 1


def erasing_lines(of: Mapping[str, float]) -> Iterator[Line]:
    yield f"{of['responses']:,.0f} responses erased beside 100 syncs a second", f"{of['seconds']:.0f} s", "", None
    yield "  server's processor time meanwhile, syncs and all", f"{of['busy']:.0%}", "", None
    yield "sync p99, quiet", f"{of['quiet_p99_ms']:.1f} ms", "", None
    both = f"{of['erasing_p99_ms']:.1f} / {of['erasing_worst_p99_ms']:.1f} ms"
    yield "  while it erases, median / worst of five seconds", both, "", None
    yield "  ratio of the medians", f"{of['ratio']:.2f}", "≤ 2", of["ratio"] <= 2


def utility_lines(of: Mapping[str, float]) -> Iterator[Line]:
    for level in ("grade", "school", "municipality"):
        yield f"answers that its tables show, by {level}", f"{of[f'{level}_visible']:.1%}", "", None
        off = f"{of[f'{level}_off_mean']:.1f} / {of[f'{level}_off_most']:.1f}"
        yield "  a share is off by, in hundredths: mean / most", off, "", None
