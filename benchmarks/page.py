"""What building the page costs, beside bare Jinja2 and a JSON dump of the same values.

Every event of the made-up networks concerns every centre, the worst case for a page on which each
occurrence opens to its reason. The bare template is a table of six columns with the same
occurrences and reasons: no filters, charts, words in two languages, or anchors.

    python benchmarks/page.py [--quick] [--day YYYY-MM-DD]
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import tracemalloc
from dataclasses import asdict
from functools import partial
from importlib.resources import as_file, files

import jinja2
import results

from miro_sync.app import SAMPLE_MOMENT
from miro_sync.app.overviews import overview
from miro_sync.messages import catalogue
from miro_sync.model import (
    ActivityWeek,
    Assessment,
    Center,
    CenterActivity,
    CenterState,
    Coverage,
    Event,
    EventCalendar,
    EventCard,
    Evidence,
    LinkedBy,
    Occurrence,
    Period,
    Project,
    Schedule,
    ScheduleKind,
    SourceReport,
    SourceState,
    Status,
    Verdict,
    say,
)
from miro_sync.overview import Overview
from miro_sync.reports.page import render

TODAY = dt.date(2024, 3, 1)
SPAN = Period(dt.date(2023, 9, 1), dt.date(2024, 8, 31))
NOW = dt.datetime(2024, 3, 1, 1, 0, tzinfo=dt.UTC)
WORDS = catalogue("ru")
NETWORKS = ((10, 50), (10, 500), (100, 500))
BARE = jinja2.Environment(autoescape=True).from_string("""<!doctype html><table>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</table>""")


def verdict(event: Event, center: Center, number: int) -> Verdict:
    (period,) = event.schedule.periods
    deadline = period.end + dt.timedelta(7)
    occurrence = Occurrence(f"{event.key}@{center.id}", event, center.id, period, deadline)
    if deadline >= TODAY:
        days = (period.start - TODAY).days
        reason = say("reconcile.planned", start=period.start, days=days)
        return Verdict(occurrence, Status.PLANNED, reason)
    if number % 7 == 0:
        late = (TODAY - deadline).days
        return Verdict(
            occurrence, Status.MISSED, say("reconcile.missed", deadline=deadline, days=late), late
        )
    item = str(3458764500000000000 + number)
    url = f"https://miro.com/app/board/uXjVSampleBk=/?moveToWidget={item}"
    card = EventCard(item, "board", event.title, center_id=center.id, url=url)
    said = say("reconcile.card_in", title=card.label, frame=center.name)
    reason = say("reconcile.held", card=said, mark=say("board.held_tag", tag="проведено"))
    return Verdict(occurrence, Status.HELD, reason, evidence=(Evidence(card, LinkedBy.TITLE, 1.0),))


def network(centers: int, events: int) -> Overview:
    schools = tuple(
        Center(f"c{number}", f"МБОУ «Берёзовская ООШ №{number}»") for number in range(centers)
    )
    planned = []
    for number in range(events):
        start = SPAN.start + dt.timedelta(number * 7 % 340)
        period = Period(start, start + dt.timedelta(20))
        schedule = Schedule(f"с {start:%d.%m.%Y}", ScheduleKind.RANGE, (period,))
        title = f"Практикум «Цифровая лаборатория» для 8-9 классов по физике, занятие {number}"
        planned.append(
            Event(
                f"E{number}",
                title,
                schedule,
                code=f"E{number}",
                task="Обеспечить сопровождение",
                responsible=("Методист", "МБУ ИМЦ")[: 1 + number % 2],
                participants="Обучающиеся 8-9 классов",
                expected="Повышение среднего балла",
                coverage=Coverage.EVERY_CENTER,
            )
        )
    verdicts = tuple(
        verdict(event, center, at * centers + number)
        for at, event in enumerate(planned)
        for number, center in enumerate(schools)
    )
    weeks = tuple(
        ActivityWeek(SPAN.start - dt.timedelta(4) + dt.timedelta(weeks=at), at % 5, 1, at % 9 == 0)
        for at in range(27)
    )
    sources = tuple(
        SourceReport(name, SourceState.FRESH, complete=True, read_at=NOW)
        for name in ("board", "tables", "calendar")
    )
    active = say("activity.active", day=TODAY, what=say("activity.created", title="Практикум"))
    activity = tuple(
        CenterActivity(one, CenterState.ACTIVE, active, TODAY, 0, weeks) for one in schools
    )
    assessment = Assessment(TODAY, True, sources, verdicts, centers=activity)  # noqa: FBT003 - trustworthy
    project = Project("Замер", "Asia/Novokuznetsk", SPAN, centers=schools)
    calendar = EventCalendar(tuple(planned), tuple(one.occurrence for one in verdicts))
    return Overview(project, calendar, assessment, ())


def sample() -> Overview:
    with as_file(files("miro_sync").joinpath("sample")) as folder:
        return overview(folder, now=SAMPLE_MOMENT)


def bare(told: Overview) -> bytes:
    """Render the occurrences by a template that does nothing else."""
    rows = (
        (
            one.occurrence.event.code,
            one.occurrence.event.title,
            one.occurrence.center_id,
            one.occurrence.event.schedule.text,
            one.status.value,
            WORDS.tell(one.reason),
        )
        for one in told.assessment.verdicts
    )
    return BARE.render(rows=rows).encode()


def dumped(told: Overview) -> bytes:
    """Return the whole value as JSON."""
    return json.dumps(asdict(told), ensure_ascii=False, default=str).encode()


def main() -> None:
    run = results.begun("page", __doc__)
    run.used("Jinja2")
    first = sample()
    render(first, WORDS)  # templates are compiled once
    overviews = [("the packaged sample", first)]
    overviews += [
        (f"{centers} centres × {events} events", network(centers, events))
        for centers, events in NETWORKS[: 2 if run.quick else 3]
    ]
    costs, weights = [], []
    for what, told in overviews:
        times = 2 if len(told.assessment.verdicts) > 10_000 or run.quick else 5
        spent = results.spent(partial(render, told, WORDS), times)
        page = render(told, WORDS)
        sizes = f"{len(page) / 1024:,.0f} KB, {len(gzip.compress(page)) / 1024:,.0f} KB packed."
        run.row(what, spent, "s", "bare Jinja2 table",
                results.spent(partial(bare, told), times),
                note=f"The page has {sizes}", limit=True)  # fmt: skip
        run.row(what, spent, "s", "json.dumps of the same value",
                results.spent(partial(dumped, told), times), limit=True)  # fmt: skip
        tracemalloc.start()
        render(told, WORDS)
        weights.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
        costs.append(spent)
    occurrences = [len(told.assessment.verdicts) for _, told in overviews[1:]]
    run.growth("building the page", "occurrences", occurrences, costs[1:], megabytes=weights[1:])
    run.end()


if __name__ == "__main__":
    main()
