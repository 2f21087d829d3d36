"""Numbers about this process for whoever keeps it running. Knows no child, no person, no place and no other module."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Labels = Mapping[str, str]
Sample = tuple[str, Labels, float]

BUCKETS_S = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0)
"""Up to which times, in seconds, answers are counted."""


@dataclass
class Metrics:
    """`answers` by kind of address and class of status, `refused` by error code, `failed` and `done_at` (in seconds
    since 1970) by task; `tally` is what stands in the database, as it was counted last.
    """

    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    done_at: dict[str, float] = field(default_factory=dict)
    tally: Sequence[Sample] = ()
    _buckets: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * (len(BUCKETS_S) + 1)))
    _seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def answered(self, kind: str, status: int, seconds: float) -> None:
        """One answer began after so many seconds."""
        self.answers[kind, f"{status // 100}xx"] += 1
        self._buckets[kind][bisect_left(BUCKETS_S, seconds)] += 1
        self._seconds[kind] += seconds

    def lead_no_more(self) -> None:
        """Another process does the server's own tasks, and counts."""
        self.tally = ()
        self.done_at.clear()

    def samples(self) -> Iterable[Sample]:
        """Everything that was counted, as Prometheus names it."""
        for (kind, status), number in self.answers.items():
            yield "tyck_answers_total", {"kind": kind, "status": status}, number
        for code, number in self.refused.items():
            yield "tyck_refused_total", {"code": code}, number
        for kind, buckets in self._buckets.items():
            below = 0
            for limit, number in zip((*map(str, BUCKETS_S), "+Inf"), buckets, strict=True):
                below += number
                yield "tyck_answer_seconds_bucket", {"kind": kind, "le": limit}, below
            yield "tyck_answer_seconds_sum", {"kind": kind}, self._seconds[kind]
            yield "tyck_answer_seconds_count", {"kind": kind}, below
        for task, number in self.failed.items():
            yield "tyck_task_failures_total", {"task": task}, number
        for task, at in self.done_at.items():
            yield "tyck_task_done_timestamp_seconds", {"task": task}, at
        yield from self.tally


HELP = {
    "tyck_info": ("gauge", "The version that runs."),
    "tyck_answers_total": ("counter", "Answers by kind of address and class of status."),
    "tyck_answer_seconds": ("histogram", "Seconds until an answer began."),
    "tyck_refused_total": ("counter", "Refusals by error code."),
    "tyck_task_failures_total": ("counter", "Failures of the tasks that the server runs by itself."),
    "tyck_task_done_timestamp_seconds": ("gauge", "When such a task last came to its end."),
    "tyck_event_streams": ("gauge", "Open streams of staff's pages."),
    "tyck_sessions": ("gauge", "Sessions by state, counted once an hour."),
    "tyck_sessions_not_released": ("gauge", "Sessions that wait for an administrator after a restore, once an hour."),
    "tyck_tablets_silent": ("gauge", "Tablets that hold answers and were not heard for a week, counted once an hour."),
    "tyck_held": ("gauge", "Responses that wait for a person's decision, counted once an hour."),
    "tyck_ideas_waiting": ("gauge", "Ideas that wait for a person, counted once an hour."),
    "tyck_worries_waiting": ("gauge", "Worries that wait to be handed over, counted once an hour."),
    "tyck_database_bytes": ("gauge", "Size of the database's files."),
    "tyck_backup_timestamp_seconds": ("gauge", "When the newest nightly backup was made, in seconds since 1970."),
    "tyck_disk_free_bytes": ("gauge", "Free space where the data directory lies."),
    "process_resident_memory_bytes": ("gauge", "Resident memory."),
    "process_open_fds": ("gauge", "Open files and connections."),
    "process_max_fds": ("gauge", "How many may be open."),
    "process_start_time_seconds": ("gauge", "When the process began, in seconds since 1970."),
}
"""What each metric is: its type and one sentence."""


def written(samples: Iterable[Sample]) -> str:
    """The samples in Prometheus' text format 0.0.4. Raises KeyError for one that `HELP` does not know."""
    lines: dict[str, list[str]] = {}
    for name, labels, value in samples:
        family = name if name in HELP else name.rpartition("_")[0]
        kind, what = HELP[family]
        head = [f"# HELP {family} {what}", f"# TYPE {family} {kind}"]
        said = ",".join(f'{label}="{text}"' for label, text in labels.items())
        lines.setdefault(family, head).append(f"{name}{{{said}}} {value:.10g}" if said else f"{name} {value:.10g}")
    return "\n".join(line for family in lines.values() for line in family) + "\n"
