"""A project with a bit of everything, for the tests of what a reader sees; the day is fixed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from miro_sync.app import Decided, History
from miro_sync.memory import Health, Purged
from miro_sync.model import (
    Assessment,
    Center,
    CenterActivity,
    CenterState,
    Coverage,
    Decision,
    Event,
    EventCard,
    Evidence,
    Finding,
    FindingState,
    IndicatorValue,
    LinkedBy,
    Message,
    MovedCard,
    Occurrence,
    Period,
    Place,
    Problem,
    Progress,
    Project,
    Question,
    Schedule,
    ScheduleKind,
    SourceReport,
    SourceState,
    Status,
    Verdict,
    say,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from miro_sync.coverage import PlanCoverage
    from miro_sync.resource_map import CenterMap

    Progressing = Callable[[int, int | None], None]

TODAY = dt.date(2023, 6, 1)
BOARD = "https://miro.com/app/board/uXjVsample00=/?moveToWidget="

_NAMES = {
    "yaya1": "МБОУ «Яйская ООШ №1»",
    "yaya2": "МБОУ «Яйская СОШ №2»",
    "yaya3": "МБОУ «Яйская ООШ №3»",
    "ishim": "МБОУ «Ишимская ООШ»",
    "kaylin": "МБОУ «Кайлинская ООШ»",
    "ulanovo": "МБОУ «Улановская ООШ»",
    "maryevka": "МБОУ «Марьевская ООШ»",
    "novonik": "МБОУ «Новониколаевская ООШ»",
}


def reason(head: str, tail: str) -> Message:
    """Make a sentence "head: tail" without leaning on the words of another module."""
    return say("telling.of_center", center=head, said=tail)


def span(start: str, end: str | None = None) -> Period:
    return Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end or start))


def schedule(text: str, *periods: Period, kind: ScheduleKind | None = None) -> Schedule:
    if kind is None:
        kind = ScheduleKind.RANGE if periods else ScheduleKind.UNDATED
    return Schedule(text, kind, periods)


def event(
    code: str | None,
    title: str,
    text: str,
    *periods: Period,
    coverage: Coverage = Coverage.NETWORK,
    quota: int | None = None,
    responsible: tuple[str, ...] = ("МБУ ИМЦ",),
) -> Event:
    return Event(
        key=code or title.lower(),
        code=code,
        title=title,
        schedule=schedule(text, *periods),
        coverage=coverage,
        quota=quota,
        responsible=responsible,
        task="Обеспечить сопровождение",
    )


def occurrence(
    of: Event, period: Period | None, center: str | None = None, deadline: str | None = None
) -> Occurrence:
    key = of.key + (f"@{center}" if center else "")
    if period is not None and len(of.schedule.periods) > 1:
        key += f"#{period.start}"
    last = dt.date.fromisoformat(deadline) if deadline else None
    if last is None and period is not None:
        last = period.end + dt.timedelta(days=7)
    return Occurrence(key, of, center, period, last)


def card(
    key: str,
    title: str,
    *,
    center: str | None = None,
    day: str | None = None,
    held: bool = False,
    source: str = "board",
) -> EventCard:
    on_board = source == "board"
    return EventCard(
        id=key,
        source=source,
        title=title,
        center_id=center,
        date=schedule(day, span(day), kind=ScheduleKind.DATE) if day else None,
        held=say("status.held") if held else None,
        url=BOARD + key if on_board else None,
        place=None if on_board else Place("Мониторинг.xlsx", sheet="План", cell="14"),
    )


def verdict(
    of: Occurrence,
    status: Status,
    why: Message,
    *cards: EventCard,
    progress: Progress | None = None,
) -> Verdict:
    late = 0
    if status in {Status.MISSED, Status.OVERDUE, Status.MOVED} and of.deadline:
        late = (TODAY - of.deadline).days
    evidence = tuple(Evidence(one, LinkedBy.TITLE, 0.91) for one in cards)
    return Verdict(of, status, why, late, evidence, progress)


PROJECT = Project(
    name="Точка роста среднего балла",
    timezone="Asia/Novokuznetsk",
    span=span("2023-01-01", "2024-08-31"),
    centers=tuple(Center(key, name) for key, name in _NAMES.items()),
)

JANUARY = span("2023-01-01", "2023-02-28")
APRIL_2023, APRIL_2024 = span("2023-04-01", "2023-04-30"), span("2024-04-01", "2024-04-30")

MAPS = event(
    "А1",
    "Методическое сопровождение заполнения карт ресурсов Центров образования «Точка роста»",
    "Январь-февраль 2023",
    JANUARY,
    coverage=Coverage.EVERY_CENTER,
)
TRAINING = event(
    "А2",
    "Обучение заместителей руководителей по УВР работе на интерактивной платформе Miro",
    "Январь-февраль 2023",
    JANUARY,
)
CONFERENCE = event(
    "Б3",
    "VIII муниципальная научно-практическая конференция исследовательских работ"
    " обучающихся 5-9 классов",
    "Март 2023г",
    span("2023-03-01", "2023-03-31"),
    responsible=("Методист",),
)
METHODS_DAY = event(
    "Б4",
    "Муниципальный методический день Центров образования «Точка роста» (педагоги)",
    "Апрель 2023, 2024 г",
    APRIL_2023,
    APRIL_2024,
)
CONTENT = event(
    "Б2",
    "Создание учебного контента для подготовки к ОГЭ по химии, биологии, физике",
    "март 2023 – май 2024г",
    span("2023-03-01", "2024-05-31"),
    coverage=Coverage.EVERY_CENTER,
    quota=10,
)
INDICATORS = event(
    None,
    "Разработка показателей оценки эффективности сетевого взаимодействия",
    "Январь-февраль 2023",
    JANUARY,
)
FORUM = event(
    "В1",
    "Форум Центров образования «Точка роста»",
    "Июнь 2024г",
    span("2024-06-01", "2024-06-30"),
)
MEETING = event("Г1", "Совещание руководителей центров", "Ноябрь, ма")
RUNNING = event("Г2", "Неделя химии", "29 мая – 3 июня 2023", span("2023-05-29", "2023-06-03"))
WAITING = event("Г3", "Практикум по физике", "26 мая 2023", span("2023-05-26"))
SOON = event("Г4", "Экологический десант", "7 июня 2023", span("2023-06-07"))
UNSURE = event("Г5", "Мастер-класс «Цифровая лаборатория»", "апрель 2023", APRIL_2023)
UNREAD = event("Г6", "Сверка базы обучающихся", "апрель 2023", APRIL_2023)
DROPPED = event("Г7", "Турнир по робототехнике", "апрель 2023", APRIL_2023)

CARDS = {
    one.id: one
    for one in (
        card("1001", "Карта ресурсов Яйская 1", center="yaya1", day="2023-02-10", held=True),
        card("1002", "Карта ресурсов", center="yaya2", day="2023-02-12", held=True),
        card("1003", "Карта ресурсов центра", center="ishim", day="2023-02-14"),
        card("1004", "НПК 5-9 классы", center="yaya3", day="2023-03-24"),
        card("1005", "Методдень педагогов ТР", day="2023-05-12"),
        card("1006", "Мастер класс цифр. лаборатория", center="kaylin", day="2023-04-20"),
        card("1007", "Экскурсия на птицефабрику", center="maryevka", day="2023-05-18"),
        card("1008", "", center="kaylin"),
        card("План!14", "Обучение замов Miro", day="2023-02-20", held=True, source="table"),
    )
}


def _maps() -> Iterable[Verdict]:
    held = {"yaya1": CARDS["1001"], "yaya2": CARDS["1002"]}
    for center in _NAMES:
        of = occurrence(MAPS, JANUARY, center, deadline="2023-03-07")
        if center in held:
            yield verdict(of, Status.HELD, reason("Проведено", "карточка"), held[center])
        elif center == "ishim":
            why = reason("Нет отметки о проведении", "карточка «Карта ресурсов центра»")
            yield verdict(of, Status.OVERDUE, why, CARDS["1003"])
        elif center in {"novonik", "maryevka"}:
            yield verdict(of, Status.MISSED, reason("Не нашлось", "ни карточки, ни строки"))
        else:
            yield verdict(of, Status.HELD, reason("Проведено", "строка таблицы"))


def _content() -> Iterable[Verdict]:
    for number, center in enumerate(_NAMES):
        of = occurrence(CONTENT, CONTENT.schedule.periods[0], center)
        why = reason("Идёт сейчас", f"есть {number} из 10")
        yield verdict(of, Status.RUNNING, why, progress=Progress(number, 10))


VERDICTS = (
    *_maps(),
    verdict(
        occurrence(TRAINING, JANUARY),
        Status.HELD,
        reason("Проведено", "строка «Обучение замов Miro» на листе «План»"),
        CARDS["План!14"],
    ),
    verdict(
        occurrence(INDICATORS, JANUARY, deadline="2023-03-07"),
        Status.MISSED,
        reason(
            "Не нашлось ни карточки, ни строки таблицы",
            "ждали до 07.03.2023, прошло 86 дней",
        ),
    ),
    *_content(),
    verdict(
        occurrence(CONFERENCE, CONFERENCE.schedule.periods[0]),
        Status.OVERDUE,
        reason(
            "Нет отметки о проведении",
            "карточка «НПК 5-9 классы» в рамке «Яйская 3»; ждали до 07.04.2023, прошло 55 дней",
        ),
        CARDS["1004"],
    ),
    verdict(
        occurrence(METHODS_DAY, APRIL_2023),
        Status.MOVED,
        reason("Дата вне срока", "12.05.2023, решения о переносе нет"),
        CARDS["1005"],
    ),
    verdict(occurrence(METHODS_DAY, APRIL_2024), Status.PLANNED, reason("Начнётся", "01.04.2024")),
    verdict(
        occurrence(FORUM, FORUM.schedule.periods[0]),
        Status.PLANNED,
        reason("Начнётся", "01.06.2024"),
    ),
    verdict(occurrence(MEETING, None), Status.UNDATED, reason("Срок не понят", "«Ноябрь, ма»")),
    verdict(
        occurrence(RUNNING, RUNNING.schedule.periods[0]),
        Status.RUNNING,
        reason("Идёт сейчас", "последний день 03.06.2023"),
    ),
    verdict(
        occurrence(WAITING, WAITING.schedule.periods[0]),
        Status.AWAITING,
        reason("Срок закончился", "отметку ждём до 02.06.2023"),
    ),
    verdict(
        occurrence(SOON, SOON.schedule.periods[0]),
        Status.DUE_SOON,
        reason("Скоро начнётся", "07.06.2023"),
    ),
    verdict(
        occurrence(UNSURE, APRIL_2023),
        Status.UNCONFIRMED,
        reason("Точной карточки нет", "есть похожая"),
    ),
    verdict(
        occurrence(UNREAD, APRIL_2023), Status.UNKNOWN, reason("Судить рано", "не всё прочитано")
    ),
    verdict(
        occurrence(DROPPED, APRIL_2023),
        Status.CANCELLED,
        reason("Отменено", "по решению директора"),
    ),
)

SOURCES = (
    SourceReport(
        "board",
        SourceState.FRESH,
        complete=True,
        read_at=dt.datetime(2023, 6, 1, 0, 40, tzinfo=dt.UTC),
        items=42,
        calls=3,
    ),
    SourceReport(
        "tables",
        SourceState.UNCHANGED,
        complete=True,
        read_at=dt.datetime(2023, 5, 31, 11, 2, tzinfo=dt.UTC),
        items=118,
        calls=1,
    ),
    SourceReport(
        "calendar",
        SourceState.FRESH,
        complete=True,
        read_at=dt.datetime(2023, 6, 1, 0, 40, tzinfo=dt.UTC),
        items=14,
    ),
)


def _activity(center: Center) -> CenterActivity:
    if center.id == "novonik":
        return CenterActivity(
            center,
            CenterState.INACTIVE,
            reason(
                "Нет вклада после 20.03.2023 (новая карточка)",
                "58 дней без каникул и пауз при пределе 30; снимется, когда появится новая"
                " или заполненная карточка, строка таблицы или отметка о проведении",
            ),
            dt.date(2023, 3, 20),
            58,
        )
    if center.id == "kaylin":
        return CenterActivity(
            center, CenterState.PAUSED, reason("Пауза", "01.05.2023 – 30.06.2023")
        )
    day = dt.date(2023, 5, 18)
    return CenterActivity(
        center, CenterState.ACTIVE, reason("Последний вклад 18.05.2023", "карточка"), day, 10
    )


FINDINGS = (
    Finding("missed:novonik", "missed", "А1@novonik", FindingState.NEW, TODAY),
    Finding("overdue:Б3", "overdue", "Б3", FindingState.OPEN, dt.date(2023, 4, 8)),
    Finding("extra:1007", "extra", "1007", FindingState.RESOLVED, dt.date(2023, 5, 22)),
)

ASSESSMENT = Assessment(
    today=TODAY,
    trustworthy=True,
    sources=SOURCES,
    verdicts=VERDICTS,
    questions=(Question("1006", (("Г5", 0.71), (FORUM.key, 0.52), ("Б4#2023-04-01", 0.5))),),
    moved=(MovedCard(CARDS["1005"], occurrence(METHODS_DAY, APRIL_2023)),),
    extra=(CARDS["1007"], CARDS["1008"]),
    vanished=(card("0999", "Урок-квест по биологии", center="yaya2", day="2023-03-02"),),
    duplicates=((CARDS["1001"], occurrence(MAPS, JANUARY, "yaya1")),),
    centers=tuple(map(_activity, PROJECT.centers)),
    cards=CARDS,
    problems=(
        Problem(
            reason("срок не понят", "«Ноябрь, ма»"),
            Place("calendar.csv", cell="12:3"),
        ),
        Problem(
            reason("формула с ошибкой", "#REF!"), Place("Мониторинг.xlsx", sheet="План", cell="D14")
        ),
    ),
)

CALM = Assessment(
    today=TODAY,
    trustworthy=True,
    sources=SOURCES,
    verdicts=tuple(
        one
        for one in VERDICTS
        if one.status in {Status.HELD, Status.PLANNED, Status.RUNNING, Status.CANCELLED}
        and one.occurrence.event is not MAPS
    ),
    centers=tuple(
        _activity(center) for center in PROJECT.centers if center.id not in {"novonik", "kaylin"}
    ),
    cards=CARDS,
)


@dataclass(frozen=True, slots=True)
class Told:
    """An outcome of the main job."""

    assessment: Assessment = ASSESSMENT
    findings: tuple[Finding, ...] = FINDINGS
    project: Project = PROJECT
    exit_code: int = 0
    warnings: tuple[Problem, ...] = ()
    indicators: tuple[IndicatorValue, ...] = ()
    taken: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """An outcome of `demo`."""

    outcome: Told
    cut_short: Told
    page: Path = Path("miro-sync-demo.html")


@dataclass(frozen=True, slots=True)
class Marks:
    """An outcome of `doctor`."""

    lines: tuple[tuple[str, Message | Problem], ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """An outcome of `export-board`."""

    path: Path
    items: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Mapped:
    """An outcome of `resources`."""

    project: Project
    complete: bool = True
    since: dt.date | None = None
    centers: tuple[CenterMap, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Covered:
    """An outcome of `coverage`."""

    project: Project
    complete: bool = True
    plans: tuple[PlanCoverage, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class FakeApp:
    """What the commands call; remembers every call, fails where it is told to."""

    told: Told = field(default_factory=Told)
    marks: Marks = field(default_factory=lambda: Marks((("ok", say("status.held")),)))
    mapped: Mapped | None = None
    covered: Covered | None = None
    fails: BaseException | None = None
    calls: list[tuple[object, ...]] = field(default_factory=list)

    def _called(self, *call: object) -> None:
        self.calls.append(call)
        if self.fails is not None:
            raise self.fails

    def resources(self, config: Path, *, on: dt.date | None) -> Mapped:
        self._called("resources", config)
        return self.mapped or Mapped(self.told.project)

    def coverage(self, config: Path) -> Covered:
        self._called("coverage", config)
        return self.covered or Covered(self.told.project)

    def check(
        self,
        config: Path,
        *,
        on: dt.date | None,
        as_of: dt.date | None,
        offline: bool,
        full: bool,
        progress: Progressing | None,
    ) -> Told:
        self._called("check", config, on, as_of, offline)
        if progress is not None:
            progress(50, None)
            progress(100, 5000)
        return self.told

    def sync(self, config: Path, *, full: bool, progress: Progressing | None) -> Told:
        self._called("sync", config, *(["full"] if full else []))
        return self.told

    def export_board(self, config: Path, path: Path, *, progress: Progressing | None) -> Exported:
        self._called("export-board", config, path)
        return Exported(path, 5000, self.told.assessment.trustworthy)

    def login(self, show: Callable[[str], object], language: str) -> Path:
        self._called("login", language)
        show("https://miro.com/oauth/authorize?client_id=1")
        return Path("tokens.json")

    def demo(self, target: Path | None, language: str | None) -> Shown:
        self._called("demo", target, *([language] if language else []))
        return Shown(self.told, self.told)

    def decide(
        self,
        config: Path,
        asked: Decision,
        *,
        until: dt.date | None = None,
    ) -> Decision:
        self._called("decide", config, asked)
        return replace(asked, number=1)

    def decided(self, config: Path) -> Decided:
        self._called("decided", config)
        return Decided(self.told.project, (), frozenset())

    def history(self, config: Path, code: str | None, last: int) -> History:
        self._called("history", config, code, last)
        return History(self.told.project)

    def backup(self, config: Path, target: Path) -> None:
        self._called("backup", config, target)

    def check_state(self, config: Path) -> Health | None:
        self._called("check-state", config)
        return None

    def adopt_state(self, config: Path) -> None:
        self._called("adopt_state", config)

    def purge(self, config: Path, before: dt.date) -> Purged:
        self._called("purge", config, before)
        return Purged(runs=0, versions=0, findings=0)

    def init(self, folder: Path) -> tuple[Path, ...]:
        self._called("init", folder)
        return (folder / "project.toml", folder / "centers.toml")

    def doctor(self, config: Path) -> Marks:
        self._called("doctor", config)
        return self.marks

    def read_periods(
        self,
        texts: Iterable[str],
        config: Path | None,
        school_year: int | None,
        year: int | None,
    ) -> Iterable[Schedule]:
        self._called("periods", config, school_year, year)
        for text in texts:
            known = {"март 2023": span("2023-03-01", "2023-03-31")}
            yield schedule(text, *([known[text]] if text in known else []))


def of(*verdicts: Verdict, **changes: Any) -> Assessment:  # noqa: ANN401 - any field
    """Return an assessment that says nothing but these verdicts."""
    silent = Assessment(TODAY, True, SOURCES, verdicts, cards=CARDS)  # noqa: FBT003 - trustworthy
    return replace(silent, **changes)
