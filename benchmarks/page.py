"""Size and build time of the page: the sample, a year of 12 centres, 100 centres with 500 events.

Every event of the made-up networks concerns every centre, the worst case for a page on which each
occurrence opens to its reason. The exponents say how time and size grow with the occurrences.

    python benchmarks/page.py
"""

from __future__ import annotations

import datetime as dt
import gzip
import math
import resource
import time
from importlib.resources import as_file, files

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
NETWORKS = {
    "a year of 12 centres, 60 events": (12, 60),
    "10 centres × 50 events": (10, 50),
    "×10: 10 centres × 500 events": (10, 500),
    "×100: 100 centres × 500 events": (100, 500),
}


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


def measured(what: str, told: Overview) -> tuple[int, float, int]:
    times = []
    for _ in range(3):
        start = time.process_time()
        document = render(told, WORDS)
        times.append(time.process_time() - start)
    spent, size = min(times), len(document)
    occurrences = len(told.assessment.verdicts)
    packed = len(gzip.compress(document))
    print(f"{what:34} {occurrences:7,} {size / 1024:9,.0f} {packed / 1024:9,.0f} {spent:8.2f}")
    return occurrences, spent, size


def main() -> None:
    render(sample(), WORDS)  # templates are compiled once
    print(f"{'':34} {'occurr.':>7} {'KB':>9} {'gzip, KB':>9} {'CPU, s':>8}")
    measured("the packaged sample", sample())
    found = [measured(what, network(*size)) for what, size in NETWORKS.items()]
    for after in found[2:]:
        before = found[1]
        times = math.log(after[1] / before[1], after[0] / before[0])
        sizes = math.log(after[2] / before[2], after[0] / before[0])
        print(
            f"growth ×{after[0] // before[0]}: time exponent {times:.2f}, size exponent {sizes:.2f}"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MB")


if __name__ == "__main__":
    main()
