"""What a monitoring program reads: the truth about the process, in Prometheus' format, and nothing about anybody."""

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from server.metrics import HELP, Metrics, written
from tests.web.demo import DemoApp, open_demo


def token(demo: DemoApp) -> str:
    return (demo.parts.settings.data_dir / "keys/metrics.key").read_text("ascii").strip()


async def read(demo: DemoApp) -> dict[str, float]:
    reply = await demo.client().get("/metrics", headers={"Authorization": f"Bearer {token(demo)}"})
    assert reply.status_code == 200
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


@pytest.mark.parametrize("shown", ["", "Bearer ", "Bearer wrong", "Bearer å", "Basic eDp5"])
@pytest.mark.asyncio(loop_scope="module")
async def test_nothing_is_told_without_the_token(demo: DemoApp, shown: str) -> None:
    reply = await demo.client().get("/metrics", headers=[(b"Authorization", shown.encode())])
    assert (reply.status_code, reply.headers["www-authenticate"]) == (401, "Bearer")
    assert "tyck_" not in reply.text
    assert (demo.parts.settings.data_dir / "keys/metrics.key").stat().st_mode & 0o077 == 0


async def test_answers_refusals_and_what_waits_are_counted(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as demo:
        tablet = await demo.tablet()
        assert (await tablet.sync(tablet.item(), tablet.item({"q1": "no such option"}))).status_code == 200
        assert (await tablet.post(b"{")).status_code == 400
        assert (await demo.client().get("/staff/nothing")).status_code in (303, 404)
        found = await read(demo)
        assert found["tyck_answers_total[('kind', 'sync'), ('status', '2xx')]"] == 1
        assert found["tyck_answers_total[('kind', 'sync'), ('status', '4xx')]"] == 1
        assert found["tyck_answer_seconds_count[('kind', 'sync')]"] == 2
        assert found["tyck_answer_seconds_bucket[('kind', 'sync'), ('le', '+Inf')]"] == 2
        assert found["tyck_refused_total[('code', 'bad_request')]"] == 1
        assert found["tyck_sessions[('state', 'open')]"] >= 6
        assert found["tyck_held[]"] == 0, "counted before the response came: once an hour"
        assert found["tyck_task_done_timestamp_seconds[('task', 'count')]"] > 0
        assert found["process_resident_memory_bytes[]"] > 1_000_000
        assert found["tyck_database_bytes[]"] > 100_000


@pytest.mark.asyncio(loop_scope="module")
async def test_no_number_names_anybody_or_any_place(demo: DemoApp) -> None:
    tablet = await demo.tablet()
    item = tablet.item()
    await tablet.sync(item)
    await demo.client().get("/staff/sessions/made-up-5?who=elsa")
    reply = await demo.client().get("/metrics", headers={"Authorization": f"Bearer {token(demo)}"})
    answer = tablet.answer
    secrets = [
        item["id"],
        answer["session"],
        answer["school"],
        answer["token"],
        "made-up",
        "elsa",
        "third-place",
        "203.0",
    ]
    assert not [secret for secret in secrets if secret in reply.text], reply.text


def test_every_metric_is_documented_and_none_has_gone() -> None:
    text = Path("docs/operations/watching.md").read_text("utf-8")
    named = {line.split("`")[1] for line in text.splitlines() if line.startswith(("| `tyck_", "| `process_"))}
    assert named == HELP.keys()


def test_a_histogram_counts_each_answer_once_and_in_order() -> None:
    metrics = Metrics()
    for seconds in (0.001, 0.005, 0.3, 60.0):
        metrics.answered("sync", 200, seconds)
    [family] = [
        f for f in text_string_to_metric_families(written(metrics.samples())) if f.name == "tyck_answer_seconds"
    ]
    buckets = [sample.value for sample in family.samples if sample.name.endswith("_bucket")]
    assert buckets == [2, 2, 2, 3, 3, 3, 4]
    assert [s.value for s in family.samples if s.name.endswith("_sum")] == [pytest.approx(60.306)]
