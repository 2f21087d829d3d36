"""The measures as a table, with what to aim for."""

from collections.abc import Iterator, Mapping
from typing import Any

Line = tuple[str, str, str, bool | None]
"""What, how much, what to aim for, whether it is met (None: nothing to aim for)."""


def print_table(measured: Mapping[str, Any]) -> None:
    for heading, lines in (
        ("Responses, each durable before it is answered (64 connections)", _responses(measured["responses"])),
        ("Commit to the teacher's page (200 tablets, each delivering every 5 s)", _events(measured["events"])),
        ("Resident memory of the server", _memory(measured["memory_mb"])),
        ("A child's first load, compressed", _first_load(measured["first_load_bytes"])),
        ("A tap shows its mark (4 times slower processor)", _tap(measured["tap"])),
    ):
        print(f"\n{heading}")
        for what, value, aim, met in lines:
            mark = {None: "", True: "met", False: "MISSED"}[met]
            print(f"  {what:<54}{value:>12}   {aim:<12}{mark}".rstrip())
    print(f"\n{measured['machine']}; load before: {measured['load_before']:.1f}; took {measured['seconds']:.0f} s\n")


def _responses(of: Mapping[str, float]) -> Iterator[Line]:
    yield "each its own request, per second", f"{of['single_per_s']:,.0f}", "", None
    yield "bare route, validates and stores nothing, per second", f"{of['bare_per_s']:,.0f}", "", None
    yield "  ratio", f"{of['single_ratio']:.2f}", "≥ 0.50", of["single_ratio"] >= 0.5
    yield "  ratio of processor time, bare to ours", f"{of['cpu_ratio']:.2f}", "", None
    yield "batches of 10, responses per second", f"{of['batch_per_s']:,.0f}", "", None
    yield "raw SQLite, commits of one row per second", f"{of['raw_one_per_s']:,.0f}", "", None
    for name, what in (("single", "own requests"), ("batch", "batches")):
        rows, size = of[f"raw_{name}_group_per_s"], of[f"{name}_group"]
        yield f"raw SQLite, {size:.0f} rows a commit as in {what}, rows/s", f"{rows:,.0f}", "", None
        yield "  ratio", f"{of[f'{name}_per_s'] / rows:.2f}", "", None
    yield "latency p50 / p99", f"{of['single_p50_ms']:.1f} / {of['single_p99_ms']:.1f} ms", "", None
    yield "steady 1,000/s: p50", f"{of['steady_p50_ms']:.1f} ms", "", None
    yield "steady 1,000/s: p99", f"{of['steady_p99_ms']:.1f} ms", "≤ 5 ms", of["steady_p99_ms"] <= 5
    yield "load client busy (of one processor)", f"{of['client_busy']:.0%}", "", None


def _events(of: Mapping[str, float]) -> Iterator[Line]:
    yield "event: p50", f"{of['event_p50_ms']:.1f} ms", "", None
    yield "event: p99", f"{of['event_p99_ms']:.1f} ms", "≤ 250 ms", of["event_p99_ms"] <= 250
    fetched = f"{of['fragment_p50_ms']:.0f} / {of['fragment_p99_ms']:.0f} ms"
    yield "fetching the new fragment: p50 / p99", fetched, "", None


def _memory(of: Mapping[str, float]) -> Iterator[Line]:
    yield "idle", f"{of['idle']:.0f} MB", "", None
    yield "after the load", f"{of['after_load']:.0f} MB", "", None
    yield "after the load, with 1,000 open streams", f"{of['streams']:.0f} MB", "< 150 MB", of["streams"] < 150


def _first_load(of: Mapping[str, int]) -> Iterator[Line]:
    most = {"js": 20, "all": 120}
    for kind, size in of.items():
        aim = f"≤ {most[kind]} KB" if kind in most else ""
        yield kind, f"{size / 1000:.1f} KB", aim, size <= most[kind] * 1000 if kind in most else None


def _tap(of: Mapping[str, float]) -> Iterator[Line]:
    yield f"median of {of['taps']:.0f} taps", f"{of['p50_ms']:.0f} ms", "", None
    yield "slowest", f"{of['max_ms']:.0f} ms", "≤ 100 ms", of["max_ms"] <= 100
