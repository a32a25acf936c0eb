"""`status` and `schedule show` in words, as a document, and as metrics."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from miro_sync.errors import MiroSyncError, SettingsError
from miro_sync.model import say
from miro_sync.telling.display import clean, wrap

if TYPE_CHECKING:
    from miro_sync.messages import Catalogue
    from miro_sync.status import JobStatus, ProjectStatus

SCHEMA = "miro-sync/status/1"

_FURTHER = "    "


def status(found: Sequence[ProjectStatus], words: Catalogue, columns: int) -> str:
    """Say how projects stand: a head line each, then sources, mail and jobs."""
    return "\n\n".join(_wrapped(_project(one, words), columns) for one in found)


def jobs(found: Sequence[ProjectStatus], words: Catalogue, columns: int) -> str:
    """Say what runs next in every project and how the last runs ended."""
    return "\n\n".join(_wrapped(_jobs_of(one, words), columns) for one in found)


def document(found: Sequence[ProjectStatus], words: Catalogue) -> dict[str, Any]:
    """Return the answer for programs."""
    return {
        "schema": SCHEMA,
        "projects": [
            {
                "name": one.name,
                "title": one.title,
                "timezone": one.timezone,
                "code": one.code,
                "error": reason(one.error, words),
                "last_run": _iso(one.last_run),
                "late": one.is_late,
                "last_letter": _iso(one.last_letter),
                "open_findings": one.open_findings,
                "at_work": one.at_work,
                "sources": [
                    {"name": source.name, "state": source.state, "read_at": _iso(source.read_at)}
                    for source in one.sources
                ],
                "jobs": [
                    {
                        "job": job.job,
                        "next_at": _iso(job.next_at),
                        "started_at": _iso(job.last.started_at if job.last else None),
                        "ended_at": _iso(job.last.ended_at if job.last else None),
                        "code": job.last.code if job.last else None,
                    }
                    for job in one.jobs
                ],
            }
            for one in found
        ],
    }


def metrics(found: Sequence[ProjectStatus]) -> bytes:
    """Return the figures in Prometheus' text format; times are seconds since 1970.

    Raises:
        SettingsError: the client library is not installed.

    """
    try:
        from prometheus_client import CollectorRegistry, Gauge, generate_latest  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise SettingsError(say("serve.not_installed")) from error

    registry = CollectorRegistry()
    kinds: dict[str, Gauge] = {}
    for one in found:
        for name, labels, value in _figures(one):
            if name not in kinds:
                called = ["project", *labels]
                kinds[name] = Gauge(f"miro_sync_{name}", _FIGURES[name], called, registry=registry)
            kinds[name].labels(one.name, *labels.values()).set(value)
    return generate_latest(registry)


#: The metrics by name, each with what it means.
_FIGURES = {
    "status_code": "0 fine, 1 late, 2 settings, 3 not read, 70 defect",
    "open_findings": "Open findings, without the backlog",
    "sync_at_work": "1 while a sync is at work",
    "last_run_timestamp_seconds": "When the last run was stored",
    "last_letter_timestamp_seconds": "When a letter was last sent",
    "source_is_read": "1 if the last run read the source",
    "source_read_timestamp_seconds": "Last complete read of a source",
    "job_next_timestamp_seconds": "When a job is due next",
    "job_last_end_timestamp_seconds": "When a job last ended",
    "job_last_code": "Exit code of the last run of a job",
}


def _figures(one: ProjectStatus) -> Iterator[tuple[str, dict[str, str], float]]:
    """Yield (name, labels besides the project, value) of what is known."""
    yield "status_code", {}, one.code
    if one.error is not None:
        return
    yield "open_findings", {}, one.open_findings
    yield "sync_at_work", {}, one.at_work
    moments: list[tuple[str, dict[str, str], dt.datetime | None]] = [
        ("last_run_timestamp_seconds", {}, one.last_run),
        ("last_letter_timestamp_seconds", {}, one.last_letter),
    ]
    for source in one.sources:
        yield "source_is_read", {"source": source.name}, source.is_read
        moments.append(("source_read_timestamp_seconds", {"source": source.name}, source.read_at))
    for job in one.jobs:
        label = {"job": str(job.job)}
        moments.append(("job_next_timestamp_seconds", label, job.next_at))
        if job.last is not None and job.last.code is not None:
            moments.append(("job_last_end_timestamp_seconds", label, job.last.ended_at))
            yield "job_last_code", label, job.last.code
    for name, labels, moment in moments:
        if moment is not None:
            yield name, labels, moment.timestamp()


def reason(error: Exception | None, words: Catalogue) -> str | None:
    """Say why nothing can be told of a project; a defect has no words of its own."""
    if error is None:
        return None
    if isinstance(error, MiroSyncError):
        return clean(words.tell(error.message))
    return words.say("schedule.defect", kind=type(error).__name__)


def headline(one: ProjectStatus, words: Catalogue) -> str:
    """Say in a few words how a project stands."""
    return words.say(f"schedule.code_{one.code}")


def _wrapped(lines: Iterable[str], columns: int) -> str:
    """Break lines between words; what goes on stands further in."""
    out = []
    for line in lines:
        margin = " " * (len(line) - len(line.lstrip()))
        first, *more = wrap(line, columns - len(margin))
        out.append(margin + first)
        if more:
            further = margin + _FURTHER
            rest = wrap(" ".join(more), columns - len(further))
            out += [further + one for one in rest]
    return "\n".join(out)


def _project(one: ProjectStatus, words: Catalogue) -> Iterator[str]:
    yield _head(one, words)
    if one.error is not None:
        return
    zone = ZoneInfo(one.timezone)
    yield "  " + words.say(
        "schedule.last_run", at=_local(one.last_run, zone, words), findings=one.open_findings
    )
    for source in one.sources:
        yield "  " + words.say(
            "schedule.source",
            source=words.say(f"status.source_{source.name}"),
            at=_local(source.read_at, zone, words),
            note="" if source.is_read else words.say("schedule.source_not_read"),
        )
    yield "  " + words.say("schedule.last_letter", at=_local(one.last_letter, zone, words))
    if one.at_work:
        yield "  " + words.say("schedule.at_work")
    yield from _jobs(one, zone, words)


def _jobs_of(one: ProjectStatus, words: Catalogue) -> Iterator[str]:
    yield _head(one, words)
    if one.error is None:
        yield from _jobs(one, ZoneInfo(one.timezone), words)


def _jobs(one: ProjectStatus, zone: ZoneInfo, words: Catalogue) -> Iterator[str]:
    if not one.is_kept:
        yield "  " + words.say("schedule.not_kept")
    for job in one.jobs:
        yield "  " + words.say(
            "schedule.job_line",
            job=words.say(f"schedule.job_{job.job}"),
            next=_local(job.next_at, zone, words),
            last=_last(job, zone, words),
        )


def _last(job: JobStatus, zone: ZoneInfo, words: Catalogue) -> str:
    run = job.last
    if run is None:
        return words.say("schedule.never")
    at = _local(run.started_at, zone, words)
    if run.code is None:
        return words.say("schedule.ended_not", at=at)
    good = "schedule.ended_well" if run.good else "schedule.ended_badly"
    return words.say(good, at=at, code=run.code)


def _head(one: ProjectStatus, words: Catalogue) -> str:
    title = one.name if one.title in {"", one.name} else f"{one.name} ({clean(one.title)})"
    said = reason(one.error, words) or headline(one, words)
    return f"{title}: {said}"


def _local(moment: dt.datetime | None, zone: ZoneInfo, words: Catalogue) -> str:
    if moment is None:
        return words.say("schedule.never")
    return words.say("schedule.moment", at=moment.astimezone(zone))


def _iso(moment: dt.datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(dt.UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
